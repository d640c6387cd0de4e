"""The worker beside the server starts again when it dies, and ends with the server, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from api.worker import NICENESS
from api.worker_process import WorkerProcess
from pricing_service.config import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", dev=True)


def wait_until(true: Callable[[], bool]) -> None:
    # A worker that is still importing sees nothing yet, and on a busy machine that takes its time.
    for _ in range(2_000):
        if true():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within 200 seconds")


def test_the_worker_ends_with_the_block(settings: Settings) -> None:
    with WorkerProcess(settings, quiet=True) as worker:
        assert psutil.pid_exists(worker.pid)

    assert not psutil.pid_exists(worker.pid)


def test_a_worker_stands_back_for_whoever_waits_on_the_same_machine(settings: Settings) -> None:
    here = psutil.Process().nice()
    with WorkerProcess(settings, quiet=True) as worker:
        wait_until(lambda: psutil.Process(worker.pid).nice() == min(here + NICENESS, 19))


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="Linux alone has it")
def test_a_worker_may_be_kept_to_time_that_nobody_wants(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICING_SERVICE_WORKER_SPARE_TIME", "true")
    with WorkerProcess(settings, quiet=True) as worker:
        wait_until(lambda: os.sched_getscheduler(worker.pid) == os.SCHED_IDLE)


def test_a_killed_worker_is_started_again(settings: Settings) -> None:
    with WorkerProcess(settings, quiet=True) as worker:
        first = worker.pid
        os.kill(first, signal.SIGKILL)

        wait_until(lambda: worker.pid != first)

        assert psutil.pid_exists(worker.pid)


def test_the_worker_ends_when_the_server_is_killed(settings: Settings) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from api.worker_process import WorkerProcess; from pricing_service.config import Settings\n"
        f"worker = WorkerProcess(Settings(data_folder=Path({str(settings.data_folder)!r}), dev=True), quiet=True)\n"
        "print(worker.pid, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        server.kill()

    wait_until(lambda: not psutil.pid_exists(pid))
