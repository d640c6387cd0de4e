"""Gamma-gamma: published means, a density that integrates to one, and sums that have the expected mean."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.purchases.gamma_gamma import GammaGamma, Spends

CDNOW = GammaGamma(6.2488, 3.7446, 15.4477)


def test_the_published_means_of_cdnow_are_reproduced():
    found = CDNOW.expected(Spends.of_customers([2, 1], [22.35, 11.77]))

    assert found == pytest.approx([24.6586, 18.9115], abs=2e-4)
    assert pytest.approx(35.1710, abs=2e-3) == CDNOW.mean


@pytest.mark.parametrize("count", [1, 7])
def test_the_density_of_a_mean_integrates_to_one(count):
    points, weights = np.polynomial.legendre.leggauss(400)
    logs = 6 * points + 3
    spends = Spends(np.full(400, float(count)), np.exp(logs))

    assert 6 * weights @ np.exp(CDNOW.log_likelihood(spends) + logs) == pytest.approx(1, abs=1e-5)


def test_drawn_sums_have_the_expected_mean():
    spends = Spends.of_customers(np.full(200_000, 3), np.full(200_000, 40.0))

    drawn = CDNOW.draw(spends, np.full(200_000, 2), np.random.default_rng(2))

    assert drawn.mean() == pytest.approx(2 * CDNOW.expected(spends)[0], rel=0.01)
    assert not CDNOW.draw(spends, np.zeros(200_000, dtype=int), np.random.default_rng(2)).any()


@pytest.mark.parametrize(("purchases", "mean"), [([0], [3.0]), ([1], [0.0]), ([], [])])
def test_spends_need_purchases_and_money(purchases, mean):
    with pytest.raises(InvalidInput):
        Spends.of_customers(purchases, mean)
