"""An analysis that takes too long or holds too much ends as failed, in words, and the worker goes on."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from pricing_service.jobs.bounds import Bounds, held_bytes
from pricing_service.jobs.children import Children
from pricing_service.jobs.handlers import Refused
from pricing_service.jobs.runner import Runner
from pricing_service.storage import Analysis
from tests.pricing_service.jobs.conftest import Bench, wait_for_the_end_of
from tests.pricing_service.jobs.sample_work import HANDLERS


def run(bench: Bench, analysis: Analysis, **bounds: float) -> Analysis:
    bench.storage.settings = bench.settings.model_copy(update=bounds)
    runner = Runner(bench.storage, HANDLERS, children=Children(), stopping=lambda: False)
    runner.run(bench.workspace, analysis.id, remember=lambda _, work: work())
    return bench.look(analysis)


@pytest.mark.parametrize(
    ("kind", "bounds", "code"),
    [
        ("forever", {"job_minutes": 0.01}, "time_limit"),
        ("hoard", {"job_megabytes": 256}, "memory_limit"),
    ],
)
def test_beyond_its_bounds_it_fails_alone(
    bench: Bench, kind: str, bounds: dict[str, float], code: str
) -> None:
    failed = run(bench, bench.ask(kind), **bounds)

    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["code"] == code
    assert "PRICING_SERVICE_JOB_" in failed.error["message"]
    if (failed.folder / "child.pid").exists():
        wait_for_the_end_of(int((failed.folder / "child.pid").read_text()))
    assert run(bench, bench.ask("sum", pieces=1), **bounds | {"job_minutes": 5}).status == "succeeded"


def test_the_time_is_of_all_steps_together() -> None:
    bounds = Bounds(minutes=1, megabytes=10**6, ends=60.0, clock=lambda: 59.9)
    bounds.refuse_beyond(os.getpid())

    with pytest.raises(Refused, match="longer than the 1 minutes"):
        replace(bounds, clock=lambda: 60.0).refuse_beyond(os.getpid())


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert held_bytes(os.getpid()) > 0
    assert held_bytes(2**22 + 1) == 0
