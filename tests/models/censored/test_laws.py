"""The standard laws against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.censored.laws import LAWS, Law

WILLINGNESS = {
    "log-normal": lambda median, slope: stats.lognorm(1 / slope, scale=median),
    "log-logistic": lambda median, slope: stats.fisk(slope, scale=median),
    "Weibull": lambda median, slope: stats.weibull_min(slope, scale=median / np.log(2) ** (1 / slope)),
}
STANDARD = {"log-normal": stats.norm, "log-logistic": stats.logistic, "Weibull": stats.gumbel_l}
every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)


@every_law
def test_tails_and_density_are_scipys(law: Law):
    z = np.linspace(-8, 3, 23)
    standard = STANDARD[law.name]

    np.testing.assert_allclose(law.upper(z), standard.sf(z), rtol=1e-12)
    np.testing.assert_allclose(law.lower(z), standard.cdf(z), rtol=1e-12)
    np.testing.assert_allclose(law.density(z), standard.pdf(z), rtol=1e-12)


@every_law
def test_the_bend_is_the_derivative_of_the_log_density(law: Law):
    z, step = np.linspace(-6, 2, 17), 1e-6

    rise = (np.log(law.density(z + step)) - np.log(law.density(z - step))) / (2 * step)

    np.testing.assert_allclose(law.bend(z), rise, rtol=1e-5, atol=1e-8)


@every_law
@pytest.mark.parametrize("slope", [1.3, 2.0, 6.0])
def test_mean_and_median_of_willingness_are_scipys(law: Law, slope: float):
    expected = WILLINGNESS[law.name](20.0, slope)

    assert expected.median() == pytest.approx(20.0)
    assert law.mean_at(np.log(20.0), slope) == pytest.approx(expected.mean(), rel=1e-9)


def test_a_log_logistic_with_slope_one_has_no_mean():
    law = next(law for law in LAWS if law.name == "log-logistic")

    assert law.mean_at(0.0, 1.0) == np.inf


@every_law
def test_nothing_overflows_at_infinity(law: Law):
    np.testing.assert_allclose(law.survival(np.array([-np.inf, np.inf])), [1.0, 0.0], atol=1e-300)
