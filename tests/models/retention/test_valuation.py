"""What a point of net retention is worth: the old line to the dollar, a range that says whose it is, and growth."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput, TooFewCustomers
from models.retention.valuation import PEAK, USUAL, MultiplePerPoint, multiple_of_2021, slopes


@pytest.mark.parametrize(
    ("net", "multiple", "value"), [(1.00, 5.0, 1.25e9), (1.01, 5.7, 1.425e9), (1.05, 8.5, 2.125e9)]
)
def test_the_line_of_2021_is_reproduced_to_the_dollar(net: float, multiple: float, value: float) -> None:
    assert multiple_of_2021(net) == pytest.approx(multiple, abs=1e-12)
    assert 250e6 * multiple_of_2021(net) == pytest.approx(value, abs=1e-3)


def test_a_company_is_never_worth_less_than_nothing_on_the_line() -> None:
    assert multiple_of_2021(0.5) == 0
    with pytest.raises(InvalidInput, match="> 0"):
        multiple_of_2021(0.0)


def test_a_point_is_worth_a_range_and_lost_points_cost_it() -> None:
    won, lost = (USUAL.of_points(each, yearly_revenue=4e6, currency="EUR") for each in (2.0, -2.0))

    assert (won.low, won.value, won.high) == pytest.approx((1.6e6, 2e6, 3.2e6))
    assert (lost.low, lost.high) == (-won.high, -won.low)
    assert (won.unit, won.n) == ("EUR", 0)


def test_the_peak_lies_outside_the_usual_range_and_both_are_dated() -> None:
    assert PEAK.low > USUAL.high
    assert USUAL.source
    assert (USUAL.dated, PEAK.dated) == ("2022-2026", "2021")


def test_a_range_that_does_not_hold_its_value_is_refused() -> None:
    with pytest.raises(InvalidInput, match="low ≤ value ≤ high"):
        MultiplePerPoint(0.5, 0.1, 0.4, "a source", "2026")


def test_growth_takes_over_what_retention_seemed_to_do() -> None:
    rng = np.random.default_rng(3)
    growth = rng.uniform(0.05, 0.7, 80)
    net = 1 + 0.3 * growth + rng.normal(0, 0.04, 80)
    found = slopes(net, growth, 3 + 30 * growth + rng.normal(0, 2, 80))

    assert found.alone.low > 0
    assert found.beside_growth.low < 0 < found.beside_growth.high
    assert found.growth.low < 0.3 < found.growth.high


def test_a_handful_of_companies_tells_nothing() -> None:
    with pytest.raises(TooFewCustomers):
        slopes([1.0] * 5, [0.1] * 5, [5.0] * 5)
