"""Workers lose nothing, do nothing twice, and a resumed result equals an undisturbed one to the byte."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.pricing_service.jobs.conftest import Bench, wait_for_the_end_of

pytestmark = pytest.mark.slow


def test_what_is_asked_is_done_and_its_files_are_named_with_their_digests(each_bench: Bench) -> None:
    each_bench.worker()

    done = each_bench.wait(each_bench.ask("sum", pieces=3))

    assert done.status == "succeeded"
    assert sorted(done.files) == ["piece-000.txt", "piece-001.txt", "piece-002.txt", "result.json"]
    assert (done.folder / "result.json").read_bytes().startswith(b'{"total": 1')
    assert each_bench.storage.effects.done(each_bench.workspace, done.id) == ["draw", "add_up", "end"]


def test_a_worker_killed_at_random_points_changes_no_byte_of_the_result(bench: Bench) -> None:
    moments = random.Random(20260301)
    undisturbed = bench.ask("sum", seed=7, pieces=40, pause_s=0.05)
    worker = bench.worker()
    expected = bench.wait(undisturbed)

    disturbed = bench.ask("sum", seed=7, pieces=40, pause_s=0.05)
    for _ in range(3):
        bench.wait(disturbed, lambda analysis: analysis.status == "running")
        time.sleep(moments.uniform(0.0, 1.2))
        bench.kill(worker)
        worker = bench.worker()
    result = bench.wait(disturbed)

    assert (expected.status, result.status) == ("succeeded", "succeeded")
    assert result.files == expected.files
    assert bench.runs().count(f"{disturbed.id} draw") > 1  # it was in fact disturbed
    assert [path.name for path in result.folder.iterdir() if path.name.startswith(".")] == []


def test_a_living_worker_takes_over_from_a_killed_one(each_bench: Bench) -> None:
    first = each_bench.worker()
    analysis = each_bench.ask("sum", pieces=2, hold=True)
    each_bench.wait(analysis, lambda now: now.progress["step"] == "drawing")
    each_bench.worker()
    each_bench.kill(first)
    each_bench.let_go()

    assert each_bench.wait(analysis).status == "succeeded"
    assert each_bench.runs().count(f"{analysis.id} draw") == 2


def test_two_workers_do_nothing_twice(bench: Bench) -> None:
    bench.worker()
    bench.worker()

    analyses = [bench.ask("sum", seed=seed, pieces=2) for seed in range(12)]
    ended = [bench.wait(analysis) for analysis in analyses]

    assert {analysis.status for analysis in ended} == {"succeeded"}
    assert sorted(bench.runs()) == sorted(f"{a.id} {step}" for a in analyses for step in ("draw", "add_up"))


def test_what_was_queued_without_a_worker_waits_for_one(bench: Bench) -> None:
    analyses = [bench.ask("sum", pieces=1), bench.ask("refused")]
    bench.worker()

    assert [bench.wait(analysis).status for analysis in analyses] == ["succeeded", "failed"]


def test_a_cancel_ends_a_step_that_never_lets_the_interpreter_in(bench: Bench) -> None:
    bench.worker()
    analysis = bench.ask("forever")
    running = bench.wait(analysis, lambda now: now.progress["step"] == "counting")
    child = int((running.folder / "child.pid").read_text())

    bench.storage.analyses.request_cancel(bench.workspace, analysis.id)
    ended = bench.wait(analysis)
    after = bench.wait(bench.ask("sum", pieces=1))

    wait_for_the_end_of(child)
    assert (ended.status, ended.error, ended.files) == ("cancelled", None, {})
    assert after.status == "succeeded"  # the worker is free again


def test_a_killed_worker_takes_its_child_along(bench: Bench) -> None:
    worker = bench.worker()
    running = bench.wait(bench.ask("forever"), lambda now: now.progress["step"] == "counting")
    child = int((running.folder / "child.pid").read_text())

    bench.kill(worker)

    wait_for_the_end_of(child)


def test_a_stopped_worker_leaves_its_work_to_the_next(bench: Bench) -> None:
    worker = bench.worker()
    analysis = bench.ask("sum", pieces=2, hold=True)
    bench.wait(analysis, lambda now: now.progress["step"] == "drawing")
    bench.kill(worker, how=signal.SIGTERM)
    between = bench.look(analysis)
    bench.let_go()
    bench.worker()

    assert worker.returncode == 0
    assert between.status == "running"
    assert bench.wait(analysis).status == "succeeded"


def test_a_deleted_dataset_stops_its_analysis_and_leaves_no_file(bench: Bench) -> None:
    bench.worker()
    running = bench.wait(bench.ask("forever"), lambda now: now.progress["step"] == "counting")
    child = int((running.folder / "child.pid").read_text())

    bench.storage.datasets.delete(bench.workspace, bench.dataset.id)
    wait_for_the_end_of(child)

    left = [path for path in (bench.settings.data_folder / bench.workspace).rglob("*") if path.is_file()]
    assert left == []


def test_asking_needs_no_dbos_and_nothing_heavy() -> None:
    program = (
        "import sys, pricing_service.storage, pricing_service.jobs; "
        "print([m for m in ('dbos', 'alembic', 'psycopg', 'numpy', 'pandas') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )

    assert answer.stdout == "[]\n"
