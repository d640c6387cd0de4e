"""The durable queue takes an analysis once, hands back what it was given up on, and forgets what has ended."""

from __future__ import annotations

import sqlite3
import time

import pytest

from tests.pricing_service.jobs.conftest import Bench


def workflows(bench: Bench) -> list[tuple[str, str]]:
    with sqlite3.connect(bench.settings.data_folder / "jobs.sqlite") as connection:
        rows = connection.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall()
    connection.close()
    return rows


def set_status(bench: Bench, status: str) -> None:
    with sqlite3.connect(bench.settings.data_folder / "jobs.sqlite") as connection:
        connection.execute("UPDATE workflow_status SET status = ?", [status])
    connection.close()


def test_what_has_ended_is_forgotten_by_the_queue_and_remembered_by_the_service(bench: Bench) -> None:
    bench.worker()
    done = bench.wait(bench.ask("sum", pieces=1))

    for _ in range(3000):
        if not workflows(bench):
            break
        time.sleep(0.02)

    assert workflows(bench) == []
    assert bench.look(done) == done


@pytest.mark.parametrize("status", ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
def test_an_analysis_that_the_queue_gave_up_fails_instead_of_running_for_ever(
    bench: Bench, status: str
) -> None:
    worker = bench.worker()
    analysis = bench.ask("sum", pieces=2, hold=True)
    bench.wait(analysis, lambda now: now.progress["step"] == "drawing")
    bench.kill(worker)
    set_status(bench, status)
    bench.worker()

    failed = bench.wait(analysis)

    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["code"] == "internal_error"


def test_what_the_queue_has_lost_starts_over(bench: Bench) -> None:
    worker = bench.worker()
    analysis = bench.ask("sum", pieces=2, hold=True)
    bench.wait(analysis, lambda now: now.progress["step"] == "drawing")
    bench.kill(worker)
    for file in bench.settings.data_folder.glob("jobs.sqlite*"):
        file.unlink()
    bench.let_go()
    bench.worker()

    assert bench.wait(analysis).status == "succeeded"
