"""New customers: level and trend are found, doubt grows where counts scatter, and nobody is not for ever nobody."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention.new_business import NewBusiness

BILLS = np.array([1000.0, 2000.0, 3000.0])


def drawn(counts: np.ndarray, *, months: int = 12, factor: float = 1.0) -> np.ndarray:
    new = NewBusiness.fit(counts, BILLS, draws=2000, seed=0)
    return new.arrivals(months, np.random.default_rng(1), factor=factor)


def test_level_and_trend_are_found() -> None:
    rng = np.random.default_rng(4)
    mean = 40 * np.exp(0.03 * np.arange(-23, 1))
    new = NewBusiness.fit(rng.poisson(mean), BILLS, draws=2000, seed=0)

    assert np.exp(new.level).mean() == pytest.approx(40, rel=0.15)
    assert np.quantile(new.trend, 0.01) < 0.03 < np.quantile(new.trend, 0.99)


def test_they_pay_what_new_customers_paid_at_first() -> None:
    assert drawn(np.full(24, 10)).mean() == pytest.approx(10 * 2000, rel=0.05)


def test_counts_that_scatter_widen_the_doubt() -> None:
    calm, wild = np.full(24, 20), np.tile([0, 40], 12)

    assert drawn(wild).std() > 2 * drawn(calm).std()
    assert NewBusiness.fit(wild, BILLS, draws=10, seed=0).dispersion.min() > 5


def test_a_trend_is_followed_for_a_year_and_then_held() -> None:
    rising = np.round(10 * np.exp(0.05 * np.arange(24))).astype(np.int64)
    ahead = drawn(rising, months=36).mean(axis=0)

    assert ahead[11] > 1.2 * ahead[0]
    assert ahead[-12:].mean() == pytest.approx(ahead[11:23].mean(), rel=0.05)


def test_twice_as_many_bring_twice_as_much() -> None:
    assert drawn(np.full(24, 10), factor=2.0).mean() == pytest.approx(
        2 * drawn(np.full(24, 10)).mean(), rel=0.05
    )


def test_many_and_few_are_summed_alike() -> None:
    few, many = drawn(np.full(24, 20)), drawn(np.full(24, 30))

    assert many.mean() / few.mean() == pytest.approx(1.5, rel=0.05)
    assert many.var() / few.var() == pytest.approx(1.5, rel=0.25)


def test_where_nobody_ever_came_nothing_is_brought() -> None:
    new = NewBusiness.fit(np.zeros(24, dtype=np.int64), np.zeros(0), draws=100, seed=0)

    assert (new.arrivals(12, np.random.default_rng(0)) == 0).all()
