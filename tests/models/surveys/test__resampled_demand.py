"""Resampled demand: smoothed best prices, bands, customers instead of contacts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from models.surveys import _resampled_demand
from models.surveys._base import Asked
from models.surveys._paths import Paths
from models.surveys._resampled_demand import ResampledDemand

ASKED = Asked(unit="EUR/month", resamples=300)
LABEL = ASKED.label("")


def paths_of(willingness: np.ndarray, weights: np.ndarray | None = None) -> Paths:
    """Return paths of people who buy up to their willingness, whatever the price."""
    prices = np.column_stack([willingness * share for share in (0.5, 0.7, 1.0, 1.0)])
    chances = np.tile([1.0, 1.0, 1.0, 0.0], (len(willingness), 1))
    return Paths(
        prices=prices, chances=chances, weights=np.ones(len(willingness)) if weights is None else weights
    )


def log_normal(seed: int, n: int) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(np.log(100), 0.4, n))


def test_revenue_of_log_normal_willingness_is_best_where_theory_says():
    # p (1 - Φ(z)) is highest where 0.4 (1 - Φ(z)) = φ(z), z = log(p / 100) / 0.4.
    z = optimize.brentq(lambda z: 0.4 * stats.norm.sf(z) - stats.norm.pdf(z), -3, 0)
    demand = ResampledDemand(paths_of(log_normal(0, 4_000)), cluster=np.arange(4_000), asked=ASKED)

    best = demand.best_margin(LABEL)

    assert best.value == pytest.approx(100 * np.exp(0.4 * z), rel=0.03)
    assert best.low <= 100 * np.exp(0.4 * z) <= best.high


def test_the_demand_curve_is_the_share_that_still_buys():
    willingness = log_normal(1, 500)
    demand = ResampledDemand(paths_of(willingness), cluster=np.arange(500), asked=ASKED).demand()

    still = [(willingness > price).mean() for price in demand.price]

    assert demand.price.size == 61
    assert demand.share == pytest.approx(still, abs=1e-9)
    assert np.all((demand.low <= demand.share) & (demand.share <= demand.high))
    assert np.all((demand.low >= 0) & (demand.high <= 1))
    # Where all, or none, of the respondents buy, the band still has a width.
    assert np.all(demand.high - demand.low > 0)


def test_contacts_who_repeat_their_colleague_add_no_certainty():
    willingness, customer = log_normal(2, 200), np.arange(200)
    alone = ResampledDemand(paths_of(willingness), cluster=customer, asked=ASKED)

    copied = ResampledDemand(paths_of(np.tile(willingness, 5)), cluster=np.tile(customer, 5), asked=ASKED)
    weighted = ResampledDemand(paths_of(willingness, np.full(200, 5.0)), cluster=customer, asked=ASKED)

    for other in (copied, weighted):
        one, two = alone.best_margin(LABEL), other.best_margin(LABEL)
        assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high))
        assert two.n == 200
        assert alone.demand().high == pytest.approx(other.demand().high)


def test_groups_of_customers_vary_like_customers(monkeypatch):
    paths, customers = paths_of(log_normal(3, 3_000)), np.arange(3_000)
    one_by_one = Asked(unit="EUR", resamples=600)
    monkeypatch.setattr(_resampled_demand, "UNITS", 3_000)
    each = ResampledDemand(paths, cluster=customers, asked=one_by_one).best_margin(LABEL)
    monkeypatch.setattr(_resampled_demand, "UNITS", 500)

    dealt = ResampledDemand(paths, cluster=customers, asked=one_by_one).best_margin(LABEL)

    assert dealt.value == pytest.approx(each.value, rel=1e-9)
    assert np.log(dealt.high / dealt.low) == pytest.approx(np.log(each.high / each.low), rel=0.15)


def test_the_same_seed_gives_the_same_bits_and_another_seed_other_draws():
    paths, customers = paths_of(log_normal(4, 150)), np.arange(150)

    def best(seed: int):
        asked = Asked(unit="EUR", resamples=100, seed=seed)
        return ResampledDemand(paths, cluster=customers, asked=asked).best_margin(LABEL)

    assert best(1) == best(1)
    assert best(1).value == best(2).value
    assert best(1).low != best(2).low


def test_a_best_price_at_the_edge_of_the_answers_says_so():
    # At a cost that hardly anybody would pay, a handful of dreamers are the best customers.
    willingness = np.r_[log_normal(5, 996), np.full(4, 5_000.0)]
    demand = ResampledDemand(paths_of(willingness), cluster=np.arange(1_000), asked=ASKED)

    assert [each.code for each in demand.best_margin(LABEL, cost=280).warnings] == ["best_price_at_the_edge"]
    assert demand.best_margin(LABEL).warnings == ()


def test_everybody_giving_one_price_has_that_best_price():
    best = ResampledDemand(paths_of(np.full(30, 50.0)), cluster=np.arange(30), asked=ASKED).best_margin(LABEL)

    assert best.value == pytest.approx(50, rel=0.25)
