"""Retention's intervals: coverage where few customers carry the sum, bounds, scale, order, and what nobody did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.errors import InvalidInput
from models.retention.intervals import FEWEST_CUSTOMERS, revenue_retention

customers = st.integers(FEWEST_CUSTOMERS, 60)


@st.composite
def ledgers(draw):
    """What customers paid, over seven orders of magnitude, and what they pay: nothing, the same, or anything."""
    n = draw(customers)
    paid = np.exp(draw(arrays(float, n, elements=st.floats(-6, 10))))
    moved = draw(arrays(float, n, elements=st.sampled_from([0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.3, 3.0, 40.0])))
    return paid, paid * moved


def world(seed, n, spread):
    """Unequal contracts that move alike: 10 % leave, 8 % shrink, 25 % grow; NRR 0.973, GRR 0.878, logo 0.9."""
    rng = np.random.default_rng(seed)
    paid = np.exp(spread * rng.standard_normal(n))
    dice, size = rng.random(n), rng.random(n)
    grown = 1 + 0.38 * np.exp(0.5 * rng.standard_normal(n) - 0.125)
    kept = np.select([dice < 0.1, dice < 0.18, dice < 0.43], [0.0, 0.5 + 0.45 * size, grown], 1.0)
    return paid, paid * kept


def ends(estimate):
    return estimate.low, estimate.value, estimate.high


@pytest.mark.parametrize(("n", "spread"), [(30, 1.8), (100, 1.8), (100, 1.0)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_cover_however_unequal_the_contracts(n, spread, level):
    truth = {"net": 0.08 * 0.725 + 0.25 * 1.38 + 0.57, "gross": 0.878, "logo": 0.9}
    hits = dict.fromkeys(truth, 0)

    for seed in range(300):
        found = revenue_retention(*world(seed, n, spread), level=level)
        for name, true in truth.items():
            low, _, high = ends(getattr(found, name))
            hits[name] += low <= true <= high

    # 300 runs: three binomial errors are 3.8 points at 95 %, 7 at 80 %.
    assert min(hits.values()) / 300 >= level - 3 * np.sqrt(level * (1 - level) / 300)


def test_intervals_are_as_wide_as_the_truth_varies_not_wider():
    found = [revenue_retention(*world(seed, 100, 1.8)).net for seed in range(400)]

    needed = np.diff(np.quantile([each.value for each in found], [0.025, 0.975]))[0]
    assert np.mean([each.high - each.low for each in found]) < 1.2 * needed


@given(ledger=ledgers(), level=st.sampled_from([0.5, 0.8, 0.95, 0.999]))
@settings(deadline=None)
def test_intervals_hold_the_point_and_stay_within_what_can_be(ledger, level):
    found = revenue_retention(*ledger, level=level)

    for estimate, highest in ((found.net, np.inf), (found.gross, 1.0), (found.logo, 1.0)):
        low, value, high = ends(estimate)
        assert 0 <= low <= value <= high <= highest
        assert low < high
    assert found.gross.value <= min(found.net.value, 1) + 1e-12
    assert 1 - 1e-9 <= found.effective_customers <= found.net.n + 1e-9


@given(ledger=ledgers(), factor=st.floats(1e-6, 1e6))
@settings(deadline=None)
def test_another_currency_changes_nothing(ledger, factor):
    paid, pays = ledger

    here, there = revenue_retention(paid, pays), revenue_retention(paid * factor, pays * factor)

    for name in ("net", "gross", "logo"):
        assert ends(getattr(there, name)) == pytest.approx(ends(getattr(here, name)), rel=1e-6, abs=1e-9)


@given(ledger=ledgers(), seed=st.integers(0, 100))
@settings(deadline=None)
def test_the_order_of_customers_changes_nothing(ledger, seed):
    paid, pays = ledger
    order = np.random.default_rng(seed).permutation(paid.size)

    here, there = revenue_retention(paid, pays), revenue_retention(paid[order], pays[order])

    for name in ("net", "gross", "logo"):
        assert ends(getattr(there, name)) == pytest.approx(ends(getattr(here, name)), rel=1e-6, abs=1e-9)


@given(ledger=ledgers())
@settings(deadline=None)
def test_a_higher_level_is_never_narrower(ledger):
    narrow, wide = revenue_retention(*ledger, level=0.8), revenue_retention(*ledger, level=0.95)

    for name in ("net", "logo"):
        (low, _, high), (lower, _, higher) = ends(getattr(narrow, name)), ends(getattr(wide, name))
        assert higher - lower >= high - low - 1e-9


@pytest.mark.parametrize("n", [10, 30, 300])
def test_where_nobody_moved_the_interval_reaches_as_far_as_the_rule_of_three(n):
    found = revenue_retention(np.full(n, 50.0), np.full(n, 50.0))

    three = 1 - 0.025 ** (1 / n)  # the chance of leaving that would leave n customers with 2.5 %
    assert found.net.value == found.gross.value == 1
    assert three < 1 - found.gross.low < 1.5 * three
    assert found.net.high - 1 == pytest.approx(1 - found.net.low, rel=0.02)


def test_where_nobody_moved_unequal_contracts_say_less():
    equal, unequal = np.ones(50), np.exp(1.8 * np.random.default_rng(3).standard_normal(50))

    reach = [1 - revenue_retention(paid, paid).gross.low for paid in (equal, unequal)]

    assert reach[1] > 1.5 * reach[0]


def test_what_small_customers_do_is_believed_of_the_large_one():
    """One customer pays 60 % and stayed: the usual interval is as if it could not leave."""
    paid, pays = world(5, 99, 1.0)
    paid, pays = np.append(paid, 1.5 * paid.sum()), np.append(pays, 1.5 * paid.sum())

    found = revenue_retention(paid, pays)

    error = paid * (pays / paid - found.net.value) / paid.sum()
    usual = 2 * 1.96 * np.sqrt((error**2).sum())
    assert found.net.high - found.net.low > 3 * usual
    assert [each.code for each in found.net.warnings] == ["few_customers_carry_it"]
    assert "60%" in found.gross.warnings[0].message
    assert found.logo.warnings == ()


def test_many_customers_of_like_size_get_the_usual_interval():
    paid, pays = world(1, 200_000, 0.5)

    found = revenue_retention(paid, pays).net

    error = paid * (pays / paid - found.value) / paid.sum()
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt((error**2).sum()), rel=0.02)
    assert found.warnings == ()


def test_a_tiny_customer_that_grew_a_hundredfold_counts_at_its_own_size():
    """Beyond fourfold, nothing of it is believed of others."""
    paid, fourfold = world(2, 200, 1.0)
    smallest = int(np.argmin(paid))
    fourfold[smallest] = 4 * paid[smallest]
    wild = fourfold.copy()
    wild[smallest] = 100 * paid[smallest]

    grown, wildly = revenue_retention(paid, fourfold).net, revenue_retention(paid, wild).net

    own = (wild - fourfold)[smallest] / paid.sum()
    width = grown.high - grown.low
    assert width < wildly.high - wildly.low < 1.1 * np.hypot(width, 2 * 1.96 * own)


def test_everybody_gone_is_nothing_with_room_above():
    found = revenue_retention(np.arange(1.0, 41.0), np.zeros(40))

    assert ends(found.net)[:2] == ends(found.gross)[:2] == ends(found.logo)[:2] == (0, 0)
    assert 0 < found.logo.high < found.gross.high < 0.5


@pytest.mark.parametrize("n", [0, 1, FEWEST_CUSTOMERS - 1])
def test_below_ten_customers_nothing_is_said(n):
    found = revenue_retention(np.ones(n), np.ones(n), level=0.9)

    for estimate in (found.net, found.gross, found.logo):
        assert (estimate.reason, estimate.n, estimate.level) == ("insufficient_customers", n, 0.9)
    assert found.effective_customers is None


@pytest.mark.parametrize(
    ("then", "now", "message"),
    [
        ([0.0, 1.0], [1.0, 1.0], "then must be > 0.*position 0"),
        ([1.0, 1.0], [1.0, -1.0], "now must be finite and ≥ 0"),
        ([1.0, 1.0], [1.0], "now must have 2 entries"),
        ([1.0, np.nan], [1.0, 1.0], "then must be finite"),
    ],
)
def test_amounts_out_of_range_are_refused(then, now, message):
    with pytest.raises(InvalidInput, match=message):
        revenue_retention(then, now)
