"""Lifetime value: the life table against arithmetic, known hazards recovered, and an endless life never claimed."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from models.ideal_customers.lifetime_value import Staying, lifetime_values


def book(hazard: float, *, n: int = 4000, ages: int = 36, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Customer-months at risk and departures by age, of customers who all leave at one rate."""
    rng = np.random.default_rng(seed)
    life = rng.geometric(hazard, n)
    age = np.arange(ages)
    at_risk = (life[:, None] > age).sum(axis=0).astype(float)
    return at_risk, (life[:, None] == age + 1).sum(axis=0).astype(float)


def test_with_a_constant_rate_it_is_a_geometric_series():
    staying = Staying.fit(*book(0.05), discount_rate=0.12, horizon=60)

    stays = 0.95 * 1.12 ** (-1 / 12)
    series = sum(stays**month for month in range(60))
    np.testing.assert_allclose(staying.remaining(np.array([0, 5, 30])), series, rtol=0.03)


def test_the_interval_of_the_rate_covers_it():
    held = []
    for seed in range(200):
        staying = Staying.fit(*book(0.04, n=60, ages=24, seed=seed), discount_rate=0.0, horizon=60)
        rate = staying.monthly_hazard(level=0.9)
        held.append(rate.low <= 0.04 <= rate.high)

    assert 0.85 <= np.mean(held) <= 0.95


def test_early_months_may_be_worse_than_later_ones():
    at_risk, left = np.full(40, 500.0), np.r_[np.full(3, 100.0), np.full(37, 5.0)]

    months = Staying.fit(at_risk, left, discount_rate=0.0, horizon=60).remaining(np.array([0, 12]))

    assert months[0] < 0.6 * months[1]


def test_where_nobody_has_left_yet_life_is_bounded_by_the_horizon():
    months = Staying.fit(np.full(12, 50.0), np.zeros(12), discount_rate=0.0, horizon=60).remaining(
        np.array([6])
    )

    assert 50 < months[0] < 60


def test_too_short_a_history_is_refused():
    with pytest.raises(NotEstimable, match="customer-months"):
        Staying.fit(np.array([20.0]), np.array([1.0]), discount_rate=0.12, horizon=60)


def test_who_left_is_worth_what_it_brought_and_nothing_more():
    staying = Staying.fit(*book(0.05), discount_rate=0.12, horizon=60)

    found = lifetime_values(staying, np.array([500.0, 500.0]), np.array([0.0, 40.0]), np.array([9, 9]))

    assert found.value[0] == found.low[0] == found.high[0] == 500
    assert 500 < found.low[1] < found.value[1] < found.high[1]


def test_a_customer_that_costs_more_than_it_pays_loses_more_the_longer_it_stays():
    staying = Staying.fit(*book(0.05), discount_rate=0.12, horizon=60)

    found = lifetime_values(staying, np.array([0.0]), np.array([-10.0]), np.array([3]))

    assert found.low[0] < found.value[0] < found.high[0] < 0


def test_values_are_in_the_money_that_margins_are_in():
    staying = Staying.fit(*book(0.05), discount_rate=0.12, horizon=60)
    so_far, now, age = np.array([10.0, 90.0]), np.array([1.0, 5.0]), np.array([2, 20])

    euros, cents = (lifetime_values(staying, so_far * unit, now * unit, age) for unit in (1, 100))

    np.testing.assert_allclose(cents.value, 100 * euros.value)
    np.testing.assert_allclose(cents.high, 100 * euros.high)
