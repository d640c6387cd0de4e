"""A step runs in a child process: what it says comes back, and it can be ended at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pricing_service.config import Settings
from pricing_service.jobs.children import Broken, Children, Supervision, Unwanted, WorkerStops
from pricing_service.jobs.handlers import Refused, Step, StepContext
from tests.pricing_service.jobs import sample_work
from tests.pricing_service.jobs.conftest import wait_for_the_end_of


@pytest.fixture(scope="module")
def children() -> Children:
    return Children()


@pytest.fixture
def context(tmp_path: Path) -> StepContext:
    return StepContext(
        settings=Settings(data_folder=tmp_path, dev=True),
        workspace_id="ws",
        job="an",
        kind="sum",
        dataset_id="ds",
        dataset_version="v",
        options={"pieces": 3},
        seed=1,
        folder=tmp_path,
        progress=print,
    )


def supervision(
    *, wanted: bool = True, stopping: bool = False, seen: list[object] | None = None
) -> Supervision:
    reports = [] if seen is None else seen
    return Supervision(lambda: wanted, lambda: stopping, lambda *progress: reports.append(progress))


def test_a_step_does_its_work_and_its_last_progress_arrives(children: Children, context: StepContext) -> None:
    seen: list[object] = []

    children.run(Step("draw", sample_work.draw), context, supervision(seen=seen))

    assert len(list(context.folder.glob("piece-*.txt"))) == 3
    assert seen[-1] == ("drawing", 3, 3)


def test_a_refusal_arrives_with_its_faults(children: Children, context: StepContext) -> None:
    with pytest.raises(Refused) as refusal:
        children.run(Step("refuse", sample_work.refuse), context, supervision())

    assert refusal.value.as_error() == {
        "code": "missing_tables",
        "message": "outcomes are missing",
        "faults": [{"table": "outcomes", "code": "missing"}],
    }


def test_anything_unforeseen_arrives_with_its_traceback(children: Children, context: StepContext) -> None:
    with pytest.raises(Broken, match=r"(?s)sample_work.py.*ZeroDivisionError: secret-in-traceback"):
        children.run(Step("break_down", sample_work.break_down), context, supervision())


def test_a_child_that_the_kernel_ended_is_not_waited_for(children: Children, context: StepContext) -> None:
    with pytest.raises(Broken, match="signal 9"):
        children.run(Step("die", sample_work.die), context, supervision())


@pytest.mark.parametrize(
    ("watched", "raised"),
    [(supervision(wanted=False), Unwanted), (supervision(stopping=True), WorkerStops)],
)
def test_an_unwanted_child_is_dead_when_the_call_returns(
    children: Children, context: StepContext, watched: Supervision, raised: type[BaseException]
) -> None:
    patient = Supervision(
        lambda: not (context.folder / "child.pid").exists() or watched.wanted(),
        lambda: (context.folder / "child.pid").exists() and watched.stopping(),
        watched.report,
    )

    with pytest.raises(raised):
        children.run(Step("count_forever", sample_work.count_forever), context, patient)

    wait_for_the_end_of(int((context.folder / "child.pid").read_text()))


def test_ready_means_that_every_import_is_done(tmp_path: Path) -> None:
    (tmp_path / "slow_to_import.py").write_text(
        "import time\nfrom pathlib import Path\ntime.sleep(1)\nPath(__file__).with_name('done').touch()\n"
    )
    program = tmp_path / "program.py"
    program.write_text(
        "from pricing_service.jobs.children import Children\n"
        "if __name__ == '__main__':\n"
        "    Children(preload=['slow_to_import']).wait_until_ready()\n"
    )

    # Python 3.11's fork server looks for what it preloads on its own path, not on its parent's.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, str(program)], check=True, env=environment)

    assert (tmp_path / "done").exists()


def test_the_workers_stop_is_no_exception_that_anything_could_take_for_an_outcome() -> None:
    assert not issubclass(WorkerStops, Exception)
