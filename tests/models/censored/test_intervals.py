"""Intervals: what they refuse, and what alternatives cost."""

from __future__ import annotations

import numpy as np
import pytest

from models.censored.intervals import Intervals
from models.errors import InvalidInput, NotEstimable


def intervals(**changed: np.ndarray) -> Intervals:
    given = {"lower": np.array([0.0, 5]), "upper": np.array([5.0, np.inf]), "weight": np.ones(2),
             "cluster": np.array([0, 1])}  # fmt: skip
    return Intervals(**(given | changed))


@pytest.mark.parametrize(
    "wrong",
    [
        {"lower": np.array([0.0, np.inf])},
        {"lower": np.array([5.0, 5])},
        {"lower": np.array([-1.0, 5])},
        {"weight": np.array([1.0, -1])},
        {"weight": np.array([1.0, np.nan])},
        {"anchor": np.array([1.0, 0])},
    ],
)
def test_rows_that_are_no_intervals_are_refused(wrong):
    with pytest.raises(InvalidInput):
        intervals(**wrong)


def test_answers_without_weight_are_no_answers():
    with pytest.raises(NotEstimable) as refusal:
        intervals(weight=np.zeros(2))

    assert refusal.value.reason == "no_answers"


def test_bounds_are_the_finite_prices_above_zero():
    np.testing.assert_array_equal(intervals().bounds, [5.0])


def test_only_clusters_with_weight_count():
    assert intervals(weight=np.array([1.0, 0])).clusters == 1


def test_certain_rows_miss_no_information_and_even_alternatives_miss_the_scores_variance():
    scores = np.array([[1.0, 2.0], [3.0, -2.0]])

    assert not intervals().missing(scores).any()
    assert not intervals(one_of=np.array([0, 1])).missing(scores).any()
    np.testing.assert_allclose(
        intervals(one_of=np.array([0, 0])).missing(scores), 2 * np.cov(scores.T, bias=True)
    )
