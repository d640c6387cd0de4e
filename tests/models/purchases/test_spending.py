"""What a purchase costs: truth recovered, currency without effect, and finite where all cost the same."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from models.purchases.gamma_gamma import Spends
from models.purchases.spending import Spending


def spends(n: int, seed: int = 3) -> Spends:
    """Customers of p 6, q 4 and v 15: 30 on average."""
    rng = np.random.default_rng(seed)
    rate, counts = rng.gamma(4.0, 1 / 15.0, n), rng.integers(1, 6, n)
    return Spends.of_customers(counts, rng.gamma(6.0 * counts) / rate / counts)


def test_the_law_of_many_customers_is_recovered():
    best = Spending().fit(spends(40_000)).best

    assert best is not None
    assert (float(best.p[0]), float(best.q[0]), float(best.v[0])) == pytest.approx((6, 4, 15), rel=0.1)


def test_the_interval_of_the_mean_holds_it_nine_times_in_ten():
    held = [
        found.low <= 30 <= found.high
        for found in (Spending(draws=300).fit(spends(120, seed)).mean("EUR") for seed in range(60))
    ]

    assert 48 <= sum(held) <= 59


def test_another_currency_scales_all_amounts():
    euros = spends(200)
    cents = Spends(euros.purchases, 100 * euros.mean)

    one, other = (Spending().fit(each) for each in (euros, cents))

    assert other.mean("EUR").value == pytest.approx(100 * one.mean("EUR").value, rel=1e-4)
    assert other.expected() == pytest.approx(100 * one.expected(), rel=1e-4)


def test_one_price_for_all_is_known_to_be_that_price():
    fit = Spending().fit(Spends.of_customers(np.arange(1, 41), np.full(40, 300.0)))

    found = fit.mean("EUR")
    assert fit.best is None
    assert found.value == pytest.approx(300, rel=0.02)
    assert found.low < found.value < found.high
    assert fit.expected() == pytest.approx(np.full(40, 300.0), rel=0.02)


def test_too_few_customers_are_refused():
    with pytest.raises(NotEstimable, match="there are 19"):
        Spending().fit(Spends.of_customers(np.ones(19), np.ones(19)))
