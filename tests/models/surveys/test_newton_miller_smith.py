"""Newton-Miller-Smith: the curve that answers make, to all digits, and the best prices on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked
from models.surveys._peak import AnsweredCurve
from models.surveys._price_sensitivity import INTENTS, QUESTIONS
from models.surveys.newton_miller_smith import NewtonMillerSmith, PurchaseSensitivity

ASKED = Asked(unit="EUR/month", resamples=20)
FIVE = [(10, 20, 30, 45), (12, 22, 35, 50), (8, 18, 28, 40), (15, 25, 40, 60), (9, 19, 31, 44)]
FIVE_INTENTS = [(5, 3), (4, 2), (4, 3), (5, 4), (3, 1)]


def answers(rows, intents, **columns) -> PurchaseSensitivity:
    prices, said = np.array(rows, dtype=float).T, np.array(intents, dtype=float).T
    ids = np.array([f"r{i:04d}" for i in range(prices.shape[1])], dtype=object)
    return PurchaseSensitivity.of(
        {
            "respondent_id": ids,
            **dict(zip(QUESTIONS, prices, strict=True)),
            **dict(zip(INTENTS, said, strict=True)),
            **columns,
        }
    )


def curve(given: PurchaseSensitivity, **options) -> AnsweredCurve:
    return AnsweredCurve(NewtonMillerSmith(**options).paths(given))


def sample(seed: int, n: int) -> PurchaseSensitivity:
    rng = np.random.default_rng(seed)
    first = rng.normal(np.log(50), 0.4, n)
    prices = np.exp(first[:, None] + np.cumsum(np.c_[np.zeros(n), rng.gamma(2, 0.15, (n, 3))], axis=1))
    intents = np.sort(rng.integers(1, 6, (n, 2)), axis=1)[:, ::-1]
    return answers(prices, intents)


def test_five_respondents_have_the_reach_of_the_reference_at_every_answered_price():
    reach = [
        0, 0.01, 0.026, 0.086, 0.206, 0.368, 0.408, 0.437, 0.451, 0.42353846, 0.34607692, 0.29243590, 0.26961538,
        0.19833333, 0.13333333, 0.092, 0.08166667, 0.05, 0,
    ]  # fmt: skip
    found = curve(answers(FIVE, FIVE_INTENTS))

    assert found.prices.tolist() == [8, 9, 10, 12, 15, 18, 19, 20, 22, 25, 28, 30, 31, 35, 40, 44, 45, 50, 60]
    assert found.share == pytest.approx(reach, abs=5e-9)


@pytest.mark.parametrize(
    ("weights", "share", "revenue"),
    [([1, 1, 1, 1, 1], 0.451, 10.5884615), ([1, 2, 1, 1, 0.5], 0.480454545, 11.1381119)],
)
def test_five_respondents_weighted_or_not_have_the_optima_of_the_reference(weights, share, revenue):
    found = curve(answers(FIVE, FIVE_INTENTS, weight=np.array(weights)))

    assert (found.reach().price, found.reach().brings) == (22.0, pytest.approx(share))
    assert (found.margin().price, found.margin().brings) == (25.0, pytest.approx(revenue))


def test_where_too_cheap_is_bought_demand_falls_and_revenue_is_best_between_two_answers():
    found = curve(answers(FIVE, FIVE_INTENTS), too_cheap_buys=1)

    assert (found.reach().price, found.reach().brings) == (8.0, 1.0)
    assert np.all(np.diff(found.share) <= 1e-15)
    # The reference tries answered prices only, and finds 11.79 at 15.
    earned = found.prices * found.share
    assert (found.prices[earned.argmax()], earned.max()) == (15.0, pytest.approx(11.79))
    assert 15 < found.margin().price < 18
    assert found.margin().brings > 11.84


def test_the_profit_optimum_lies_above_that_of_revenue():
    found = curve(answers(FIVE, FIVE_INTENTS))
    tried = np.linspace(8, 60, 200_001)
    share = np.interp(tried, found.prices, found.share)

    best = found.margin(cost=10)

    assert best.price == pytest.approx(tried[np.argmax((tried - 10) * share)], abs=3e-4)
    assert best.brings == pytest.approx(np.max((tried - 10) * share))
    assert best.price > found.margin().price


def test_equal_answers_are_a_jump_at_which_the_kinder_answer_counts():
    both = curve(answers([(10, 10, 20, 20)], [(5, 3)]))

    assert both.share.tolist() == pytest.approx([0.7, 0.3])
    assert both.reach().price == 10.0


def test_a_stretch_of_equal_reach_says_where_it_ends():
    flat = curve(answers([(5, 10, 20, 30)], [(4, 4)])).reach()

    assert (flat.price, flat.until) == (10.0, 20.0)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 20))
def test_the_sum_of_all_paths_is_every_path_added_up(seed, n):
    given_answers = sample(seed, n)
    paths = NewtonMillerSmith().paths(given_answers)
    at = np.linspace(1, 400, 57)

    by_hand = [
        np.interp(at, prices, chances) for prices, chances in zip(paths.prices, paths.chances, strict=True)
    ]

    summed = paths.summed(at, group=np.arange(n) % 3, groups=3)
    for group in range(3):
        assert summed[group] == pytest.approx(np.sum(by_hand[group::3], axis=0) + np.zeros(57), abs=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.data())
def test_a_weight_is_as_good_as_that_many_respondents(seed, data):
    rows = sample(seed, 8)
    times = np.array(data.draw(st.lists(st.integers(1, 4), min_size=8, max_size=8)))

    weighted = curve(answers(rows.prices, rows.intents, weight=times / 10))
    replicated = curve(answers(np.repeat(rows.prices, times, axis=0), np.repeat(rows.intents, times, axis=0)))

    assert weighted.share == pytest.approx(replicated.share, rel=1e-10, abs=1e-12)
    assert weighted.margin().brings == pytest.approx(replicated.margin().brings, rel=1e-12)


def test_without_the_too_cheap_question_low_prices_sell_like_cheap_ones():
    found = curve(answers([(np.nan, 20, 30, 45)], [(5, 3)]))

    assert found.reach().price == 20.0
    assert found.share[0] == 0.7


def test_what_is_missing_is_named():
    read = NewtonMillerSmith().read(sample(0, 60), ASKED)

    assert read.best_price["profit"].reason == "no_unit_cost"
    with pytest.raises(NotEstimable, match="intents"):
        NewtonMillerSmith().read(answers(FIVE, np.full((5, 2), np.nan)), ASKED)
    with pytest.raises(NotEstimable, match="purchases"):
        NewtonMillerSmith(intent_calibration=None).read(sample(0, 60), ASKED)
    with pytest.raises(InvalidInput, match="0 or 1"):
        NewtonMillerSmith(too_cheap_buys=0.5)
    with pytest.raises(InvalidInput, match="model, drop, keep"):
        NewtonMillerSmith(intransitive="forget")


def test_where_demand_only_falls_no_price_reaches_most():
    some = sample(0, 60)
    never_asked = answers(np.where([True, False, False, False], np.nan, some.prices), some.intents)

    for read in (
        NewtonMillerSmith(too_cheap_buys=1).read(some, ASKED),
        NewtonMillerSmith().read(never_asked, ASKED),
    ):
        assert read.best_price["reach"].reason == "reach_falls_with_price"
        assert read.best_price["revenue"].known


def test_a_cost_above_every_price_leaves_no_best_price():
    asked = Asked(unit="EUR/month", resamples=20, unit_cost=10_000)

    assert (
        NewtonMillerSmith().read(sample(0, 60), asked).best_price["profit"].reason == "nobody_buys_above_cost"
    )


def test_intents_are_answers_the_survey_can_be_offered_by():
    rows = {"respondent_id": np.array(["a"]), "cheap": np.array([1.0]), "expensive": np.array([2.0])}
    rows["too_expensive"] = np.array([3.0])

    assert not PurchaseSensitivity.offered(rows)
    assert PurchaseSensitivity.offered(rows | {name: np.array([3.0]) for name in INTENTS})


def test_only_those_who_gave_intents_are_read():
    some = sample(1, 60)
    intents = some.intents.copy()
    intents[:20] = np.nan

    read = NewtonMillerSmith().read(answers(some.prices, intents), ASKED)

    assert read.clusters == 40
    assert read.best_price["reach"].n == 40


def test_best_prices_rise_from_reach_to_revenue_to_profit_and_follow_the_currency():
    asked = Asked(unit="EUR/month", resamples=200, unit_cost=30)
    some = sample(2, 400)
    best = NewtonMillerSmith().read(some, asked).best_price
    cents = NewtonMillerSmith().read(
        answers(some.prices * 128, some.intents),
        Asked(unit="EUR/month", resamples=200, unit_cost=30 * 128),
    )

    assert best["reach"].value < best["revenue"].value < best["profit"].value
    for goal, estimate in best.items():
        assert cents.best_price[goal].value == pytest.approx(128 * estimate.value)
        assert cents.best_price[goal].low == pytest.approx(128 * estimate.low)
