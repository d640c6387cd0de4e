"""The price corridor takes a fair share of worth; a price in or beside it keeps some customers out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate
from models.pricing.capture import CAPTURE, corridor, priced_out_share

WORTH = Estimate(value=40.0, low=36.0, high=44.0, level=0.9, n=120, unit="EUR/posting")


def test_the_corridor_is_a_tenth_to_three_twentieths_of_worth():
    fair = corridor(WORTH)

    assert (fair.low, fair.high, fair.capture) == (pytest.approx(4.0), pytest.approx(6.0), CAPTURE)


@pytest.mark.parametrize(
    ("price", "place"), [(3.99, "below"), (4.0, "inside"), (5.0, "inside"), (6.0, "inside"), (6.01, "above")]
)
def test_a_price_lies_below_inside_or_above(price, place):
    assert corridor(WORTH).holds(price) == place


def test_without_worth_there_is_no_corridor():
    assert corridor(Estimate.unknown("no_outcomes", unit="EUR/posting")) is None


@pytest.mark.parametrize("capture", [(0.0, 0.1), (0.2, 0.1), (0.5, 1.1), (10, 15)])
def test_a_capture_is_two_rising_shares(capture):
    with pytest.raises(InvalidInput, match="two rising shares"):
        corridor(WORTH, capture=capture)


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_worth_never_lowers_the_corridor(one, other):
    low, high = sorted((one, other))

    fair = corridor(WORTH, capture=(low, high))
    richer = corridor(WORTH.scaled(1.5), capture=(low, high))

    assert fair.low <= fair.high
    assert richer.low > fair.low
    assert richer.high > fair.high


def test_customers_are_priced_out_by_how_many_they_stand_for():
    worth, stands_for = np.array([1.0, 5.0, 9.0]), np.array([2.0, 1.0, 1.0])

    assert priced_out_share(worth, stands_for, price=5.0) == 0.5  # a price equal to the worth is borne
    assert priced_out_share(worth, stands_for, price=0.5) == 0.0
    assert priced_out_share(worth, stands_for, price=99.0) == 1.0


def test_nobody_is_priced_out_where_there_is_nobody():
    assert priced_out_share(np.array([]), np.array([]), price=5.0) is None
