"""The frontier: no menu on it is beaten in all three, and a study goes on where it stopped."""

from __future__ import annotations

import copy

import optuna
import pytest

from models.errors import InvalidInput
from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.frontier import GENERATION, Search, frontier
from models.pricing.tiers.market import Market, Menu
from tests.models.pricing.tiers.markets import soft


@pytest.fixture(scope="module")
def market() -> Market:
    return soft(0, n=80, allowances=5, fees=8)


def costs(market: Market):
    def of(menu: Menu) -> tuple[float, float]:
        leaving = float((market.choices(menu) < 0).mean())
        return leaving, float(market.fees[menu[-1][1]])

    return of


def test_no_menu_on_it_is_beaten_by_another(market):
    found = frontier(market, 2, costs(market), search=Search(trials=60))

    for one in found:
        for other in found:
            beaten = (
                other.earns >= one.earns
                and other.leaving <= one.leaving
                and other.bill_shock <= one.bill_shock
            )
            assert other is one or not beaten
    assert [each.earns for each in found] == sorted((each.earns for each in found), reverse=True)


def test_it_starts_from_what_is_good_already(market):
    best = ascend(market, 2, starts=20)
    assert best is not None

    found = frontier(market, 2, costs(market), search=Search(trials=20), given=[best])

    assert found[0].earns == pytest.approx(market.earns(best))


def kept_again(storage: optuna.storages.InMemoryStorage) -> optuna.storages.InMemoryStorage:
    """Another storage with the same study, as if it had been written down and read again."""
    return copy.deepcopy(storage)


def test_a_study_that_was_interrupted_ends_as_one_that_was_not(market):
    whole, first, seen = optuna.storages.InMemoryStorage(), optuna.storages.InMemoryStorage(), []
    snapshots = []

    def stop_in_the_third_generation(menu: Menu) -> tuple[float, float]:
        if len(seen) == 2 * GENERATION + 7:
            raise KeyboardInterrupt
        seen.append(menu)
        return costs(market)(menu)

    undisturbed = frontier(market, 2, costs(market), search=Search(trials=160, storage=whole))
    with pytest.raises(KeyboardInterrupt):
        frontier(
            market, 2, stop_in_the_third_generation,
            search=Search(trials=160, storage=first, told=lambda _: snapshots.append(kept_again(first))),
        )  # fmt: skip
    again, counted = [], []
    resumed = frontier(
        market, 2, lambda menu: (again.append(menu), costs(market)(menu))[1],
        search=Search(trials=160, storage=snapshots[-1], told=counted.append),
    )  # fmt: skip

    assert resumed == undisturbed
    assert len(again) == 2 * GENERATION
    assert counted == [3 * GENERATION, 4 * GENERATION]
    params = [[trial.params for trial in storage_trials(each)] for each in (whole, snapshots[-1])]
    assert params[0] == params[1]


def storage_trials(storage: optuna.storages.InMemoryStorage) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="tiers", storage=storage).trials


def test_it_works_in_whole_generations(market):
    storage = optuna.storages.InMemoryStorage()

    frontier(market, 2, costs(market), search=Search(trials=41, storage=storage))

    assert len(storage_trials(storage)) == 2 * GENERATION


def test_of_a_study_that_went_farther_only_what_is_asked_for_counts(market):
    storage = optuna.storages.InMemoryStorage()

    few = frontier(market, 2, costs(market), search=Search(trials=40))
    frontier(market, 2, costs(market), search=Search(trials=120, storage=storage))
    again = frontier(market, 2, costs(market), search=Search(trials=40, storage=storage))

    assert again == few
    assert len(storage_trials(storage)) == 120


def test_each_generation_brings_other_menus(market):
    storage = optuna.storages.InMemoryStorage()
    frontier(market, 2, costs(market), search=Search(trials=120, storage=storage))

    looked_at = [tuple(sorted(trial.params.items())) for trial in storage_trials(storage)]
    first, second, third = (set(looked_at[at : at + GENERATION]) for at in (0, GENERATION, 2 * GENERATION))

    assert second - first
    assert third - second


def test_no_trials_are_refused(market):
    with pytest.raises(InvalidInput, match="trials must be ≥ 1"):
        frontier(market, 2, costs(market), search=Search(trials=0))
