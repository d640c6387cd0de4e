"""How dear a menu had better be: the level that gains most surely against today's prices."""

from __future__ import annotations

import numpy as np
import pytest

from models.checks import Floats
from models.pricing.tiers.market import Menu
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_design import Design, Rules
from pricing_service.decisions._tier_level import Level, surest_level
from pricing_service.decisions._tier_menus import MenuSearch
from tests.pricing_service.decisions.tier_book import book

DRAWS, COUNT = 200, 30
UNITS = 10.0


def offered(
    pays: Floats, price: float, *, bill: float = 50.0, **rules: object
) -> tuple[MenuSearch, TierCustomers, Menu]:
    """Return a search, its customers, and one tier that holds their need at the fee nearest to a price."""
    customers = book(pays, bill=bill, units=UNITS)
    design = Design.around(customers, Rules(**rules), newcomers=10.0)
    kind = int(np.flatnonzero(np.isinf(design.kinds.overage_prices))[-1])
    tier = (kind, int(np.abs(design.fees - price).argmin()))
    return MenuSearch(design, customers, seed=1), customers, (tier,)


def everybody(sd: float, *, middle: float = 10.0) -> Floats:
    """Return what people would pay: 0.1 on logs apart, and in common as uncertain as `sd` says."""
    common = middle * np.exp(sd * np.linspace(-2, 2, DRAWS))[:, None]
    return common * np.exp(0.1 * np.linspace(-1.5, 1.5, COUNT))


def fee(level: Level) -> float:
    return float(level.search.design.fees[level.menu[0][1]])


def test_where_willingness_is_known_the_menu_keeps_its_prices() -> None:
    search, customers, menu = offered(np.full((DRAWS, COUNT), 10.0), 99.0)

    level = surest_level(search, customers, menu)

    assert (level.factor, level.menu) == (1.0, menu)
    assert level.search is search


def test_where_all_may_pay_less_than_is_believed_the_menu_is_cheaper_and_ends_as_the_house_wants() -> None:
    search, customers, menu = offered(everybody(0.25), 89.0)

    level = surest_level(search, customers, menu)

    assert level.factor < 1
    assert fee(level) == pytest.approx(level.factor * search.design.fees[menu[0][1]], rel=0.1)
    assert str(int(fee(level))).endswith("9")


def test_a_level_that_gains_more_surely_is_never_passed_over_for_one_that_earns_more_on_average() -> None:
    search, customers, menu = offered(everybody(0.25), 89.0)
    level = surest_level(search, customers, menu)

    def at_worst(design: Design, there: Menu) -> float:
        bill = design.fees[there[0][1]]
        return float(np.quantile((customers.anew * UNITS >= bill).sum(axis=1) * bill, 0.1))

    assert at_worst(level.search.design, level.menu) > at_worst(search.design, menu)


def test_where_nobody_pays_today_there_is_nothing_to_gain_against() -> None:
    search, customers, menu = offered(everybody(0.25), 89.0, bill=0.0)

    assert surest_level(search, customers, menu).factor == 1.0


def test_a_level_at_which_two_tiers_would_cost_the_same_may_not_be() -> None:
    search, _, _ = offered(everybody(0.1), 89.0)
    (kind, low), high = (0, 0), (1, 1)

    assert Level.of(0.8, search, ((kind, low), high)).may_be
    assert not Level.of(0.8, search, ((kind, low), (1, low))).may_be


def test_the_currency_does_not_matter() -> None:
    pays = everybody(0.25)
    one = offered(pays, 89.0, endings="any")
    other = offered(100 * pays, 8900.0, bill=5000.0, endings="any")

    assert surest_level(*one).factor == surest_level(*other).factor < 1
    assert fee(surest_level(*other)) == pytest.approx(100 * fee(surest_level(*one)))
