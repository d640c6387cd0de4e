"""The density of α and β: its slopes against differences, its grid against a finer and wider one, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.retention import churn_posterior
from models.retention.churn_posterior import Density, LifetimePrior
from models.retention.lifetime import quantiles
from models.retention.renewal_counts import RenewalCounts

BOOK = RenewalCounts.of_curve([300, 250, 221, 200, 186])
STEADY = RenewalCounts(np.full(24, 4000.0), np.full(24, 120.0), 4000)
NOBODY = RenewalCounts(np.full(12, 30.0), np.zeros(12), 30)


@pytest.mark.parametrize("prior", [None, LifetimePrior(difference=0.6)])
def test_slopes_are_those_of_the_density(prior):
    density, theta = Density(BOOK, prior), np.array([0.3, 1.4])

    gradient, hessian = density.slopes(theta)

    shifts = 1e-5 * np.eye(2)
    for at, shift in enumerate(shifts):
        up, down = theta + shift, theta - shift
        values = density.at(np.stack([up, down], axis=1))
        assert gradient[at] == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-5)
        changed = (density.slopes(up)[0] - density.slopes(down)[0]) / 2e-5
        assert hessian[at] == pytest.approx(changed, rel=1e-5)


@pytest.mark.parametrize(
    "book", [BOOK, STEADY, NOBODY, RenewalCounts(np.array([25.0]), np.array([25.0]), 25)]
)
def test_a_finer_and_wider_grid_tells_the_same(book, monkeypatch):
    density = Density(book, LifetimePrior())
    mode = density.climb(np.zeros(2))

    def figures() -> list[float]:
        theta, weight = density.posterior(mode)
        churn = np.exp(theta[0] - np.logaddexp(theta[0], theta[1]))
        return quantiles(churn, weight, [0.05, 0.5, 0.95]).tolist()

    coarse = figures()
    monkeypatch.setattr(churn_posterior, "_SIDE", 201)
    monkeypatch.setattr(churn_posterior, "_DEPTH", 20.0)
    monkeypatch.setattr(churn_posterior, "_STEADY", 801)
    fine = figures()

    width = fine[2] - fine[0]
    assert coarse == pytest.approx(fine, abs=0.03 * width)


def test_the_posterior_of_one_churn_for_all_is_a_beta_distribution():
    theta, _ = Density(STEADY, LifetimePrior()).steady()
    churn = np.exp(theta[0] - np.logaddexp(theta[0], theta[1]))

    assert churn.mean() == pytest.approx((24 * 120 + 0.5) / (24 * 4000 + 1), rel=1e-4)
    assert churn.std() == pytest.approx(np.sqrt(0.03 * 0.97 / 96_000), rel=0.03)


def test_steady_books_are_believed_to_be_steady_and_others_not():
    def share_of_steady(book: RenewalCounts) -> float:
        density = Density(book, LifetimePrior())
        theta, weight = density.posterior(density.climb(np.zeros(2)))
        return float(weight[theta.max(axis=0) > 20].sum())

    assert share_of_steady(STEADY) > 0.5
    assert share_of_steady(RenewalCounts.of_curve([1000, 631, 468, 382, 326])) < 1e-6


def test_without_a_fall_of_churn_there_is_no_maximum():
    for book in (STEADY, NOBODY, RenewalCounts(np.array([25.0]), np.array([5.0]), 25)):
        density = Density(book, None)
        assert not density.has_maximum(density.climb(np.array([0.0, 3.0])))
    density = Density(BOOK, None)
    assert density.has_maximum(density.climb(np.array([0.0, 3.0])))


def test_beliefs_that_cannot_be_are_refused():
    with pytest.raises(InvalidInput, match="difference"):
        LifetimePrior(difference=0.0)
    with pytest.raises(InvalidInput, match="steady"):
        LifetimePrior(steady=1.0)
