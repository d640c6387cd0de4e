"""Contradicting answers: shares by hand, and the slip rate that is in them."""

from __future__ import annotations

import numpy as np
import pytest

from models.censored.intervals import Intervals
from models.censored.slips import shares_of

PRICES = np.array([4.0, 7, 10, 14, 20, 30])


def candidates(yes: np.ndarray) -> tuple[Intervals, np.ndarray, np.ndarray]:
    """Every cut of every full ladder of answers (n, 6)."""
    n = len(yes)
    edges = np.concatenate([[0.0], PRICES, [np.inf]])
    cut = np.arange(7)
    below = np.arange(6) < cut[:, None]
    denied = (yes[:, None, :] != below).sum(axis=2).astype(float)
    row = np.repeat(np.arange(n), 7)
    rows = Intervals(
        lower=edges[np.tile(cut, n)], upper=edges[np.tile(cut, n) + 1], weight=np.ones(7 * n), cluster=row
    )
    return rows, row, denied.ravel()


def test_consistent_answers_keep_their_one_interval():
    yes = np.arange(6) < np.array([0, 2, 3, 6])[:, None]
    rows, row, denied = candidates(yes)

    shares, rate = shares_of(rows, respondent=row, denied=denied, answers=np.full(4, 6.0))

    assert rate == 0
    np.testing.assert_array_equal(shares, denied == 0)


@pytest.mark.parametrize("rate", [0.02, 0.06])
def test_the_slip_rate_and_the_demand_without_slips_are_found(rate: float):
    rng = np.random.default_rng(0)
    most = 10 * np.exp(0.6 * rng.standard_normal(3000))
    yes = (most[:, None] >= PRICES) ^ (rng.random((3000, 6)) < rate)
    rows, row, denied = candidates(yes)

    shares, found = shares_of(rows, respondent=row, denied=denied, answers=np.full(3000, 6.0))
    demand = [(shares * (rows.lower >= price)).sum() / 3000 for price in PRICES]

    assert found == pytest.approx(rate, rel=0.2)
    np.testing.assert_allclose(demand, (most[:, None] >= PRICES).mean(axis=0), atol=0.012)
    # Taken at their word, answers at the ladder's ends are wrong by up to the slip rate.
    assert np.abs(yes.mean(axis=0) - (most[:, None] >= PRICES).mean(axis=0)).max() > 0.5 * rate


def test_everybody_is_shared_out_whole():
    yes = np.random.default_rng(1).random((50, 6)) < 0.5
    rows, row, denied = candidates(yes)

    shares, _ = shares_of(rows, respondent=row, denied=denied, answers=np.full(50, 6.0))

    np.testing.assert_allclose(np.bincount(row, shares), 1)
