"""Where a need must be held whole the best menu is computed, and elsewhere nothing is claimed of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.pricing.tiers.usage import Kinds
from pricing_service.decisions._tier_customers import MONTHS, TierCustomers
from pricing_service.decisions._tier_design import Design, Rules
from pricing_service.decisions._tier_menus import Found, MenuSearch
from pricing_service.decisions._tier_whole_needs import held_need, need_whole, whole_needs_menu
from tests.models.pricing.tiers.markets import every_menu

HARD = Rules(kept="hard", overage=False)
ALLOWANCES, FEES = np.array([2.0, 5.0, 9.0]), np.array([4.0, 9.0, 14.0, 30.0, 60.0])


def people(seed: int, *, q: int = 15, draws: int = 2) -> TierCustomers:
    """Customers of steady needs, some of whom pay nothing today, some of whom are known for few months only."""
    rng = np.random.default_rng(seed)
    needs = rng.integers(1, 10, q).astype(float)
    known = np.arange(MONTHS) >= rng.integers(0, MONTHS, q)[:, None]
    bill = np.where(rng.random(q) < 0.8, 5.0, 0.0)
    pays, anew = rng.lognormal(1, 1, (draws, q)), rng.lognormal(1, 1, (draws, q))
    units = np.where(known, needs[:, None], 0.0)
    return TierCustomers(
        [f"c{at:03d}" for at in range(q)], units, known, bill, bill, rng.lognormal(1, 1, q), pays, anew,
        comers=anew[:, :, None], stands_for=np.ones(pays.shape), counts=rng.uniform(0.5, 2, q),
    )  # fmt: skip


def uneven(customers: TierCustomers) -> TierCustomers:
    """The same, the first of whom needed more in its latest month."""
    units = customers.units.copy()
    units[0, -1] += 1
    return replace(customers, units=units)


def design(customers: TierCustomers, rules: Rules = HARD, *, newcomers: float = 30) -> Design:
    prices = np.array([np.inf, 3.0]) if rules.overage else np.array([np.inf])
    return Design(Kinds.grid(ALLOWANCES, prices), FEES, rules, customers.count, newcomers)


def certified(customers: TierCustomers, how: Design, *, tiers: int = 2) -> tuple[Found, Any, MenuSearch]:
    search = MenuSearch(how, customers, seed=0)
    return *search.certified(Found(tiers, ((0, 0),), 0.0)), search


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rules", [HARD, replace(HARD, unit_cost=0.6), replace(HARD, capture_cap=0.5)])
@pytest.mark.parametrize("tiers", [1, 2, 3])
def test_it_is_the_best_of_all_menus_where_needs_are_whole(seed: int, rules: Rules, tiers: int) -> None:
    customers = people(seed)

    found, certificate, search = certified(customers, design(customers, rules), tiers=tiers)

    best = max(search.market.earns(menu) for menu in every_menu(search.market, tiers))
    assert (certificate.method, certificate.gap) == ("dynamic_programme", 0.0)
    assert found.earns == certificate.optimum_bound == search.market.earns(found.menu)
    assert found.earns == pytest.approx(best)
    assert len({fee for _, fee in found.menu}) == len(found.menu) <= tiers


def test_without_newcomers_too() -> None:
    customers = people(3)

    found, certificate, search = certified(customers, design(customers, newcomers=0))

    assert certificate.method == "dynamic_programme"
    assert found.earns == pytest.approx(
        max(search.market.earns(menu) for menu in every_menu(search.market, 2))
    )


@pytest.mark.parametrize(
    "other",
    [
        {"rules": replace(HARD, kept="linear")},
        {"rules": replace(HARD, kept="concave")},
        {"rules": replace(HARD, overage=True)},
        {"varying": True},
    ],
    ids=str,
)
def test_elsewhere_another_certificate_is_given(other: dict[str, Any]) -> None:
    customers = uneven(people(1)) if other.get("varying") else people(1)

    found, certificate, search = certified(customers, design(customers, other.get("rules", HARD)))

    assert certificate.method == "enumeration"
    assert found.earns == pytest.approx(
        max(search.market.earns(menu) for menu in every_menu(search.market, 2))
    )


def test_guard_rails_are_not_its_own() -> None:
    customers = people(1)

    _, certificate, _ = certified(customers, design(customers, replace(HARD, max_cliff=5.0)))

    assert certificate.method == "relaxation"


def test_the_menu_sells_no_units_beyond_those_included() -> None:
    customers = uneven(people(2))
    how = design(customers, replace(HARD, kept="concave", overage=True))

    menu = whole_needs_menu(how, customers, how.market(customers), 3)

    assert menu
    assert all(np.isinf(how.kinds.overage_prices[kind]) for kind, _ in menu)


def test_a_need_is_that_of_most_of_ones_own_months() -> None:
    months = np.array([[1.0, 2.0, 3.0, 4.0], [9.0, 9.0, 9.0, 0.0]])
    known = np.array([[True] * 4, [False, False, True, True]])

    assert held_need(months, known, share=0.5).tolist() == [2.0, 0.0]
    assert held_need(months, known, share=1.0).tolist() == [4.0, 9.0]


def test_one_month_that_differs_is_enough_to_claim_nothing() -> None:
    customers = people(5)

    assert need_whole(design(customers), customers)
    assert not need_whole(design(customers), uneven(customers))
