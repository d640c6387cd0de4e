"""Gabor-Granger: demand, median and best prices from ladders of any format."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked, Reading
from models.surveys.gabor_granger import GaborGranger, GaborGrangerAnswers
from tests.models.surveys.ladders import GOLDEN_MOST, GOLDEN_PRICES, from_rows, full_ladder, two_bounds

ASKED = Asked(unit="EUR/seat", resamples=200)
LADDER = np.array([4.0, 7, 10, 14, 20, 30])


def read(answers: GaborGrangerAnswers, **asked: float) -> Reading:
    return GaborGranger().read(answers, Asked(unit="EUR/seat", resamples=200, **asked))


def log_normal(seed: int, n: int, *, median: float = 10.0, sd: float = 0.6) -> np.ndarray:
    return median * np.exp(sd * np.random.default_rng(seed).standard_normal(n))


def test_the_known_case_by_the_convention_of_prices_asked():
    reading = read(full_ladder(GOLDEN_MOST, GOLDEN_PRICES), unit_cost=15.0)
    rows = reading.details["asked_prices"]

    assert reading.details["convention"] == "prices_asked"
    np.testing.assert_array_equal(reading.demand.price, GOLDEN_PRICES)
    np.testing.assert_allclose(reading.demand.share, [1, 0.9, 0.7, 0.4, 0.2, 0.1], rtol=1e-12)
    assert [row["revenue"] for row in rows] == pytest.approx([10, 18, 21, 16, 10, 6], rel=1e-12)
    assert rows[2]["elasticity_to_next"] == pytest.approx((-0.3 / 0.55) / (10 / 35), rel=1e-12)
    assert reading.best_price["revenue"].value == 30
    assert reading.best_price["profit"].value == 30
    assert [rows[2]["profit"], rows[3]["profit"]] == pytest.approx([10.5, 10.0], rel=1e-12)


def test_a_higher_unit_cost_moves_the_known_case_to_its_next_price():
    reading = read(full_ladder(GOLDEN_MOST, GOLDEN_PRICES), unit_cost=20.0)
    rows = reading.details["asked_prices"]

    assert reading.best_price["profit"].value == 40
    assert [rows[2]["profit"], rows[3]["profit"]] == pytest.approx([7.0, 8.0], rel=1e-12)


def test_asking_upwards_until_the_first_no_gives_the_known_case_too():
    rows = [
        (f"r{i}", price, float(price <= most))
        for i, most in enumerate(GOLDEN_MOST)
        for price in GOLDEN_PRICES
        if price <= most + 10
    ]

    reading = read(from_rows(rows))

    np.testing.assert_allclose(reading.demand.share, [1, 0.9, 0.7, 0.4, 0.2, 0.1], rtol=1e-12)
    assert reading.best_price["revenue"].value == 30


def test_equally_good_prices_are_a_plateau():
    most = np.repeat([10.0, 20, 40], [20, 10, 10])  # 10 × 1 = 20 × ½ = 40 × ¼

    best = read(full_ladder(most, np.array([5.0, 10, 20, 40, 60]))).best_price["revenue"]

    assert best.value == 10
    assert best.plateau == (10, 40)


def test_the_median_and_the_optimum_between_prices_are_near_the_truth():
    reading = read(full_ladder(log_normal(0, 2000), LADDER))

    assert reading.typical.value == pytest.approx(10, rel=0.05)
    # The revenue optimum of a log-normal with median 10 and spread 0.6.
    assert reading.points["revenue_optimum"].value == pytest.approx(7.97, rel=0.06)
    assert reading.points["mean"].value == pytest.approx(10 * np.exp(0.18), rel=0.05)


def test_two_bounds_and_one_price_each_are_read_by_the_same_likelihood():
    rng = np.random.default_rng(1)
    most = log_normal(1, 3000)
    prices = rng.choice(LADDER, 3000)
    single = [(f"r{i:04d}", prices[i], float(prices[i] <= most[i])) for i in range(3000)]

    double, one = read(two_bounds(most, rng.choice([6.0, 10, 16], 3000))), read(from_rows(single))

    for reading in (double, one):
        assert reading.details["convention"] == "smooth"
        assert reading.typical.low < 10 < reading.typical.high
    assert double.typical.high - double.typical.low < one.typical.high - one.typical.low


def test_a_pull_of_the_first_price_is_found_removed_and_told_of():
    rng = np.random.default_rng(2)
    most, first = log_normal(20, 2000), 16 * np.exp(0.4 * rng.standard_normal(2000))

    pulled, plain = read(two_bounds(most, first, pull=0.4)), read(two_bounds(most, first))

    found = pulled.details["first_price"]
    assert found["pull"]["low"] < 0.4 < found["pull"]["high"]
    assert found["weight"] > 0.9
    assert pulled.typical.low < 10 < pulled.typical.high
    assert [caveat.code for caveat in pulled.caveats] == ["first_price_pulls"]
    assert plain.caveats == ()


def test_people_who_say_no_more_readily_when_asked_again_are_not_taken_to_be_worth_less():
    rng = np.random.default_rng(2)
    most, first = log_normal(20, 2000), 16 * np.exp(0.4 * rng.standard_normal(2000))

    reading = read(two_bounds(most, first, pull=0.3, shift=-0.25))

    found = reading.details["first_price"]
    assert found["pull"]["low"] < 0.3 < found["pull"]["high"]
    assert found["shift"]["low"] < -0.25 < found["shift"]["high"]
    assert reading.typical.low < 10 < reading.typical.high
    assert found["median_if_ignored"] < 9


def test_demand_as_answered_is_shown_beside_and_told_of_where_it_is_another_one():
    rng = np.random.default_rng(2)
    most, first = log_normal(20, 2000), 16 * np.exp(0.4 * rng.standard_normal(2000))

    reading = read(two_bounds(most, first, pull=0.3, shift=-0.25))

    found = reading.details["first_price"]
    plain = {row["price"]: row for row in found["demand_if_ignored"]}
    assert list(plain) == reading.demand.price.tolist()
    (apart,) = (found["apart"],)
    between = [at for at, price in enumerate(plain) if apart["from"] <= price <= apart["to"]]
    ends = [list(plain.values())[at] for at in (between[0], between[-1])]
    assert all(
        row["high"] < reading.demand.low[at] for row, at in zip(ends, (between[0], between[-1]), strict=True)
    )
    assert "do not meet" in reading.caveats[0].message


def test_where_the_first_price_does_nothing_there_is_one_demand():
    rng = np.random.default_rng(2)
    most, first = log_normal(20, 2000), 16 * np.exp(0.4 * rng.standard_normal(2000))

    found = read(two_bounds(most, first)).details["first_price"]

    assert not {"demand_if_ignored", "apart"} & set(found)
    assert abs(found["shift"]["value"]) < 0.05


@pytest.mark.parametrize("shift", [50.0, -0.99])
def test_a_shift_that_later_answers_of_one_kind_leave_without_a_bound_is_unknown_and_told_of(shift):
    rng = np.random.default_rng(2)
    most, first = log_normal(20, 15), 10 * np.exp(0.6 * rng.standard_normal(15))

    reading = read(two_bounds(most, first, shift=shift))

    found = reading.details["first_price"]["shift"]
    assert (found["value"], found["reason"]) == (None, "answers_do_not_bound_it")
    assert "alike whatever the price" in reading.caveats[0].message


@pytest.mark.parametrize("effect", ["pull", "shift"])
def test_without_the_order_of_prices_an_effect_of_the_first_is_unknown_not_zero(effect):
    found = read(full_ladder(log_normal(3, 100), LADDER)).details["first_price"]

    assert found[effect]["value"] is None
    assert found[effect]["reason"] == "first_price_not_varied"


@pytest.mark.parametrize(
    ("most", "reason"),
    [(100.0, "median_above_prices_asked"), (1.0, "median_below_prices_asked")],
)
def test_a_median_beyond_the_prices_asked_is_refused(most, reason):
    typical = read(full_ladder(log_normal(4, 400, median=most, sd=1.2), LADDER)).typical

    assert typical.value is None
    assert typical.reason == reason


def test_a_best_price_beyond_the_prices_asked_is_refused():
    reading = read(full_ladder(log_normal(5, 400, median=80), LADDER))

    assert reading.best_price["revenue"].reason == "best_price_above_prices_asked"


def test_a_mean_whose_tail_was_not_asked_about_is_refused():
    reading = read(full_ladder(log_normal(6, 400, median=15, sd=1.2), LADDER))

    assert reading.points["mean"].reason == "tail_not_observed"
    assert reading.typical.known


def test_contradicting_answers_are_flagged_and_kept():
    answers = full_ladder(log_normal(7, 200), LADDER)
    slipped = answers.intent.copy()
    slipped[3], slipped[8] = [0, 0, 1, 0, 0, 0], [0, 1, 1, 1, 1, 1]

    reading = read(replace(answers, intent=slipped))

    assert [(flag.code, flag.respondents) for flag in reading.flags] == [
        ("contradictory", ("r0003", "r0008"))
    ]
    assert reading.respondents == reading.clusters == 200
    assert 0 < reading.details["slip_rate"] < 0.02


def test_five_point_intents_give_the_mean_calibrated_share():
    rng = np.random.default_rng(8)
    intents = np.sort(rng.integers(1, 6, (300, 4)), axis=1)[:, ::-1]
    prices = np.array([5.0, 10, 15, 20])
    rows = [
        (f"r{i:03d}", p, float(v))
        for i, each in enumerate(intents)
        for p, v in zip(prices, each, strict=True)
    ]
    shares = np.array([0.0, 0.1, 0.3, 0.5, 0.7])

    reading = read(from_rows(rows, scale=["1-5"] * len(rows)))

    np.testing.assert_allclose(reading.demand.share, shares[intents - 1].mean(axis=0), atol=1e-9)
    assert [caveat.code for caveat in reading.caveats] == ["assumed_calibration"]


def test_a_calibration_of_one_and_zero_makes_five_points_yes_and_no():
    answers = full_ladder(log_normal(9, 80), LADDER)
    five = replace(answers, intent=np.where(answers.intent == 1, 5.0, 1.0), scaled=np.ones(80, dtype=bool))
    asked = Asked(unit="EUR/seat", resamples=200)

    one = GaborGranger().read(answers, asked)
    other = GaborGranger(intent_calibration=(1.0, 0.0, 0.0, 0.0, 0.0)).read(five, asked)

    assert other.typical == one.typical
    np.testing.assert_array_equal(other.demand.share, one.demand.share)


@pytest.mark.parametrize(
    "wrong", [(0.7, 0.5, 0.3, 0.1), (0.7, 0.8, 0.3, 0.1, 0), (1.2, 0.5, 0.3, 0.1, 0), (0.5,) * 5]
)
def test_a_calibration_that_is_none_is_refused(wrong):
    with pytest.raises(InvalidInput):
        GaborGranger(intent_calibration=wrong)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["full", "two"]))
def test_currency_scales_order_is_nothing_and_colleagues_count_once(seed, design):
    most = log_normal(seed, 40)
    first = np.random.default_rng(seed).choice([6.0, 10, 16], 40)

    def answers(rate: float) -> GaborGrangerAnswers:
        return (
            full_ladder(rate * most, rate * LADDER)
            if design == "full"
            else two_bounds(rate * most, rate * first)
        )

    plain, dollars = (read(answers(rate)) for rate in (1.0, 1.25))
    columns = {
        "respondent_id": np.repeat(np.array(answers(1.0).respondents, dtype=object), answers(1.0).price.shape[1]),
        "price": answers(1.0).price.ravel(), "intent": answers(1.0).intent.ravel(),
    }  # fmt: skip
    shuffle = np.random.default_rng(seed).permutation(columns["price"].size)

    assert_close(dollars, plain, factor=1.25)
    assert_close(
        read(GaborGrangerAnswers.of({name: values[shuffle] for name, values in columns.items()})),
        read(GaborGrangerAnswers.of(columns)), factor=1.0,
    )  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_a_weight_of_two_is_a_colleague_who_answers_alike(seed):
    rng = np.random.default_rng(seed)
    most, times = log_normal(seed, 40), rng.integers(1, 3, 40)
    who = np.array([f"c{i:02d}" for i in range(40)], dtype=object)

    weighted = read(full_ladder(most, LADDER, weight=times.astype(float), customer_id=who))
    doubled = read(full_ladder(np.repeat(most, times), LADDER, customer_id=np.repeat(who, times)))

    assert doubled.respondents == times.sum()
    assert weighted.clusters == doubled.clusters == 40
    assert_close(weighted, doubled, factor=1.0)


def assert_close(one: Reading, other: Reading, *, factor: float) -> None:
    for name in ("typical", "mean", "revenue_optimum"):
        mine = one.typical if name == "typical" else one.points[name]
        yours = other.typical if name == "typical" else other.points[name]
        assert mine.reason == yours.reason
        if yours.known:
            assert mine.value == pytest.approx(factor * yours.value, rel=1e-4)
            assert [mine.low, mine.high] == pytest.approx([factor * yours.low, factor * yours.high], rel=5e-3)
    np.testing.assert_allclose(one.demand.share, other.demand.share, atol=1e-4)


def test_the_same_answers_and_seed_give_the_same_bits():
    one, other = (read(full_ladder(log_normal(10, 60), LADDER), seed=5) for _ in range(2))

    assert one.typical == other.typical
    assert one.best_price == other.best_price


def test_where_one_price_divides_all_answers_nothing_but_its_share_is_known():
    reading = read(full_ladder(np.repeat([5.0, 15.0], [30, 20]), np.array([10.0])))

    np.testing.assert_allclose(reading.demand.share, [0.4])
    assert reading.demand.low[0] < 0.4 < reading.demand.high[0]
    assert reading.typical.reason == "no_spread"
    assert {each.reason for each in reading.best_price.values()} >= {"no_spread"}


def test_prices_of_zero_ask_nothing():
    with pytest.raises(NotEstimable) as refusal:
        from_rows([("r1", 0.0, 1.0), ("r2", 0.0, 1.0)])

    assert refusal.value.reason == "no_answers"


def test_the_reading_can_be_written_as_json():
    reading = read(full_ladder(GOLDEN_MOST, GOLDEN_PRICES), unit_cost=15.0)

    assert json.loads(json.dumps(reading.details)) == reading.details


def test_a_price_that_was_asked_twice_is_one_price():
    """Answers about no item join those about one where an option says so: some prices then stand twice."""
    once = [
        (f"r{at}", price, float(price <= 15 + 3 * at))
        for at in range(9)
        for price in (10.0, 20.0, 30.0, 40.0)
    ]
    torn = [("r9", 10.0, 1.0), ("r9", 20.0, 0.0), ("r9", 20.0, 1.0), ("r9", 40.0, 0.0)]

    reading = GaborGranger().read(from_rows(once + torn), Asked(unit="EUR/seat"))

    assert [(flag.code, flag.respondents) for flag in reading.flags] == [("contradictory", ("r9",))]
    assert 20 < reading.typical.value < 35
