"""A storage with one dataset, and worker processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pricing_service.config import Settings
from pricing_service.storage import Analysis, NewAnalysis, Storage, VersionContent
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


class Bench:
    """Everything that a test of jobs needs: a storage, a dataset, workers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.storage = Storage.open(settings)
        self.workspace = self.storage.workspaces.create("Acme").id
        staged = self.storage.blobs.staging(self.workspace)
        content = VersionContent("0" * 64, {}, {}, {}, staged)
        self.dataset = self.storage.datasets.save(self.workspace, content, name="Exports", currency="EUR")
        self._workers: list[subprocess.Popen[str]] = []

    def ask(self, kind: str, *, seed: int = 0, **options: Any) -> Analysis:
        """Queue an analysis."""
        return self.storage.analyses.create(
            self.workspace, NewAnalysis(self.dataset.id, kind, options, seed=seed)
        )

    def look(self, analysis: Analysis) -> Analysis:
        """Read it as it stands now."""
        return self.storage.analyses.get(self.workspace, analysis.id)

    def wait(self, analysis: Analysis, until: Callable[[Analysis], bool] = lambda a: a.finished) -> Analysis:
        """Wait until it has come so far; three minutes are far more than anything here takes."""
        for _ in range(9000):
            now = self.look(analysis)
            if until(now):
                return now
            time.sleep(0.02)
        raise TimeoutError(f"still {now}")

    def worker(self) -> subprocess.Popen[str]:
        """Start a worker process and wait until it takes work."""
        program = [sys.executable, "-m", "tests.pricing_service.jobs.sample_work"]
        arguments = [str(self.settings.data_folder), self.settings.database_url or ""]
        worker = subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True)
        self._workers.append(worker)
        assert worker.stdout is not None
        for line in worker.stdout:
            if line == "worker is ready\n":
                return worker
        raise ChildProcessError("the worker did not start")

    def kill(self, worker: subprocess.Popen[str], *, how: int = signal.SIGKILL) -> None:
        """End a worker and wait for its end."""
        worker.send_signal(how)
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()

    def let_go(self) -> None:
        """Let the analyses that were asked to `hold` go on."""
        (self.settings.data_folder / "go").touch()

    def runs(self) -> list[str]:
        """Which steps were begun, in order: `<analysis> <step>`."""
        log = self.settings.data_folder / "runs.log"
        return log.read_text().splitlines() if log.exists() else []

    def close(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                self.kill(worker)
        self.storage.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(Settings(data_folder=tmp_path / "data", dev=True))
    yield bench
    bench.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """The same on both databases."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    bench = Bench(Settings(data_folder=tmp_path / "data", database_url=url, dev=True))
    yield bench
    bench.close()


def is_alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_for_the_end_of(pid: int) -> None:
    """Wait until the process is gone; half a minute is far more than a signal takes."""
    for _ in range(1500):
        try:
            if not is_alive(pid):
                return
        except FileNotFoundError:
            return
        time.sleep(0.02)
    raise TimeoutError(f"{pid} lives on")
