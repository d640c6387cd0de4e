"""Van Westendorp: the four points, counted exactly, under each published convention."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked
from models.surveys._price_sensitivity import QUESTIONS, PriceSensitivity, typical
from models.surveys.van_westendorp import VanWestendorp

ASKED = Asked(unit="EUR/month", resamples=20)


def answers(rows, **columns) -> PriceSensitivity:
    """Make answers of rows (too cheap, cheap, expensive, too expensive)."""
    prices = np.array(rows, dtype=float).T
    ids = np.array([f"r{i:04d}" for i in range(prices.shape[1])], dtype=object)
    return PriceSensitivity.of({"respondent_id": ids, **dict(zip(QUESTIONS, prices, strict=True)), **columns})


def points(rows, *, columns=None, **options) -> list[float | None]:
    method = VanWestendorp(**options)
    treated = answers(rows, **(columns or {})).treated(method.intransitive)
    return [each.value for each in method.points(treated, ASKED).values()]


def numbers(rows, *, columns=None, **options) -> list[float]:
    """Return values, interval ends and stretches of all points, NaN where null."""
    method = VanWestendorp(**options)
    treated = answers(rows, **(columns or {})).treated(method.intransitive)
    estimates = [*method.points(treated, ASKED).values(), typical(treated, ASKED)]
    found = [each for one in estimates for each in (one.value, one.low, one.high, *(one.plateau or ()))]
    return [np.nan if each is None else each for each in found]


# Twenty respondents of a public notebook (S. Yang); columns too cheap, cheap, expensive, too expensive.
TWENTY = list(
    zip(
        *(
            [float(price) for price in column.split()]
            for column in (
                "100 120 200 200 300 100 100 300 100 350 340 450 100 257 109 109 280 400 250 200",
                "150 200 250 300 340 190 200 350 120 360 360 460 110 388 299 129 350 410 260 240",
                "400 400 450 350 400 200 300 370 180 370 490 490 130 433 399 149 400 420 270 280",
                "500 480 500 400 490 300 500 380 200 380 500 500 140 499 422 199 410 430 280 300",
            )
        ),
        strict=True,
    )
)
HEAPED = [(10, 20, 30, 50)] * 60 + [(20, 30, 50, 80)] * 40
TWO_KINDS = [(10, 20, 30, 32)] * 6 + [(40, 45, 50, 60)] * 6
FIVE = [(10, 20, 30, 45), (12, 22, 35, 50), (8, 18, 28, 40), (15, 25, 40, 60), (9, 19, 31, 44)]
TWO_OUT_OF_ORDER = [(30, 20, 10, 5), (10, 10, 30, 40)]


@pytest.mark.parametrize(
    ("convention", "values"), [("strict", [245, 299.5, 340, 399.2]), ("inclusive", [253.5, 300, 345, 399.2])]
)
def test_twenty_respondents_have_their_published_points_under_both_conventions(convention, values):
    assert points(TWENTY, convention=convention) == pytest.approx(values, abs=1e-12)


def test_the_narrower_range_reports_the_stretch_on_which_the_curves_are_equal():
    # Floating point made the reference say 299: 1 - 0.7 is not 0.3.
    found = VanWestendorp(convention="strict", range="narrower").read(answers(TWENTY), ASKED).points

    assert found["pmc"].plateau == (280.0, 299.0)
    assert found["pmc"].value == 289.5
    assert found["pmc"].low <= 280.0
    assert found["pmc"].high >= 299.0
    assert found["pme"].value == 345.0
    assert found["pme"].plateau is None


def test_answers_heaped_on_the_lowest_price_are_counted_there():
    # The reference starts each curve at 0 whoever answered its lowest price, and says 20, 20, 30, 50.
    assert points(HEAPED, convention="strict", intersection="min") == [14.0, 20.0, 24.0, 38.0]


@pytest.mark.parametrize(
    ("intersection", "values"),
    [
        ("min", [20, 32, 30, 32]),
        ("max", [32, 32, 40, 45]),
        ("mean", [82 / 3, 32, 34, 39]),
        ("median", [30, 32, 32, 40]),  # which the reference computes as its min
        ("interval", [26, 32, 35, 38.5]),
    ],
)
def test_where_curves_coincide_each_rule_says_what_its_name_says(intersection, values):
    assert points(TWO_KINDS, convention="strict", intersection=intersection) == pytest.approx(values)


def test_curves_that_do_not_overlap_meet_on_a_stretch():
    found = VanWestendorp(convention="strict").read(answers(FIVE), ASKED).points

    assert found["opp"].plateau == (15.0, 35.0)
    assert points(FIVE, convention="strict", intersection="min")[:3] == [15, 15, 25]
    # The reference says 40, where it counts nobody although one respondent finds 40 too expensive.
    assert found["pme"].value == 37.5


def test_dropping_answers_out_of_order_leaves_the_points_of_the_others():
    rows = [*FIVE, TWO_OUT_OF_ORDER[0]]

    assert points(rows, intransitive="drop") == points(FIVE)


def test_keeping_answers_out_of_order_counts_them_as_they_are():
    found = VanWestendorp(convention="strict", intransitive="keep").read(
        answers(FIVE + TWO_OUT_OF_ORDER), ASKED
    )

    assert [found.points[name].value for name in ("pmc", "idp", "pme")] == [15, 22, 35]
    # The reference, in floating point, finds only the end: 28.
    assert found.points["opp"].plateau == (15.0, 28.0)


def test_every_point_names_its_conventions():
    method = VanWestendorp(convention="strict", range="narrower", intersection="min", intransitive="drop")

    for point in method.points(answers(TWENTY), ASKED).values():
        assert point.method == (
            "Van Westendorp, strict, narrower range, min where curves coincide, answers out of order dropped"
        )
    with pytest.raises(InvalidInput, match="inclusive, strict"):
        VanWestendorp(convention="lenient")


def test_equal_answers_are_in_order():
    assert answers([(10, 10, 30, 30), (10, 20, 19, 30)]).in_order.tolist() == [True, False]


def test_without_the_too_cheap_question_two_points_are_left():
    found = (
        VanWestendorp(convention="strict").read(answers([(np.nan, *row[1:]) for row in FIVE]), ASKED).points
    )

    assert [found[name].reason for name in ("pmc", "opp")] == ["not_asked", "not_asked"]
    assert [found[name].value for name in ("idp", "pme")] == [25, 37.5]


def test_consideration_is_no_purchase():
    best = VanWestendorp().read(answers(FIVE), ASKED).best_price

    assert {best[goal].reason for goal in ("revenue", "profit")} == {"consideration_is_not_purchase"}


def test_where_all_prices_are_nothing_there_is_nothing_to_read():
    with pytest.raises(NotEstimable, match="are 0"):
        VanWestendorp().read(answers([(0, 0, 0, 0)] * 20), ASKED)


def test_what_a_reader_must_know_is_said():
    few = VanWestendorp().read(answers(np.array(FIVE) * 1.037), ASKED)
    tens = [*(np.array(FIVE * 8) // 10 * 10 + 10), (11.3, 21.7, 33.1, 44.9)]
    round_numbers = VanWestendorp().read(answers(tens), ASKED)

    assert [caveat.code for caveat in few.caveats] == ["consideration_is_not_purchase", "few_respondents"]
    assert [caveat.code for caveat in round_numbers.caveats] == [
        "consideration_is_not_purchase",
        "heaped_answers",
    ]


def test_the_demand_curve_is_who_finds_a_price_neither_too_cheap_nor_too_expensive():
    rows = TWENTY * 3
    prices = np.array(rows)
    reading = VanWestendorp().read(answers(rows), ASKED)

    considered = [np.mean((prices[:, 0] < p) & (p < prices[:, 3])) for p in reading.demand.price]

    assert reading.demand.share == pytest.approx(considered, abs=1e-9)


quadruples = st.lists(st.lists(st.integers(1, 12), min_size=4, max_size=4), min_size=2, max_size=15)


@settings(max_examples=60)
@given(quadruples, st.data())
def test_a_weight_is_as_good_as_that_many_equal_contacts_of_one_customer(rows, data):
    times = data.draw(st.lists(st.integers(1, 4), min_size=len(rows), max_size=len(rows)))
    customers = np.array([f"c{i}" for i in range(len(rows))], dtype=object)

    weighted = numbers(rows, columns={"customer_id": customers, "weight": np.array(times) / 10})

    contacts = {"customer_id": np.repeat(customers, times)}
    assert weighted == pytest.approx(
        numbers(np.repeat(rows, times, axis=0), columns=contacts), rel=1e-12, nan_ok=True
    )


@settings(max_examples=30)
@given(quadruples, st.randoms())
def test_the_order_of_respondents_changes_nothing(rows, random):
    assert numbers(rows) == pytest.approx(numbers(random.sample(rows, len(rows))), rel=1e-12, nan_ok=True)


@settings(max_examples=30)
@given(quadruples)
def test_another_currency_changes_the_unit_only(rows):
    assert numbers(np.array(rows) * 64.0) == pytest.approx(
        [64.0 * number for number in numbers(rows)], nan_ok=True
    )
