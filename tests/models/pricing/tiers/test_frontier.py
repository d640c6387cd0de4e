"""The frontier: no menu on it is beaten in all three, and a study goes on where it stopped."""

from __future__ import annotations

import optuna
import pytest

from models.errors import InvalidInput
from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.frontier import Search, frontier
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


def test_a_kept_study_goes_on_where_it_stopped(market):
    storage = optuna.storages.InMemoryStorage()

    frontier(market, 2, costs(market), search=Search(trials=15, storage=storage, name="menus"))
    frontier(market, 2, costs(market), search=Search(trials=15, storage=storage, name="menus"))

    assert len(optuna.load_study(study_name="menus", storage=storage).trials) == 30


def test_no_trials_are_refused(market):
    with pytest.raises(InvalidInput, match="trials must be ≥ 1"):
        frontier(market, 2, costs(market), search=Search(trials=0))
