"""Quotes: bounds on both sides, losses for other reasons, and prices set by people who know the prospect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.willingness._price_setting import take_apart
from models.willingness._threshold_model import Normal
from models.willingness.assumptions import USUAL_SPREAD
from models.willingness.beliefs import Belief
from models.willingness.quotes import (
    LOST,
    LOST_ON_PRICE,
    LOST_OTHERWISE,
    WON,
    QuoteReading,
    Quotes,
    read_quotes,
)

UNIT = "EUR/seat"
BY_LOT = Normal(0.0, 0.0)
MEDIAN, SPREAD = 10.0, 0.5


def market(
    seed: int,
    n: int = 400,
    *,
    rho: float = 0.0,
    reps: float = 0.0,
    lists: float = 0.0,
    otherwise: float = 0.0,
) -> Quotes:
    """Draw quotes whose deviation from the list (sd 0.2) follows willingness by `rho`."""
    rng = np.random.default_rng(seed)
    deviation, rest, listed = rng.normal(size=(3, n))
    willing = np.log(MEDIAN) + rho * 0.2 * deviation + np.sqrt(SPREAD**2 - (0.2 * rho) ** 2) * rest
    list_price = np.log(MEDIAN) + 0.3 + lists * listed
    rep = rng.integers(8, size=n)
    price = list_price + 0.2 * deviation + reps * rng.normal(size=8)[rep]
    result = np.where(
        rng.random(n) < otherwise, LOST_OTHERWISE, np.where(willing >= price, WON, LOST_ON_PRICE)
    )
    return Quotes(
        price=np.exp(price), result=result.astype(object), rep=rep.astype(object),
        list_price=np.exp(list_price) if lists else None,
    )  # fmt: skip


def read(quotes: Quotes, **given: object) -> QuoteReading:
    return read_quotes(quotes, unit=UNIT, **given)


def test_prices_set_by_lot_give_the_posterior_that_quadrature_gives():
    quotes = market(1, 150)
    log_price, won = np.log(quotes.price), quotes.result == WON
    usual, near = USUAL_SPREAD, Belief.within(1 / 3, 3.0, level=0.9).sd
    m, log_s = np.meshgrid(np.linspace(-1.0, 4.5, 160), np.linspace(-2.0, 2.0, 100), indexing="ij")
    z = (m[..., None] - log_price) / np.exp(log_s)[..., None]
    log_posterior = special.log_ndtr(np.where(won, z, -z)).sum(axis=-1)
    log_posterior -= ((log_s - usual.mean) / usual.sd) ** 2 / 2 + ((m - log_price.mean()) / near) ** 2 / 2
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()

    found = read(quotes, rep_knows=BY_LOT)

    for estimate, numbers, axis in ((found.willingness, m[:, 0], 1), (found.spread, log_s[0], 0)):
        low, middle, high = np.interp([0.05, 0.5, 0.95], np.cumsum(weight.sum(axis=axis)), numbers)
        assert Belief.of(estimate).mean == pytest.approx(middle, abs=0.03 * (high - low))
        assert Belief.of(estimate).sd == pytest.approx((high - low) / 3.29, rel=0.1)
    assert found.identified_by == ("assumption",)


@pytest.mark.parametrize("how", [{"reps": 0.3}, {"lists": 0.3}])
def test_lists_and_lenient_reps_undo_what_reps_know(how):
    quotes = market(9, 4000, rho=1.2, **how)

    found, naive = read(quotes), read(quotes, rep_knows=BY_LOT)

    assert found.confounding.low < 1.2 < found.confounding.high
    assert found.spread.low < SPREAD < found.spread.high
    assert not naive.spread.low < SPREAD < naive.spread.high
    assert found.identified_by == (("reps",) if "reps" in how else ("list_prices",))
    assert not found.willingness.warnings


def test_where_only_reps_set_prices_the_answer_is_wider_and_says_why():
    quotes = replace(market(3, 2000), rep=None)

    found, lot = read(quotes), read(quotes, rep_knows=BY_LOT)

    assert [warning.code for warning in found.willingness.warnings] == ["price_set_by_rep"]
    assert found.willingness.high / found.willingness.low > lot.willingness.high / lot.willingness.low
    assert found.identified_by == ()
    assert found.source().estimate.warnings == found.willingness.warnings


def test_losses_for_other_reasons_leave_the_median_where_it_is():
    found = read(market(4, 4000, lists=0.3, otherwise=0.3))

    assert found.willingness.low < MEDIAN < found.willingness.high
    assert found.lost_otherwise.low < 0.3 < found.lost_otherwise.high
    assert found.if_all_losses_count.high < MEDIAN


def test_losses_without_a_reason_are_divided_like_those_with_one():
    quotes = market(5, 4000, lists=0.3, otherwise=0.3)
    forgotten = np.random.default_rng(0).random(4000) < 0.5
    result = np.where(forgotten & (quotes.result != WON), LOST, quotes.result)

    found = read(replace(quotes, result=result))

    assert found.willingness.low < MEDIAN < found.willingness.high
    assert found.lost_otherwise.value == pytest.approx(0.3, abs=0.03)


def test_the_chance_of_winning_falls_from_all_that_is_not_lost_otherwise_to_nothing():
    found = read(market(6, 2000, lists=0.3, otherwise=0.2))
    curve, top = found.win_curve, 1 - found.lost_otherwise.value

    assert (np.diff(curve.share) < 0).all()
    assert ((curve.low <= curve.share) & (curve.share <= curve.high)).all()
    assert np.interp(found.willingness.value, curve.price, curve.share) == pytest.approx(top / 2, rel=1e-3)
    assert curve.share[0] == pytest.approx(top, rel=0.01)


@pytest.mark.parametrize(
    ("won", "on_price", "otherwise", "reason"),
    [
        (50, 0, 20, "only_lower_bounds"),
        (0, 50, 20, "only_upper_bounds"),
        (50, 2, 0, "insufficient_quotes"),
        (0, 0, 9, "no_quotes"),
    ],
)
def test_quotes_that_bound_one_side_only_are_null_with_the_reason(won, on_price, otherwise, reason):
    result = np.array([WON] * won + [LOST_ON_PRICE] * on_price + [LOST_OTHERWISE] * otherwise, dtype=object)

    found = read(Quotes(price=np.linspace(8, 12, result.size), result=result))

    assert found.willingness.reason == found.spread.reason == reason
    assert found.win_curve is None
    assert not found.source().estimate.known


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-4, 1e4))
def test_another_currency_scales_the_answer(seed, rate):
    quotes = market(seed, 120, lists=0.2)
    euros, others = (
        read(replace(quotes, price=quotes.price * by, list_price=quotes.list_price * by))
        for by in (1.0, rate)
    )

    assert others.willingness.value == pytest.approx(euros.willingness.value * rate, rel=1e-4)
    assert others.willingness.low == pytest.approx(euros.willingness.low * rate, rel=1e-3)
    assert others.spread.value == pytest.approx(euros.spread.value, rel=1e-4)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_quotes_changes_nothing_that_can_be_seen(seed):
    quotes = market(seed, 120, reps=0.2)
    order = np.random.default_rng(seed).permutation(120)
    turned = Quotes(price=quotes.price[order], result=quotes.result[order], rep=quotes.rep[order])

    assert read(turned).willingness.value == pytest.approx(read(quotes).willingness.value, rel=1e-4)


def test_as_evidence_the_spread_is_what_the_data_alone_say():
    prior = Belief(np.log(0.3), 0.3)

    found = read(market(8, 300, lists=0.3), spread=prior)

    assert found.spread.value < found.alone.spread.median
    again = np.linalg.inv(found.alone.covariance) + np.diag([0.0, 0.98 / prior.sd**2])
    assert Belief.of(found.spread).sd == pytest.approx(np.sqrt(np.linalg.inv(again)[1, 1]))
    assert found.source().alone == found.alone


def test_a_trait_that_explains_willingness_is_taken_out_and_put_back_into_the_spread():
    rng = np.random.default_rng(7)
    size, rest, listed = rng.normal(size=(3, 3000))
    willing, price = 0.4 * size + 0.3 * rest, 0.4 * size + 0.3 * listed
    result = np.where(willing >= price, WON, LOST_ON_PRICE).astype(object)
    quotes = Quotes(price=np.exp(price), list_price=np.exp(price), result=result, traits=size[:, None])

    found = read(quotes)

    assert found.spread.low < 0.5 < found.spread.high
    assert found.willingness.low < 1.0 < found.willingness.high


def test_more_traits_than_the_quotes_can_carry_are_refused():
    found = read(replace(market(1, 60), traits=np.random.default_rng(0).normal(size=(60, 7))))

    assert found.willingness.reason == "too_many_traits"


@pytest.mark.parametrize("list_price", [None, np.full(100, 10.0)])
def test_one_price_for_all_rests_on_what_is_usual_and_says_so(list_price):
    result = np.array([WON] * 40 + [LOST_ON_PRICE] * 60, dtype=object)

    found = read(Quotes(price=np.full(100, 10.0), result=result, list_price=list_price))

    assert found.willingness.low < 9.0 < found.willingness.high
    assert "price_set_by_rep" in {warning.code for warning in found.willingness.warnings}


def test_reps_who_differ_by_chance_only_have_no_leniency():
    found = take_apart(np.exp(np.random.default_rng(0).normal(size=400)), traits=None, list_price=None,
                       rep=np.repeat(np.arange(8), 50).astype(object))  # fmt: skip

    assert found.given_by == ()
    assert found.varies


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": np.array([1.0, 0.0])},
        {"price": np.array([1.0])},
        {"result": np.array([WON, "maybe"], dtype=object)},
        {"traits": np.zeros((3, 1))},
        {"rep": np.array(["r"], dtype=object)},
    ],
)
def test_quotes_that_break_the_contract_are_refused(wrong):
    right = {"price": np.array([1.0, 2.0]), "result": np.array([WON, LOST], dtype=object)}
    with pytest.raises(InvalidInput):
        Quotes(**right | wrong)


@pytest.mark.parametrize("lean", [-0.25, 0.1])
def test_units_tell_how_willingness_leans_on_them(lean):
    rng = np.random.default_rng(8)
    log_units = 0.8 * rng.standard_normal(3000)
    rest = np.sqrt(SPREAD**2 - (lean / 0.8) ** 2) * rng.standard_normal(3000)
    willing = np.log(MEDIAN) + lean / 0.8**2 * log_units + rest
    asked = np.log(MEDIAN) + 0.3 * rng.standard_normal(3000)
    result = np.where(willing >= asked, WON, LOST_ON_PRICE).astype(object)

    found = read(Quotes(price=np.exp(asked), result=result, units=np.exp(log_units)), rep_knows=BY_LOT)

    assert found.lean.low < lean < found.lean.high
    assert found.lean.high - found.lean.low < 0.12
    assert found.source().lean == found.lean
    assert found.spread.value == pytest.approx(SPREAD, rel=0.1)


def test_units_that_are_unknown_or_all_alike_tell_no_lean():
    quotes = market(1, 150)

    assert read(quotes).lean is None
    assert read(replace(quotes, units=np.full(150, 7.0))).lean is None
    with pytest.raises(InvalidInput, match="units"):
        replace(quotes, units=np.zeros(150))
