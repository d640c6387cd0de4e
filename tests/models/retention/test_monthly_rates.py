"""Rates of leaving, growing and shrinking: known ones are found, unseen ones are not nothing, waves are doubt."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import TooFewCustomers
from models.retention.monthly_rates import MonthlyRates
from models.retention.renewal_calendar import DUE, INSIDE


def book(
    *, leaving: float, growing: float = 0.0, n: int = 3000, months: int = 25, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Customers of two years and more, who leave and grow with one chance a month each."""
    rng = np.random.default_rng(seed)
    stays = (rng.random((months, n)) >= leaving).cumprod(axis=0)
    steps = np.where(rng.random((months, n)) < growing, 0.2, 0.0).cumsum(axis=0)
    z = np.rint(np.exp(rng.normal(9, 1, n) + steps) * stays).astype(np.int64)
    return z, np.repeat(np.arange(30, 30 + months)[:, None], n, axis=1)


def test_known_rates_lie_within_their_draws() -> None:
    rates = MonthlyRates.fit(*book(leaving=0.02, growing=0.03), draws=600, seed=0)
    old = rates.leaves.rate[:, -3:].mean(axis=1)
    grows = rates.grows.rate.mean(axis=1)

    assert np.quantile(old, 0.01) < 0.02 < np.quantile(old, 0.99)
    assert np.quantile(grows, 0.01) < 0.03 < np.quantile(grows, 0.99)
    assert np.exp(rates.grows.steps).mean() == pytest.approx(np.exp(0.2), rel=0.01)


def test_where_nobody_left_leaving_is_rare_and_not_impossible() -> None:
    rates = MonthlyRates.fit(*book(leaving=0.0, n=50), draws=400, seed=0)

    assert 0 < rates.leaves.rate.mean() < 0.01


def test_a_step_that_nobody_took_yet_is_the_usual_one() -> None:
    rates = MonthlyRates.fit(*book(leaving=0.01), draws=50, seed=0)

    assert set(np.unique(rates.grows.steps)) == {0.15}


def test_young_customers_have_a_rate_of_their_own() -> None:
    z, age = book(leaving=0.02)
    young = MonthlyRates.fit(z, age - 30, draws=400, seed=0)

    assert young.leaves.rate[:, :3].mean() == pytest.approx(0.02, rel=0.3)


def test_raises_for_all_in_one_month_of_the_year_make_good_and_bad_months() -> None:
    z, age = book(leaving=0.01, growing=0.01)
    waves = z.astype(np.float64)
    waves[6:] *= 1.1
    waves[18:] *= 1.1
    calm, wavy = (
        MonthlyRates.fit(each, age, draws=200, seed=0) for each in (z, np.rint(waves).astype(np.int64))
    )

    assert calm.grows.variance < 0.1
    assert wavy.grows.variance > 3
    assert wavy.grows.months(1000, np.random.default_rng(0)).mean() == pytest.approx(1.0, abs=0.05)


def test_what_is_left_of_a_first_bill_falls_with_leaving_and_rises_with_growth() -> None:
    leaving = MonthlyRates.fit(*book(leaving=0.03), draws=200, seed=0).left_of_first_bill(13)
    growing = MonthlyRates.fit(*book(leaving=0.03, growing=0.3), draws=200, seed=0).left_of_first_bill(13)

    assert (leaving[:, 0] == 1).all()
    assert (np.diff(leaving.mean(axis=0)) < 0).all()
    assert growing[:, 12].mean() > 1 > leaving[:, 12].mean()


def test_in_another_currency_the_rates_are_the_same() -> None:
    z, age = book(leaving=0.02, growing=0.03, n=300)
    one, other = (MonthlyRates.fit(scale * z, age, draws=50, seed=3) for scale in (1, 100))

    assert np.allclose(one.leaves.rate, other.leaves.rate)
    assert np.allclose(one.grows.steps, other.grows.steps)


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(TooFewCustomers):
        MonthlyRates.fit(np.full((3, 10), 100), np.zeros((3, 10), dtype=np.int64), draws=10, seed=0)


def test_customers_who_leave_at_the_end_of_a_term_have_one_rate_there_and_another_inside_it() -> None:
    rng = np.random.default_rng(2)
    due = (np.arange(25)[:, None] + np.arange(1200)) % 12 == 0
    stays = (rng.random(due.shape) >= np.where(due, 0.2, 0.001)).cumprod(axis=0)
    z, age = 1000 * stays, np.repeat(np.arange(30, 55)[:, None], 1200, axis=1)
    rates = MonthlyRates.fit(z, age, situation=np.where(due, DUE, INSIDE), draws=400, seed=0)
    at_end, inside = (
        rates.leaves.rate[:, rates.cells(np.array([40]), np.array([2]), np.array([each]))[0][0]]
        for each in (DUE, INSIDE)
    )

    assert np.quantile(at_end, 0.01) < 0.2 < np.quantile(at_end, 0.99)
    assert np.quantile(inside, 0.01) < 0.001 < np.quantile(inside, 0.99)
    left = rates.left_of_first_bill(14, 12).mean(axis=0)
    assert left[11] > 0.95
    assert left[12] < 0.9 * left[11]


def test_an_end_of_a_term_that_nobody_saw_yet_is_as_dangerous_as_a_year_of_leaving() -> None:
    z, age = np.full((10, 40), 1000), np.repeat(np.arange(10)[:, None], 40, axis=1)
    rates = MonthlyRates.fit(z, age, situation=np.full(z.shape, INSIDE), draws=2000, seed=0)
    unseen = rates.leaves.rate[:, rates.cells(np.array([11]), np.array([2]), np.array([DUE]))[0][0]]

    assert 0.05 < unseen.mean() < 0.3
    assert np.quantile(unseen, 0.1) < 0.02
