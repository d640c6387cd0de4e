"""Smooth demand: its best price by calculus, where it falls to a share, its mean, and its tail."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from models.censored.averaging import Average, average
from models.censored.optimum import SmoothDemand
from models.censored.parametric import fit
from tests.models.censored.answers import scattered


def smooth(
    average: Average, *, reach: tuple[float, float] = (0.0, 1.0), highest: float = 60.0
) -> SmoothDemand:
    return SmoothDemand.of(average, reach=reach, asked=(2.0, highest), draws=400, seed=0)


@pytest.fixture(scope="module")
def log_normal() -> Average:
    """Only the straight log-normal, whose best price and mean can be calculated."""
    return Average((fit(scattered(0, 300)),), np.ones(1))


@pytest.mark.parametrize("cost", [0.0, 5.0])
def test_the_best_price_is_that_of_calculus(log_normal: Average, cost: float):
    (one,) = log_normal.fits
    m, s = one.theta[0] / one.theta[1], one.theta[1]

    def slope(x: float) -> float:
        z, p = s * (x - m), np.exp(x)
        return special.ndtr(-z) * p - (p - cost) * s * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    expected = np.exp(optimize.brentq(slope, np.log(cost + 2), 5))

    assert smooth(log_normal).best(cost)[0] == pytest.approx(expected, rel=1e-4)


def test_where_some_buy_at_any_price_the_best_price_is_still_that_of_the_prices_asked(log_normal: Average):
    nobody, some = smooth(log_normal), smooth(log_normal, reach=(0.02, 0.98))

    assert some.best(0.0)[0] == pytest.approx(nobody.best(0.0)[0], rel=0.2)
    assert (
        smooth(log_normal, reach=(0.02, 0.98), highest=6.0).best(0.0)[0] > 6.0
    )  # it may lie just beyond them


def test_demand_falls_to_a_share_where_the_law_says(log_normal: Average):
    (one,) = log_normal.fits

    assert smooth(log_normal).price_at(0.5)[0] == pytest.approx(one.median, rel=1e-5)
    # Of 0.1 + 0.6 S = 0.4 the half of S is the point.
    assert smooth(log_normal, reach=(0.1, 0.6)).price_at(0.4)[0] == pytest.approx(one.median, rel=1e-5)


def test_the_mean_is_the_laws_and_the_tail_what_lies_beyond_the_prices_asked(log_normal: Average):
    (one,) = log_normal.fits
    law = stats.lognorm(1 / one.theta[1], scale=one.median)

    demand = smooth(log_normal, highest=30.0)
    beyond = law.expect(lambda w: w - 30, lb=30) / law.mean()

    assert demand.mean()[0] == pytest.approx(law.mean(), rel=2e-3)
    assert demand.tail() == pytest.approx(beyond, abs=2e-3)


def test_the_law_with_the_longest_tail_decides_however_small_its_weight():
    averaged = average(scattered(1, 300))
    tails = [smooth(Average((one,), np.ones(1))).tail() for one in averaged.fits if one.kind == "straight"]

    assert smooth(averaged).tail() == pytest.approx(max(tails))


def test_where_some_buy_at_any_price_all_of_the_mean_is_tail(log_normal: Average):
    assert smooth(log_normal, reach=(0.1, 0.9)).tail() == 1


def test_the_band_holds_the_demand_and_widens_with_the_level(log_normal: Average):
    demand, price = smooth(log_normal), np.array([5.0, 10, 20])
    (low, high), (lower, higher) = demand.band(price, 0.8), demand.band(price, 0.95)

    assert (lower < low).all()
    assert (low < demand.share(price)).all()
    assert (demand.share(price) < high).all()
    assert (high < higher).all()
