"""The interval of a ratio of two flows: like that of counts where customers are alike, wider where one may move."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from models.retention.pooled_variance import Shares
from models.retention.quick_ratio import ends_of_ratio


def equal(n: int) -> Shares:
    return Shares.of(np.ones(n), np.full(n, 1 / n))


def test_of_customers_of_one_size_it_is_that_of_a_ratio_of_counts() -> None:
    """Katz: the log of a ratio of two counts a and b has the standard error √(1/a + 1/b)."""
    n, came, left = 4000, 400, 300
    gains = (np.arange(n) < came).astype(float)
    losses = (np.arange(n) >= n - left).astype(float)

    low, high = ends_of_ratio(equal(n), gains, losses, level=0.95)

    reach = exp(1.96 * (1 / came + 1 / left) ** 0.5)
    assert (low, high) == pytest.approx((came / left / reach, came / left * reach), rel=0.02)


def test_it_is_as_wide_upwards_as_downwards_in_logs() -> None:
    gains, losses = np.repeat([1.0, 0.0], [10, 90]), np.repeat([0.0, 0.4], [95, 5])
    low, high = ends_of_ratio(equal(100), gains, losses, level=0.9)

    assert log(high) + log(low) == pytest.approx(2 * log(10 / 2))


def test_a_large_customer_that_may_leave_widens_it() -> None:
    gains, losses = np.repeat([1.0, 0.0], [10, 90]), np.repeat([0.0, 1.0], [95, 5])
    size = np.where(np.arange(100) == 50, 40.0, 1.0)
    alike, unlike = (
        ends_of_ratio(shares, gains, losses, level=0.9)
        for shares in (equal(100), Shares.of(size, size / size.sum()))
    )

    assert unlike[1] / unlike[0] > 2 * alike[1] / alike[0]


def test_where_nothing_was_gained_something_may_have_been() -> None:
    low, high = ends_of_ratio(equal(100), np.zeros(100), np.repeat([1.0, 0.0], [20, 80]), level=0.9)

    assert low == 0
    assert 0 < high < 0.3
