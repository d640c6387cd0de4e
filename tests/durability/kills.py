"""Kill the whole service at random moments of its writing; every acknowledged write has to be there, whole and once.

Run it alone for the table: `python -m tests.durability.kills --kills 200 --seed 1 [--database postgresql://…]`. A kill
takes the API and its worker at once. After each, the service is started again, and whatever got no answer is sent again
under its key, as a client would.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from pricing_service.storage import Storage
from tests.durability.ledger import Wrong, lost_and_twice, snapshot_differs, torn
from tests.durability.load import Clients
from tests.durability.service import Service, settings_of
from tests.durability.writes import WRITES

_CLIENTS = 3
_LONGEST_PAUSE_S = 2.0
_SNAPSHOT = "/v1/customers/c07/recommendation"
_CHECKED_EVERY = 10
# What is published is read after two seconds and the making of a snapshot, here beside whatever else goes on.
_SEEN_WITHIN_S = 15.0


@dataclass
class Report(Wrong):
    """What many kills did."""

    database: str
    kills: int = 0
    acknowledged: int = 0
    unanswered: int = 0


def run(service: Service, *, kills: int, seed: int, writes: Sequence[str] = tuple(WRITES)) -> Report:
    """Kill a service so many times, or until something is wrong."""
    report = Report("PostgreSQL" if service.settings.database_url else "SQLite")
    chance = random.Random(seed)
    service.start()
    clients = Clients(service.address, clients=_CLIENTS, seed=seed, writes=writes)
    try:
        clients.prepare()
        while report.kills < kills and report.clean:
            pause = chance.uniform(0.0, _LONGEST_PAUSE_S)
            clients.run_until(lambda pause=pause: _kill_after(service, pause))  # type: ignore[misc]
            report.kills += 1
            sys.stderr.write(f"{report.kills} killed after {pause:.2f} s\n")
            service.let_claims_grow_old()
            service.start()
            report.unanswered += clients.repeat_unanswered()
            report.faults = clients.faults
            report.torn += _snapshot(service)
            if report.kills % _CHECKED_EVERY == 0 or report.kills in {1, kills} or len(writes) == 1:
                _compare(service, clients, report)
    finally:
        service.kill()
        clients.close()
    return report


def show(report: Report) -> str:
    """Write a report as a line of the table."""
    numbers = (report.kills, report.acknowledged, report.unanswered, *report.counted)
    return f"| {report.database} | {' | '.join(f'{number:,}' for number in numbers)} |"


HEAD = """| database | kills | acknowledged writes | cut off, sent again | lost | torn | twice | wrong answers |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def _kill_after(service: Service, pause: float) -> None:
    time.sleep(pause)
    service.kill()


def _snapshot(service: Service) -> list[str]:
    """Say in what CRMs' reads differ from what is published, once they had the time that they are given for it."""
    headers, deadline = {"Authorization": "Bearer dev"}, time.monotonic() + _SEEN_WITHIN_S
    while True:
        answer = httpx.get(f"{service.address}{_SNAPSHOT}", headers=headers, timeout=60)
        if answer.status_code != 200:
            return [f"the snapshot: {answer.status_code} {answer.text}"]
        with Storage.open(service.settings, migrate=False) as storage:
            differs = snapshot_differs(storage, answer.json())
        if not differs or time.monotonic() > deadline:
            return differs
        time.sleep(0.1)


def _compare(service: Service, clients: Clients, report: Report) -> None:
    with Storage.open(service.settings, migrate=False) as storage:
        report.lost, report.twice = lost_and_twice(storage, clients.ledger)
        report.torn += torn(storage, clients.ledger)
    report.acknowledged = sum(entry.acknowledged for entry in clients.ledger)


def main() -> int:
    """Read the arguments, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(settings_of(Path(folder), arguments.database))
        report = run(service, kills=arguments.kills, seed=arguments.seed)
    sys.stdout.write(f"{HEAD}\n{show(report)}\n")
    sys.stdout.writelines(f"{wrong}\n" for wrong in report.told)
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
