"""Restart API processes one after the other under load; no request fails, no write is lost, analyses go on.

Run it alone for the table: `python -m tests.durability.rolling --restarts 20 --seed 1 [--one-port]`. Two services share
their data; clients ask whichever says that it is ready, as behind a balancer that looks at `/readyz`. With `--one-port`
it is one service of two API processes that is told to start them anew (SIGHUP), and nobody looks at anything. Whatever
is not a success fails the run: nothing is sent again.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.keys import SCOPES
from api.local_workspace import LOCAL, PEOPLE
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.durability.ledger import Wrong, lost_and_twice, torn
from tests.durability.load import Clients
from tests.durability.restarts import postgres
from tests.durability.service import PROGRAM, Service
from tests.durability.writes import WRITES

_CLIENTS = 3
_LOOK_SECONDS = 0.2
_REST_SECONDS = 1.0
_JOBS_SECONDS = 1800.0
_READ = "/v1/customers/c07/recommendation"


@dataclass
class Report(Wrong):
    """What many restarts did."""

    what: str
    restarts: int = 0
    acknowledged: int = 0
    reads: int = 0
    analyses: int = 0


class Balancer(httpx.BaseTransport):
    """Sends each request to the next address that says it is ready, with the key of who asks."""

    def __init__(self, addresses: Sequence[str], tokens: Mapping[str, str]) -> None:
        self._all = [httpx.URL(address) for address in addresses]
        self._ready = list(self._all)
        self._turns = itertools.count()
        self._tokens = tokens
        self._asking = httpx.HTTPTransport()
        self._end = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask one that is ready."""
        ready = self._ready or self._all
        chosen = ready[next(self._turns) % len(ready)]
        request.url = request.url.copy_with(host=chosen.host, port=chosen.port)
        person = request.headers["authorization"].removeprefix("Bearer ")
        request.headers["authorization"] = f"Bearer {self._tokens[person]}"
        return self._asking.handle_request(request)

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        self._looking.join()
        self._asking.close()

    def close(self) -> None:
        """Nothing: several clients have this one."""

    def _look(self) -> None:
        with httpx.Client(timeout=5) as client:
            while not self._end.wait(_LOOK_SECONDS):
                self._ready = [each for each in self._all if _is_ready(client, each)]


class Reader:
    """Reads a recommendation all the time, as a CRM does."""

    def __init__(self, balancer: Balancer) -> None:
        self._client = httpx.Client(base_url="http://balanced", transport=balancer, timeout=60)
        self.failed: list[str] = []
        self.reads = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block lasts."""
        end = threading.Event()
        thread = threading.Thread(target=self._read, args=(end,))
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def _read(self, end: threading.Event) -> None:
        while not end.wait(0.02):
            try:
                answer = self._client.get(_READ, headers={"Authorization": "Bearer dev"})
                told = "" if answer.status_code == 200 else f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError as error:
                told = repr(error)
            self.reads += 1
            if told:
                self.failed.append(f"GET {_READ}: {told}")


class Fleet:
    """What is restarted: two services on two ports, or one of two processes on one port.

    Parameters
    ----------
    folder
        Where the data and the logs are.
    database_url
        Of a PostgreSQL, as several services want one.
    one_port
        Which of the two.
    program
        What Python is started with; a planted fault has a program of its own.
    """

    def __init__(
        self, folder: Path, database_url: str, *, one_port: bool, program: Sequence[str] = PROGRAM
    ) -> None:
        settings = Settings(
            data_folder=folder / "data", database_url=database_url, secret="0123456789abcdef",
            drain_seconds=6 if one_port else 2, requests_per_minute={}, api_processes=2 if one_port else 1,
        )  # fmt: skip
        self.what = "two processes on one port" if one_port else "two services behind a balancer"
        self.settings = settings
        self.services = [Service(settings, program=program) for _ in range(1 if one_port else 2)]
        self._turns = itertools.cycle(self.services)

    def start(self) -> dict[str, str]:
        """Start all; returns the people's keys."""
        with Storage.open(self.settings) as storage:
            storage.workspaces.create("local", workspace_id=LOCAL)
            tokens = {who: storage.keys.create(LOCAL, name=who, scopes=SCOPES)[1] for who in PEOPLE}
        for service in self.services:
            service.start()
        return tokens

    def restart(self) -> None:
        """Restart the next one, and wait until it is ready again."""
        service = next(self._turns)
        if len(self.services) == 1:
            service.start_anew()
        else:
            service.stop()
            service.start()

    def kill(self) -> None:
        """End all."""
        for service in self.services:
            service.kill()


