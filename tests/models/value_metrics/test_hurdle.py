"""The hurdle counts what logarithms cannot see: units that bring nothing, and value that needs no units."""

from __future__ import annotations

import numpy as np
import pytest

from models.value_metrics._base import MetricEvidence
from models.value_metrics.hurdle import IDLE_LIMIT, STRAY_LIMIT, Hurdle
from tests.models.evidence import business, from_periods


def shares_of(evidence: MetricEvidence) -> tuple[float, float]:
    shares = Hurdle().evaluate(evidence, np.ones((1, evidence.n)))
    return float(shares["zero_value_share"][0]), float(shares["value_without_units_share"][0])


@pytest.mark.parametrize(
    ("value", "units", "shares"),
    [
        ([5, 5, 5, 5], [1, 1, 1, 1], (0.0, 0.0)),  # every unit brings something
        ([5, 0, 0, 5], [1, 1, 1, 1], (0.5, 0.0)),  # half of the used months bring nothing
        ([5, -3, 0, 5], [1, 1, 1, 1], (0.5, 0.0)),  # a loss is no value
        ([5, 5, 5, 5], [1, 1, 1, 0], (0.0, 0.25)),  # a quarter of the value came without a unit
        ([5, 0, 5, 5], [1, 0, 1, 1], (0.0, 0.0)),  # a month without units and value is no evidence
    ],
)
def test_toy_customers_of_four_months(value, units, shares):
    months = from_periods(np.array(value, dtype=float)[:, None], np.array(units, dtype=float)[:, None])

    assert shares_of(months) == shares


@pytest.mark.parametrize(
    ("value", "units"),
    [(np.ones((3, 4)), np.zeros((3, 4))), (np.zeros((3, 4)), np.ones((3, 4)))],
    ids=["never used", "never valuable"],
)
def test_a_share_of_nothing_is_unknown(value, units):
    idle, stray = shares_of(from_periods(value, units))

    assert np.isnan(idle) == (units.sum() == 0)
    assert np.isnan(stray) == (value.sum() == 0)


@pytest.mark.parametrize("zeros", [0.0, 0.2, 0.5])
def test_the_planted_share_of_idle_months_is_found(zeros):
    idle, _ = shares_of(business(0, 2000, zeros=zeros))

    assert idle == pytest.approx(zeros, abs=0.01)


def test_every_reporting_customer_counts_even_without_a_value_per_unit():
    evidence = from_periods(np.zeros((3, 20)), np.ones((3, 20)))

    assert Hurdle().counted(evidence) == {"zero_value_share": 20, "value_without_units_share": 20}


@pytest.mark.parametrize(
    ("statistic", "limit"), [("zero_value_share", IDLE_LIMIT), ("value_without_units_share", STRAY_LIMIT)]
)
def test_draws_clear_the_bar_below_their_limit_and_the_unknown_do_not(statistic, limit):
    bar = Hurdle.statistics[statistic]

    assert bar.clears(np.array([limit - 0.01, limit + 0.01, np.nan])).tolist() == [1.0, 0.0, 0.0]
