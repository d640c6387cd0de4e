"""Attribution is drawn once for all customers, with the mean and deviation that were stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribution import Judgement, draw_factors
from models.errors import InvalidInput


@pytest.mark.parametrize("relative_sd", [0.0, 0.2, 1.0])
@pytest.mark.parametrize(("attribution", "sd"), [(0.5, 0.1), (0.1, 0.05), (0.9, 0.02), (0.3, 0.0)])
def test_draws_have_the_stated_mean_and_deviation(relative_sd, attribution, sd):
    judgement = Judgement(relative_sd=relative_sd, attribution=attribution, attribution_sd=sd)

    factors = draw_factors([judgement], draws=200_000, seed=0)[:, 0]

    variance = (attribution**2 + sd**2) * (1 + relative_sd**2) - attribution**2  # of a product of two
    assert factors.mean() == pytest.approx(attribution, rel=0.015)
    assert factors.std() == pytest.approx(np.sqrt(variance), rel=0.03, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 2), st.integers(0, 100))
def test_without_doubt_about_the_money_a_factor_is_a_share(attribution, sd, seed):
    factors = draw_factors([Judgement(attribution=attribution, attribution_sd=sd)], draws=20, seed=seed)

    assert ((factors >= 0) & (factors <= 1)).all()


@pytest.mark.parametrize("attribution", [0.0, 1.0])
def test_nothing_and_everything_are_certain(attribution):
    factors = draw_factors([Judgement(attribution=attribution, attribution_sd=0.2)], draws=10, seed=0)

    assert (factors == attribution).all()


def test_a_deviation_wider_than_any_share_can_have_still_keeps_the_mean():
    factors = draw_factors([Judgement(attribution=0.3, attribution_sd=5.0)], draws=100_000, seed=0)

    assert factors.mean() == pytest.approx(0.3, abs=0.01)


def test_gross_value_is_taken_as_it_stands():
    assert (draw_factors([Judgement()], draws=5, seed=0) == 1).all()


def test_the_draws_of_one_kpi_do_not_depend_on_those_that_follow():
    one, two = Judgement(attribution=0.4, attribution_sd=0.1), Judgement(relative_sd=0.3, attribution=0.6)

    both = draw_factors([one, two], draws=50, seed=3)

    np.testing.assert_array_equal(both[:, :1], draw_factors([one], draws=50, seed=3))
    assert abs(np.corrcoef(both.T)[0, 1]) < 0.4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"attribution": 1.2}, "attribution must be a share between 0 and 1, got 1.2"),
        ({"attribution": -0.1}, "attribution must be a share"),
        ({"relative_sd": -0.1}, "standard deviations must be ≥ 0"),
        ({"attribution": 0.5, "attribution_sd": -0.1}, "standard deviations must be ≥ 0"),
    ],
)
def test_a_judgement_that_cannot_be_is_refused(wrong, message):
    with pytest.raises(InvalidInput, match=message):
        Judgement(**wrong)
