"""Beliefs: what an interval says on the log scale, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.willingness.beliefs import LEAST_SD, Belief, Joint


@settings(max_examples=50, deadline=None)
@given(st.floats(-10, 10), st.floats(0.01, 3), st.floats(0.5, 0.99))
def test_a_belief_written_as_an_estimate_reads_back_as_itself(mean, sd, level):
    written = Belief(mean, sd).estimate(Label(unit="EUR/posting", level=level), n=3)

    read = Belief.of(written)

    assert (read.mean, read.sd) == pytest.approx((mean, sd))
    assert written.n == 3


def test_an_interval_that_reaches_zero_is_read_by_the_delta_method():
    reaching = Estimate(value=10.0, low=-1.0, high=21.0, level=0.9, n=5, unit="EUR/posting")

    assert Belief.of(reaching).sd == pytest.approx(22 / (2 * 1.6448536 * 10), rel=1e-6)


def test_an_interval_without_width_keeps_a_trace_of_doubt():
    exact = Estimate(value=10.0, low=10.0, high=10.0, level=0.9, n=5, unit="EUR/posting")

    assert Belief.of(exact).sd == LEAST_SD


def test_a_prior_can_be_taken_out_again():
    prior, data = Belief(0.2, 0.5), Belief(-0.4, 0.3)
    precision = prior.sd**-2 + data.sd**-2
    both = Belief((prior.mean * prior.sd**-2 + data.mean * data.sd**-2) / precision, precision**-0.5)

    alone = both.without(prior)

    assert (alone.mean, alone.sd) == pytest.approx((data.mean, data.sd))
    assert prior.without(prior) is None


def test_a_joint_belief_loses_its_prior_and_gets_it_back_by_the_product_of_normals():
    data, prior = Joint(Belief(2.0, 0.2), Belief(-0.5, 0.3), correlation=0.6), Belief(-1.0, 0.4)
    precision = np.linalg.inv(data.covariance) + np.diag([0.0, 0.98 / prior.sd**2])
    pull = np.linalg.inv(data.covariance) @ data.mean + [0.0, 0.98 * prior.mean / prior.sd**2]
    both = Joint.of(np.linalg.inv(precision) @ pull, np.linalg.inv(precision))

    alone = both.without(prior)

    np.testing.assert_allclose(alone.mean, data.mean)
    np.testing.assert_allclose(alone.covariance, data.covariance)
    assert both.without(Belief(0.0, 1e-3)) is None


def test_dividing_by_an_independent_factor_moves_and_widens_the_median_alone():
    both = Joint(Belief(2.0, 0.3), Belief(-0.5, 0.3), correlation=0.6)

    anew = both.divided_by(Belief(0.1, 0.4))

    assert (anew.median.mean, anew.median.sd) == pytest.approx((1.9, 0.5))
    assert anew.spread == both.spread
    assert anew.covariance[0, 1] == pytest.approx(both.covariance[0, 1])


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate.unknown("no_outcomes", unit="EUR/posting"),
        Estimate(value=0.0, low=-1.0, high=1.0, level=0.9, n=5, unit="EUR/posting"),
    ],
)
def test_what_has_no_log_is_refused_by_name(estimate):
    with pytest.raises(InvalidInput, match="worth_checks"):
        Belief.of(estimate, name="worth_checks")


@pytest.mark.parametrize("arguments", [(0.0, 1.0, 0.9), (2.0, 1.0, 0.9), (1.0, 2.0, 1.0)])
def test_an_interval_that_makes_no_sense_is_refused(arguments):
    low, high, level = arguments
    with pytest.raises(InvalidInput, match="low ≤ high"):
        Belief.within(low, high, level=level)


def test_a_belief_is_finite_and_its_doubt_not_negative():
    with pytest.raises(InvalidInput, match="sd ≥ 0"):
        Belief(0.0, -1.0)
