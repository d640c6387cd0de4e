"""An analysis goes one way from queued to its end, and the end is written once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pricing_service.storage import (
    AlreadyFinished,
    Analysis,
    NewAnalysis,
    NotFound,
    Storage,
    StoredDataset,
)
from tests.pricing_service.storage.conftest import Clock


@pytest.fixture
def analysis(storage: Storage, workspace: str, dataset: StoredDataset) -> Analysis:
    return storage.analyses.create(
        workspace, NewAnalysis(dataset.id, "report", {"level": 0.1 + 0.2}, seed=2**40)
    )


def test_a_new_analysis_is_queued_on_the_current_version_with_its_options_to_the_bit(
    storage: Storage, workspace: str, dataset: StoredDataset, analysis: Analysis
) -> None:
    assert storage.analyses.get(workspace, analysis.id) == analysis
    assert (analysis.status, analysis.dataset_version) == ("queued", dataset.version)
    assert (analysis.options, analysis.seed) == ({"level": 0.30000000000000004}, 2**40)
    assert analysis.id.startswith("an_")
    assert storage.analyses.queued() == [(workspace, analysis.id)]
    assert storage.analyses.count_queued(workspace) == 1


def test_the_same_request_twice_makes_two_analyses(
    storage: Storage, workspace: str, dataset: StoredDataset
) -> None:
    new = NewAnalysis(dataset.id, "report", {})

    assert storage.analyses.create(workspace, new).id != storage.analyses.create(workspace, new).id


def test_another_workspace_cannot_tell_an_analysis_from_an_unknown_one(
    storage: Storage, analysis: Analysis
) -> None:
    other = storage.workspaces.create("Other").id

    with pytest.raises(NotFound) as foreign:
        storage.analyses.get(other, analysis.id)
    with pytest.raises(NotFound):
        storage.analyses.request_cancel(other, analysis.id)

    assert str(foreign.value).replace(analysis.id, "X") == str(NotFound("analysis", "X"))
    assert storage.analyses.page(other).rows == []
    assert not storage.analyses.start(other, analysis.id)
    assert not storage.analyses.wanted(other, analysis.id)
    assert not storage.analyses.finish(other, analysis.id, "failed")


def test_it_starts_again_after_a_kill_and_keeps_its_first_start(
    storage: Storage, workspace: str, analysis: Analysis, clock
) -> None:
    assert storage.analyses.start(workspace, analysis.id)
    first = storage.analyses.get(workspace, analysis.id)
    clock.move(minutes=5)
    assert storage.analyses.start(workspace, analysis.id)

    assert storage.analyses.get(workspace, analysis.id) == first
    assert first.status == "running"
    assert storage.analyses.queued() == []
    assert storage.analyses.running() == [(workspace, analysis.id)]


def test_progress_is_stored_while_it_runs_and_only_then(
    storage: Storage, workspace: str, analysis: Analysis
) -> None:
    def report(done: int) -> object:
        storage.analyses.set_progress(workspace, analysis.id, step="panel", done=done, total=9)
        return storage.analyses.get(workspace, analysis.id).progress["done"]

    queued = report(1)
    storage.analyses.start(workspace, analysis.id)
    running = report(2)
    storage.analyses.finish(workspace, analysis.id, "failed", error={"code": "x"})

    assert (queued, running, report(3)) == (0, 2, 2)


def test_the_first_end_stays(storage: Storage, workspace: str, analysis: Analysis, clock) -> None:
    storage.analyses.start(workspace, analysis.id)

    assert storage.analyses.finish(workspace, analysis.id, "succeeded", files={"result.json": "ab"})
    ended = storage.analyses.get(workspace, analysis.id)
    clock.move(seconds=1)
    assert not storage.analyses.finish(workspace, analysis.id, "failed", error={"code": "late"})

    assert storage.analyses.get(workspace, analysis.id) == ended
    assert (ended.status, ended.files, ended.finished) == ("succeeded", {"result.json": "ab"}, True)
    assert storage.effects.done(workspace, analysis.id) == ["end"]


def test_a_queued_one_is_cancelled_at_once(storage: Storage, workspace: str, analysis: Analysis) -> None:
    cancelled = storage.analyses.request_cancel(workspace, analysis.id)

    assert cancelled.status == "cancelled"
    assert cancelled.finished_at is not None
    assert storage.analyses.queued() == []
    assert not storage.analyses.start(workspace, analysis.id)
    with pytest.raises(AlreadyFinished):
        storage.analyses.request_cancel(workspace, analysis.id)


def test_a_running_one_is_no_longer_wanted_and_a_late_success_does_not_undo_the_cancel(
    storage: Storage, workspace: str, analysis: Analysis
) -> None:
    storage.analyses.start(workspace, analysis.id)
    before = storage.analyses.wanted(workspace, analysis.id)

    asked = storage.analyses.request_cancel(workspace, analysis.id)
    again = storage.analyses.request_cancel(workspace, analysis.id)
    storage.analyses.finish(workspace, analysis.id, "succeeded", files={"result.json": "ab"})
    ended = storage.analyses.get(workspace, analysis.id)

    assert (before, storage.analyses.wanted(workspace, analysis.id)) == (True, False)
    assert asked == again
    assert (asked.status, ended.status, ended.files) == ("running", "cancelled", {})


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["start", "cancel", "succeed", "fail", "progress"]), max_size=8))
def test_whatever_happens_in_whatever_order_the_state_only_goes_forward(
    storage: Storage, workspace: str, dataset: StoredDataset, events: list[str]
) -> None:
    analyses = storage.analyses
    identity = analyses.create(workspace, NewAnalysis(dataset.id, "report", {})).id
    acts = {
        "start": lambda: analyses.start(workspace, identity),
        "cancel": lambda: analyses.request_cancel(workspace, identity),
        "succeed": lambda: analyses.finish(workspace, identity, "succeeded", files={}),
        "fail": lambda: analyses.finish(workspace, identity, "failed", error={"code": "x"}),
        "progress": lambda: analyses.set_progress(workspace, identity, step="s", done=1, total=2),
    }
    rank = {"queued": 0, "running": 1, "succeeded": 2, "failed": 2, "cancelled": 2}
    before = analyses.get(workspace, identity)
    for event in events:
        try:
            acts[event]()
        except AlreadyFinished:
            assert before.finished
        after = analyses.get(workspace, identity)
        assert rank[after.status] >= rank[before.status]
        assert after == before if before.finished else True
        assert after.finished == (after.finished_at is not None)
        before = after


def test_of_each_kind_the_newest_that_succeeded_is_found(
    storage: Storage, workspace: str, dataset: StoredDataset, clock: Clock
) -> None:
    made = {}
    for name, kind, end in (
        ("old", "tiers", "succeeded"), ("new", "tiers", "succeeded"), ("failed", "tiers", "failed"),
        ("other", "raises", "succeeded"), ("simulated", "simulation", "succeeded"), ("open", "growth", None),
    ):  # fmt: skip
        clock.move(seconds=1)
        made[name] = storage.analyses.create(workspace, NewAnalysis(dataset.id, kind, {})).id
        if end is not None:
            storage.analyses.finish(workspace, made[name], end, files={})

    found = storage.analyses.newest_of_each_kind(workspace)

    assert {kind: one.id for kind, one in found.items()} == {"tiers": made["new"], "raises": made["other"]}
    assert storage.analyses.newest_of_each_kind(storage.workspaces.create("Other").id) == {}
