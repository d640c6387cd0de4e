"""Errors of sums whose variance is learned from all customers, and of what few of them bring or take."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention.pooled_variance import Shares, error_of, error_of_flow, interval


def shares_of(size: np.ndarray) -> Shares:
    return Shares.of(size, size / size.sum())


def test_of_many_alike_customers_the_variance_is_the_usual_one() -> None:
    ratio = np.repeat([0.0, 1.0, 1.5], [300, 2400, 300])
    moments, _ = error_of(shares_of(np.ones(3000)), ratio, float(ratio.mean()))

    assert moments.variance == pytest.approx(ratio.var() / 3000, rel=0.02)


def test_what_the_small_do_is_believed_of_the_large() -> None:
    size = np.where(np.arange(50) == 0, 100.0, 1.0)
    ratio = np.where((np.arange(50) > 0) & (np.arange(50) < 11), 0.0, 1.0)
    low, high = interval(shares_of(size), ratio, float(size @ ratio / size.sum()), level=0.9)

    assert low < 0.5
    assert high > 1


def test_parts_need_not_add_up_to_one() -> None:
    ratio = np.repeat([0.0, 1.0], [20, 180])
    once, twice = (
        interval(Shares.of(np.ones(200), np.full(200, part)), ratio, 0.9, level=0.9) for part in (0.005, 0.01)
    )

    assert np.subtract(twice, 0.9) == pytest.approx(2 * np.subtract(once, 0.9), rel=1e-6)


def test_a_flow_of_rare_customers_varies_as_their_count_does() -> None:
    moments = error_of_flow(shares_of(np.ones(5000)), np.repeat([1.0, 0.0], [100, 4900]))

    assert moments.variance * 5000**2 == pytest.approx(100, rel=0.03)