def run(fleet: Fleet, *, restarts: int, seed: int, writes: Sequence[str] = tuple(WRITES)) -> Report:
    """Restart so many times under load, then see what is there."""
    report = Report(what=fleet.what)
    tokens = fleet.start()
    balancer = Balancer([service.address for service in fleet.services], tokens)
    clients = Clients("http://balanced", clients=_CLIENTS, seed=seed, writes=writes, transport=balancer)
    reader = Reader(balancer)

    def disturb() -> None:
        for _ in range(restarts):
            time.sleep(_REST_SECONDS)
            fleet.restart()
            report.restarts += 1
            sys.stderr.write(f"{report.restarts} restarted\n")
        time.sleep(_REST_SECONDS)

    try:
        clients.prepare()
        with reader.reading():
            clients.run_until(disturb)
        with Storage.open(fleet.settings, migrate=False) as storage:
            _wait_for_jobs(storage)
            report.lost, report.twice = lost_and_twice(storage, clients.ledger)
            report.torn = torn(storage, clients.ledger)
            report.faults = [*_failed(clients), *reader.failed, *_undone(storage)]
            report.analyses = len(storage.analyses.page(LOCAL, limit=100_000).rows)
        report.acknowledged = sum(entry.acknowledged for entry in clients.ledger)
        report.reads = reader.reads
        if not report.clean:
            sys.stderr.writelines(f"{line}\n" for service in fleet.services for line in service.errors())
    finally:
        fleet.kill()
        clients.close()
        balancer.stop()
    return report


def _failed(clients: Clients) -> list[str]:
    unanswered = [entry for entry in clients.ledger if entry.answer is None]
    return [*clients.faults, *(f"{entry.method} {entry.path}: no answer" for entry in unanswered)]


def _wait_for_jobs(storage: Storage) -> None:
    deadline = time.monotonic() + _JOBS_SECONDS
    while time.monotonic() < deadline and (storage.analyses.queued(limit=1) or storage.analyses.running()):
        time.sleep(0.5)


def _undone(storage: Storage) -> list[str]:
    return [
        f"analysis {each.id} is {each.status}"
        for each in storage.analyses.page(LOCAL, limit=100_000).rows
        if each.status not in {"succeeded", "cancelled"}
    ]


def _is_ready(client: httpx.Client, address: httpx.URL) -> bool:
    try:
        return client.get(address.join("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


HEAD = """| restarted under load | restarts | acknowledged writes | reads | analyses | lost | torn | twice | failed |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def show(report: Report) -> str:
    """Write a report as a line of the table."""
    numbers = (report.restarts, report.acknowledged, report.reads, report.analyses, *report.counted)
    return f"| {report.what} | {' | '.join(f'{number:,}' for number in numbers)} |"


def main() -> int:
    """Read the arguments, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-port", action="store_true")
    arguments = parser.parse_args()
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(Path(folder), server.url, one_port=arguments.one_port)
        report = run(fleet, restarts=arguments.restarts, seed=arguments.seed)
    sys.stdout.write(f"{HEAD}\n{show(report)}\n")
    sys.stdout.writelines(f"{wrong}\n" for wrong in report.told)
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
