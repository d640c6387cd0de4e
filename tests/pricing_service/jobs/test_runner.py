"""An analysis runs its steps once each, in order, and ends in words that people may read."""

from __future__ import annotations

import hashlib

import pytest

from pricing_service.jobs.children import Children
from pricing_service.jobs.runner import Runner
from pricing_service.storage import Analysis, NotFound
from tests.pricing_service.jobs.conftest import Bench
from tests.pricing_service.jobs.sample_work import HANDLERS


@pytest.fixture
def runner(bench: Bench) -> Runner:
    return Runner(bench.storage, HANDLERS, children=Children(), stopping=lambda: False)


def run(runner: Runner, bench: Bench, analysis: Analysis) -> Analysis:
    runner.run(bench.workspace, analysis.id, remember=lambda _, work: work())
    return bench.look(analysis)


def test_a_success_names_every_file_with_its_digest(runner: Runner, bench: Bench) -> None:
    done = run(runner, bench, bench.ask("sum", pieces=2))

    assert done.status == "succeeded"
    assert list(done.files) == ["piece-000.txt", "piece-001.txt", "result.json"]
    for name, digest in done.files.items():
        assert hashlib.sha256((done.folder / name).read_bytes()).hexdigest() == digest


def test_equal_questions_get_equal_bytes_and_another_seed_gets_others(runner: Runner, bench: Bench) -> None:
    first, again, other = (run(runner, bench, bench.ask("sum", seed=seed, pieces=2)) for seed in (1, 1, 2))

    assert first.files == again.files
    assert first.files != other.files


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refused", "missing_tables: outcomes are missing"),
        ("broken", "internal_error: the step 'break_down' failed; the service's log says why"),
        ("dead", "internal_error: the step 'die' failed; the service's log says why"),
        ("empty", "internal_error: the steps ended without writing result.json"),
        ("unheard_of", "unknown_kind: this worker cannot do 'unheard_of'"),
    ],
)
def test_a_failure_says_what_people_may_know_and_no_more(
    runner: Runner, bench: Bench, kind: str, words: str
) -> None:
    failed = run(runner, bench, bench.ask(kind))

    assert failed.status == "failed"
    assert failed.error is not None
    assert f"{failed.error['code']}: {failed.error['message']}" == words
    assert failed.files == {}


def test_a_step_whose_files_are_in_place_is_not_done_again(runner: Runner, bench: Bench) -> None:
    analysis = bench.ask("sum", pieces=1)
    analysis.folder.mkdir(parents=True)
    (analysis.folder / "piece-000.txt").write_text("1.5\n2.5")
    bench.storage.effects.record(bench.workspace, analysis.id, "draw")

    done = run(runner, bench, analysis)

    assert (done.folder / "result.json").read_bytes() == b'{"total": 4.0}'
    assert bench.runs() == [f"{analysis.id} add_up"]


def test_what_a_killed_child_left_half_written_is_cleared(runner: Runner, bench: Bench) -> None:
    analysis = bench.ask("sum", pieces=1)
    analysis.folder.mkdir(parents=True)
    (analysis.folder / ".piece-000.txt.abc.tmp").write_text("half")

    done = run(runner, bench, analysis)

    assert done.status == "succeeded"
    assert not list(done.folder.glob(".*"))


def test_a_cancelled_one_is_not_begun(runner: Runner, bench: Bench) -> None:
    analysis = bench.ask("sum")
    bench.storage.analyses.request_cancel(bench.workspace, analysis.id)

    assert run(runner, bench, analysis).status == "cancelled"
    assert bench.runs() == []


def test_one_that_was_cancelled_while_its_worker_was_dead_ends_before_its_next_step(
    runner: Runner, bench: Bench
) -> None:
    analysis = bench.ask("sum")
    bench.storage.analyses.start(bench.workspace, analysis.id)
    bench.storage.analyses.request_cancel(bench.workspace, analysis.id)

    assert run(runner, bench, analysis).status == "cancelled"
    assert bench.runs() == []


def test_running_a_finished_one_again_changes_nothing(runner: Runner, bench: Bench) -> None:
    done = run(runner, bench, bench.ask("sum", pieces=1))
    runs = bench.runs()

    assert run(runner, bench, done) == done
    assert bench.runs() == runs


def test_an_unknown_one_is_let_go(runner: Runner, bench: Bench) -> None:
    analysis = bench.ask("sum")
    bench.storage.datasets.delete(bench.workspace, bench.dataset.id)

    runner.run(bench.workspace, analysis.id, remember=lambda _, work: work())

    assert bench.runs() == []
    with pytest.raises(NotFound):
        bench.look(analysis)
