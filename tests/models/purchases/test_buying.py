"""What will be bought: truth recovered, units and order without effect, and finite where nobody bought again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import NotEstimable
from models.purchases.bg_bb import BgBb
from models.purchases.bg_nbd import BgNbd, MbgNbd
from models.purchases.buying import Buying
from models.purchases.histories import Histories
from models.purchases.pareto_nbd import ParetoNbd
from tests.truth.purchase_worlds import World

BB = ("alpha", "beta", "gamma", "delta")
LOYAL = World("after_any", (1.5, 8.0), (0.7, 9.0), 156)


def customers(world: World, n: int, seed: int) -> Histories:
    return world.draw(np.random.default_rng(seed), n).histories


@pytest.mark.parametrize(
    ("law", "world", "names", "truth"),
    [
        (MbgNbd, LOYAL, ("r", "alpha", "a", "b"), (1.5, 8.0, 0.7, 9.0)),
        (BgNbd, World("after_again", (0.5, 4.0), (0.8, 2.4), 156), ("r", "alpha", "a", "b"), (0.5, 4.0, 0.8, 2.4)),
        (ParetoNbd, World("unseen", (1.2, 8.0), (0.8, 60.0), 156), ("r", "alpha", "s", "beta"), (1.2, 8, 0.8, 60)),
        (BgBb, World("monthly", (1.2, 0.75), (0.66, 8.0), 24), BB, (1.2, 0.75, 0.66, 8)),
    ],
)  # fmt: skip
def test_the_law_of_many_customers_is_recovered(law, world, names, truth):
    best = Buying(law).fit(customers(world, 8_000, 9)).best

    assert [float(getattr(best, name)[0]) for name in names] == pytest.approx(truth, rel=0.25)


def test_the_year_ahead_of_many_customers_is_foretold():
    past = LOYAL.draw(np.random.default_rng(4), 8_000)
    fit = Buying(MbgNbd).fit(past.histories)

    assert fit.purchases(52.0).value == pytest.approx(past.purchases, rel=0.06)
    assert fit.active().value == pytest.approx(past.active, rel=0.05)
    assert fit.expected(52.0).sum() == pytest.approx(fit.purchases(52.0).value, rel=0.01)
    assert fit.chances().sum() == pytest.approx(fit.active().value, rel=0.01)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 1000), st.integers(0, 1000))
def test_neither_the_unit_of_time_nor_the_order_of_customers_matters(unit, seed):
    seen = customers(LOYAL, 80, 3)
    rows = np.stack([seen.bought, seen.latest, seen.watched])[:, seen.place]
    mixed = rows[:, np.random.default_rng(seed).permutation(80)]

    one = Buying().fit(seen).purchases(52.0)
    same = Buying().fit(Histories.of_customers(*mixed)).purchases(52.0)
    other = (
        Buying().fit(Histories.of_customers(rows[0], rows[1] * unit, rows[2] * unit)).purchases(52.0 * unit)
    )

    assert same.value == pytest.approx(one.value, rel=1e-9)
    assert other.value == pytest.approx(one.value, rel=1e-3)
    assert other.low == pytest.approx(one.low, rel=0.05)


@pytest.mark.parametrize("law", [BgNbd, MbgNbd, ParetoNbd, BgBb])
def test_where_nobody_bought_again_little_and_not_nothing_is_expected(law):
    fit = Buying(law).fit(Histories.of_customers(np.zeros(40), np.zeros(40), np.full(40, 12)))

    ahead = fit.purchases(12.0)
    assert fit.best is None
    assert 0 <= ahead.low <= ahead.value < 10
    assert 0 < ahead.high < 40


def test_who_bought_lately_is_likelier_to_come_back():
    seen = Histories.of_customers([5] * 20 + [5] * 20, [10] * 20 + [100] * 20, [104] * 40)

    chances = Buying().fit(seen).chances()

    assert chances[0] < 0.5 < chances[-1]


def test_too_few_customers_are_refused():
    with pytest.raises(NotEstimable, match="there are 19"):
        Buying().fit(Histories.of_customers(np.ones(19), np.ones(19), np.full(19, 2)))
