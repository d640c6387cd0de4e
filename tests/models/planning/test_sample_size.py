"""How many answers are needed: against simulation, against textbooks and against what surveys measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.estimate import Estimate
from models.planning.sample_size import Asking, Spread, customers_needed, reach_of

HALF = Spread(sd=0.5, of="price")


def pilot(value: float, low: float, high: float, *, n: int = 50, unit: str = "EUR/posting") -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.9, n=n, unit=unit)


def needed(spread: Spread, within: float, **asking: float) -> float | None:
    return customers_needed(spread, within=within, asking=Asking(**asking)).value


def test_a_share_near_one_half_needs_the_number_of_every_textbook():
    # (1.6449 / 0.05)² / 4 = 270.6, and two more for Student's t
    assert needed(Spread(sd=0.5, of="share"), 0.05) == 273


@pytest.mark.parametrize(
    ("at_50", "at_300", "at_1000"),
    [(0.097, 0.043, 0.021), (0.154, 0.065, 0.039), (0.104, 0.046, 0.025), (0.110, 0.049, 0.031)],
)
def test_a_pilot_of_50_foretells_the_bands_that_larger_surveys_had(at_50, at_300, at_1000):
    """Half-widths of the four Van Westendorp points, measured by bootstrap at 50, 300 and 1,000 answers."""
    spread = Spread.of_pilot(pilot(100.0, 100.0 / (1 + at_50), 100.0 * (1 + at_50)))

    assert reach_of(spread, 300) == pytest.approx(at_300, rel=0.15)
    assert reach_of(spread, 1000) == pytest.approx(at_1000, rel=0.3)


@pytest.mark.parametrize(("customers", "within"), [(80, 0.1), (200, 0.05), (30, 0.2)])
def test_of_few_customers_a_part_is_enough_and_that_part_is_enough(customers, within):
    asked = int(needed(HALF, within, customers=customers))
    rng = np.random.default_rng(0)
    book = 0.5 * rng.standard_normal((4000, customers))
    sample = rng.permuted(book, axis=1)[:, :asked]

    off = np.abs(sample.mean(axis=1) - book.mean(axis=1))

    assert asked < customers
    assert asked < needed(HALF, within)
    # above 90 % by as much as Student's t is wider: the spread will have to be estimated as well
    assert 0.89 <= (off <= np.log(1 + within)).mean() <= 0.95


@pytest.mark.parametrize("between", [0.0, 0.3, 1.0])
def test_contacts_of_one_customer_help_as_far_as_they_differ(between):
    asking = Asking(contacts=4, between=between)
    rng = np.random.default_rng(0)
    customer = np.sqrt(between) * rng.standard_normal((20_000, 10, 1))
    answers = customer + np.sqrt(1 - between) * rng.standard_normal((20_000, 10, 4))

    assert answers.mean(axis=(1, 2)).var() == pytest.approx(asking.variance(10), rel=0.04)
    assert asking.variance(10) == pytest.approx(asking.design_effect / 40)


ASKING = st.builds(
    Asking,
    contacts=st.integers(1, 5),
    between=st.floats(0, 1),
    customers=st.sampled_from([None, 60, 900]),
)


@settings(max_examples=50)
@given(st.floats(0.05, 2), st.floats(0.02, 0.5), ASKING)
def test_the_number_needed_is_enough_and_one_less_is_not(sd, within, asking):
    spread = Spread(sd=sd, of="price")
    found = customers_needed(spread, within=within, asking=asking)

    if found.value is None:
        assert reach_of(spread, asking.customers, asking=asking) > within
        assert found.reason == found.warnings[0].code == "beyond_customers"
        return
    assert reach_of(spread, int(found.value), asking=asking) <= within * (1 + 1e-9)
    if found.value > 2:
        assert reach_of(spread, int(found.value) - 1, asking=asking) > within


@given(st.floats(0.001, 1000))
def test_a_pilot_in_another_currency_asks_for_as_many(rate):
    one, other = (
        customers_needed(Spread.of_pilot(pilot(12 * r, 10 * r, 14 * r)), within=0.07).value for r in (1, rate)
    )

    assert abs(one - other) <= 1


def test_a_small_pilot_leaves_the_number_itself_open():
    of_ten, of_many = (
        customers_needed(Spread(sd=0.5, of="price", known_from=n), within=0.1) for n in (10, 1000)
    )

    assert of_ten.value == of_many.value
    assert of_ten.low < of_many.low < of_many.value < of_many.high < of_ten.high
    assert of_ten.n == 10


def test_the_interval_of_the_number_covers_it_as_often_as_it_says():
    truth = needed(HALF, 0.1)
    rng = np.random.default_rng(0)
    found = [
        customers_needed(
            Spread(sd=float(rng.normal(0, 0.5, 20).std(ddof=1)), of="price", known_from=20), within=0.1
        )
        for _ in range(600)
    ]

    assert np.mean([e.low <= truth <= e.high for e in found]) == pytest.approx(0.9, abs=0.03)


def test_the_spread_of_a_pilot_of_contacts_is_that_of_single_answers():
    asked = Asking(contacts=3, between=0.4)
    reach = HALF.sd * np.sqrt(asked.variance(50)) * 1.6766  # Student's t, 49 degrees of freedom

    found = Spread.of_pilot(pilot(1.0, np.exp(-reach), np.exp(reach)), asked)

    assert found.sd == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate.unknown("no_outcomes", unit="EUR/posting"),
        pilot(10, 10, 10),
        pilot(10, 0, 12),
        pilot(10, 9, 11, n=1),
    ],
)
def test_a_pilot_that_tells_no_spread_is_refused(estimate):
    with pytest.raises(NotEstimable) as refusal:
        Spread.of_pilot(estimate)
    assert refusal.value.reason == "no_pilot"


def test_calls_that_make_no_sense_are_refused():
    for wrong in ({"contacts": 0}, {"between": 1.5}, {"customers": 1}):
        with pytest.raises(InvalidInput):
            Asking(**wrong)
    for wrong in ({"sd": 0.0}, {"sd": float("nan")}, {"sd": 1.0, "known_from": 1}):
        with pytest.raises(InvalidInput):
            Spread(of="price", **wrong)
    with pytest.raises(InvalidInput, match="within"):
        customers_needed(HALF, within=0.0)
    with pytest.raises(InvalidInput, match="asked"):
        reach_of(HALF, 100, asking=Asking(customers=80))
