"""Money ahead: discounting by parts is discounting purchase by purchase, and totals come in the asked currency."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.purchases.bg_nbd import BgNbd
from models.purchases.buying import Buying
from models.purchases.gamma_gamma import Spends
from models.purchases.histories import NEW
from models.purchases.spending import Spending
from models.purchases.worth import agreement, discounted, money_ahead, value_of_new
from tests.truth.purchase_worlds import World

WORLD = World("after_any", (1.5, 8.0), (0.7, 9.0), 156)


def test_purchases_are_discounted_by_when_they_are_made():
    law, weeks = BgNbd(0.24, 4.4, 0.79, 2.4), np.arange(0.0, 260.0, 0.25)
    until = np.array([law.purchases(NEW, week)[0] for week in np.append(weeks, 260.0)])

    found = discounted(law, NEW, 260.0, 0.002)[0]

    assert found == pytest.approx(np.diff(until) @ 1.002 ** -(weeks + 0.125), rel=1e-5)
    assert discounted(law, NEW, 260.0, 0.0)[0] == pytest.approx(until[-1], rel=1e-12)


def test_money_of_the_year_and_a_new_customers_worth_are_those_of_the_world():
    past = WORLD.draw(np.random.default_rng(5), 5_000)
    buying, spending = Buying().fit(past.histories), Spending().fit(past.spends)

    year = money_ahead(buying, spending, 52.0, currency="EUR")
    value, low, high = value_of_new(buying, spending, 156.0, discount=0.002)

    assert year.unit == "EUR"
    assert year.low <= past.money <= year.high
    assert year.value == pytest.approx(past.money, rel=0.1)
    assert low < WORLD.worth_of_new(156.0, 0.002, n=40_000) < high
    assert low < value < high


def test_both_parts_must_be_of_the_same_customers():
    past, other = (WORLD.draw(np.random.default_rng(seed), n) for seed, n in ((1, 40), (2, 50)))

    with pytest.raises(InvalidInput, match="40 customers"):
        money_ahead(Buying().fit(past.histories), Spending().fit(other.spends), 52.0, currency="EUR")


def test_agreement_is_not_known_where_all_spend_alike():
    assert agreement(Spends.of_customers([1, 2, 3], [5.0, 5.0, 5.0])) is None
