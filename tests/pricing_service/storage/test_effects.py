"""An effect is recorded once, whoever comes second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pricing_service.storage import Storage


def test_an_effect_is_recorded_once(storage: Storage, workspace: str, clock) -> None:
    first = storage.effects.record(workspace, "an_1", "panel")
    clock.move(seconds=1)
    again = storage.effects.record(workspace, "an_1", "panel")
    other_step = storage.effects.record(workspace, "an_1", "decide")
    other_job = storage.effects.record(workspace, "an_2", "panel")

    assert (first, again, other_step, other_job) == (True, False, True, True)
    assert storage.effects.done(workspace, "an_1") == ["panel", "decide"]


def test_of_many_at_once_one_records_it(storage: Storage, workspace: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(lambda _: storage.effects.record(workspace, "an_1", "panel"), range(40)))

    assert recorded.count(True) == 1


def test_a_workspace_does_not_see_the_effects_of_another(storage: Storage, workspace: str) -> None:
    storage.effects.record(workspace, "an_1", "panel")

    assert storage.effects.done(storage.workspaces.create("Other").id, "an_1") == []
