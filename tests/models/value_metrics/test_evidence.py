"""What a score sees of a metric: logs where they exist, noise where months allow, faults named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import InvalidInput
from models.resampling import Scale
from models.value_metrics._base import Statistic, share_of_totals
from models.value_metrics._examples import evidence_of
from tests.models.evidence import business, from_periods


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": np.array([1.0, -1.0])}, "units must be finite and ≥ 0, got -1.0 at position 1"),
        ({"units": np.array([1.0])}, "units must have 2 entries"),
        ({"value": np.array([1.0, np.nan])}, "value must be finite"),
        ({"periods": np.array([1.0, -1.0])}, "periods must be finite and ≥ 0"),
    ],
)
def test_evidence_that_cannot_be_is_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        replace(evidence_of(np.array([1.0, 2.0]), np.array([1.0, 2.0])), **changes)


def test_logs_are_known_exactly_where_both_value_and_units_are_positive():
    evidence = evidence_of(np.array([8.0, 0.0, -1.0, 5.0]), np.array([2.0, 1.0, 1.0, 0.0]))

    for logs in (evidence.log_worth, evidence.log_units, evidence.log_value):
        assert np.isfinite(logs).tolist() == [True, False, False, False]
    assert evidence.log_value[0] == pytest.approx(np.log(8.0))


def test_the_noise_of_a_customers_months_foretells_how_far_its_worth_strays():
    rng = np.random.default_rng(0)
    units = np.exp(rng.normal(0, 0.2, (12, 4000)))
    value = units * np.exp(rng.normal(-0.08, 0.4, units.shape))

    evidence = from_periods(value, units)

    assert evidence.noise_variance.mean() == pytest.approx(np.var(evidence.log_worth), rel=0.1)


@pytest.mark.parametrize("periods", [1, 2])
def test_noise_is_unknown_below_three_periods(periods):
    assert np.isnan(business(0, 10, periods=periods).noise_variance).all()


def test_a_bar_is_cleared_from_its_own_side_and_never_by_the_unknown():
    draws = np.array([0.1, 0.5, np.nan])

    assert Statistic("share", at_least=0.3).clears(draws).tolist() == [0.0, 1.0, 0.0]
    assert Statistic("share", at_most=0.3).clears(draws).tolist() == [1.0, 0.0, 0.0]
    assert Statistic("share", Scale()).clears(draws).tolist() == [1.0, 1.0, 1.0]


def test_the_share_of_a_total_that_is_not_positive_is_unknown():
    shares = share_of_totals(np.array([1.0, 1.0]), np.array([2.0, -2.0]), np.array([[1.0, 0.0], [1.0, 1.0]]))

    np.testing.assert_equal(shares, [0.5, np.nan])
