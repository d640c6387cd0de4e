"""Rank correlations of weighted samples and their influence, against scipy and their own sampling error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.rank_correlation import RankCorrelation


def test_the_standard_error_of_a_rank_correlation_is_its_sampling_error():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(400, 300))
    b = 0.6 * a + 0.8 * rng.normal(size=a.shape)

    error = RankCorrelation(a[0], b[0]).influence().std() / np.sqrt(300)

    sampled = np.std([stats.spearmanr(one, other).statistic for one, other in zip(a, b, strict=True)])
    assert error == pytest.approx(sampled, rel=0.15)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.ones(9), np.arange(9.0)),  # all customers have the same units
        (np.arange(9.0), np.ones(9)),  # all have the same value
        (np.arange(2.0), np.arange(2.0)),  # two always correlate
        (np.full(9, np.nan), np.arange(9.0)),
    ],
)
def test_a_correlation_that_is_not_there_has_no_influence_function(a, b):
    assert np.isnan(RankCorrelation(a, b).influence()).all()
