"""Renewals at the old price: they say how far willingness lies above it, less surely, and nothing where nobody left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.willingness.plain_renewals import LEAST_LEFT, read_plain_renewals
from models.willingness.renewals import Renewals, read_renewals
from models.willingness.sources import WillingnessSource


def history(
    seed: int, n: int = 400, *, price: float = 6.0, knows: float = 0.3, median: float = 10.0
) -> Renewals:
    """Customers who pay around `price`, by a fifth more or less, and stay up to 12 % above what they would pay."""
    rng = np.random.default_rng(seed)
    deviation, rest = rng.normal(size=(2, n))
    paid = price * np.exp(0.2 * deviation)
    willing = median * np.exp(knows * 0.2 * deviation + 0.5 * rest)
    stays = 1.12 * willing >= paid
    return Renewals(
        kept=np.where(stays, paid, np.nan), refused=np.where(stays, np.nan, paid), before=paid,
        assignment=np.full(n, "renewal", dtype=object),
    )  # fmt: skip


def read(renewals: Renewals) -> WillingnessSource:
    return read_plain_renewals(renewals, unit="EUR/seat")


@pytest.mark.parametrize("knows", [0.0, 0.6])
def test_who_stays_and_who_leaves_for_the_price_shows_the_median(knows):
    found = read(history(1, knows=knows))

    assert found.estimate.low < 10 < found.estimate.high


def test_the_source_is_no_anchor_tells_no_spread_and_warns():
    found = read(history(2))

    assert not found.anchored
    assert (found.spread, found.alone) == (None, None)
    assert {"from_subscriptions", "price_set_by_rep"} <= {each.code for each in found.estimate.warnings}


def test_it_is_less_sure_than_raises_by_lot_from_the_same_customers():
    plain = history(3)
    told = plain.before * np.random.default_rng(3).choice([1.0, 1.3, 1.7], size=400)
    willing = 1.12 * 10 * np.exp(0.5 * np.random.default_rng(4).normal(size=400))
    by_lot = read_renewals(
        Renewals(
            kept=np.where(willing >= told, told, np.nan), refused=np.where(willing >= told, np.nan, told),
            before=plain.before, assignment=np.full(400, "randomised", dtype=object),
        ),
        unit="EUR/seat",
    ).willingness  # fmt: skip

    found = read(plain).estimate

    assert found.high / found.low > 1.2 * by_lot.high / by_lot.low


def test_where_hardly_anybody_left_there_are_lower_bounds_only():
    found = read(history(5, n=2000, price=4.0))

    assert np.isfinite(history(5, n=2000, price=4.0).refused).mean() < LEAST_LEFT
    assert (found.estimate.value, found.estimate.reason) == (None, "only_lower_bounds")
    assert found.alone is None


def test_what_the_reader_of_renewals_refuses_stays_refused():
    few = history(6, n=12, price=3.0)

    assert read(few).estimate.reason == read_renewals(few, unit="EUR/seat").willingness.reason is not None


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_another_currency_scales_the_answer(seed, rate):
    here, there = (
        read(history(seed, 200)).estimate,
        read(history(seed, 200, price=6 * rate, median=10 * rate)).estimate,
    )

    assert there.value == pytest.approx(here.value * rate, rel=1e-4)
