"""Plans that keep within their budgets in nearly all draws: chances that hold, and bounds that no plan exceeds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from models.errors import InvalidInput
from models.pricing.raises.chances import plan_raises
from models.pricing.raises.draws import Draws

SEEDS = st.integers(0, 2**32 - 1)


def book(groups: int, *, draws: int = 100, levels: int = 4, seed: int = 1, budget: float = 0.01) -> Draws:
    """Customers whose common slope is in doubt: money and churn of each level, draw by draw."""
    rng = np.random.default_rng(seed)
    share, mrr = np.linspace(0, 0.25, levels), rng.lognormal(7, 1, groups)
    slope = rng.lognormal(1.0, 0.6, (draws, 1)) * rng.lognormal(0, 0.3, groups)
    before = 0.05 + 0.1 * rng.random(groups)
    odds = special.logit(before)[None, :, None] + slope[:, :, None] * np.log1p(share)
    left = special.expit(odds)
    gain = mrr[None, :, None] * 24 * ((1 + share) * (1 - left) - (1 - before)[None, :, None])
    churn = left - before[None, :, None]
    gain[:, :, 0], churn[:, :, 0] = 0, 0
    allowed = rng.random((groups, levels)) < 0.9
    allowed[:, 0] = True
    weights = np.stack([np.full(groups, 1 / groups), mrr / mrr.sum()])
    return Draws(
        gain=gain,
        churn=churn[None] * weights[:, None, :, None],
        allowed=allowed,
        budget=np.full(2, budget),
    )


def mean_of_worst_tenth(gains: np.ndarray) -> float:
    return float(np.sort(gains)[: max(round(0.1 * gains.size), 1)].mean())


def best_of_all(draws: Draws, risk_aversion: float) -> float:
    """The most that any plan within the chances is worth, by trying all of them."""
    groups, levels = draws.allowed.shape
    best = 0.0
    for plan in itertools.product(range(levels), repeat=groups):
        level = np.array(plan)
        if draws.allowed[np.arange(groups), level].all() and draws.within(level):
            gains = draws.gains(level)
            worth = (1 - risk_aversion) * gains.mean() + risk_aversion * mean_of_worst_tenth(gains)
            best = max(best, worth)
    return best


@given(seed=SEEDS, groups=st.integers(1, 60), budget=st.floats(0.0005, 0.03))
@settings(max_examples=25)
def test_all_budgets_hold_at_once_in_nine_of_ten_draws_and_levels_are_allowed(seed, groups, budget):
    draws = book(groups, seed=seed, budget=budget)

    level = plan_raises(draws).level

    kept = (draws.churns(level) <= draws.budget[:, None] * (1 + 1e-9) + 1e-12).all(axis=0)
    assert kept.mean() >= 0.9
    assert draws.allowed[np.arange(groups), level].all()


@given(seed=SEEDS, groups=st.integers(1, 4), risk_aversion=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=40)
def test_no_plan_within_the_chances_is_worth_more_than_the_bound(seed, groups, risk_aversion):
    draws = book(groups, draws=40, seed=seed, levels=3)

    found = plan_raises(draws, risk_aversion=risk_aversion)

    best = best_of_all(draws, risk_aversion)
    assert found.worth <= best + 1e-9 * max(best, 1)
    assert found.bound >= best - 1e-9 * max(best, 1)
    assert 0 <= found.gap <= 1


def test_tiny_books_lose_little_against_the_best_of_all_plans():
    lost, best = 0.0, 0.0
    for seed in range(25):
        draws = book(5, draws=50, seed=seed, levels=3)
        most = best_of_all(draws, 0.0)
        best += most
        lost += most - plan_raises(draws).worth

    assert best > 0
    assert lost <= 0.02 * best


def test_a_large_book_is_near_the_bound_of_all_plans():
    found = plan_raises(book(300, draws=200))

    assert found.worth <= found.bound
    assert found.gap <= 0.15
    assert found.worth >= 0.99 * plan_raises(book(300, draws=200)).knapsack.gain


@given(seed=SEEDS, risk_aversion=st.floats(0, 1))
@settings(max_examples=25)
def test_the_mean_of_the_worst_tenth_never_lifts_worth_above_the_mean(seed, risk_aversion):
    draws = book(20, seed=seed)

    found = plan_raises(draws, risk_aversion=risk_aversion)

    gains = draws.gains(found.level)
    assert mean_of_worst_tenth(gains) <= gains.mean()
    assert found.worth <= gains.mean() + 1e-9
    assert found.worth == pytest.approx(
        (1 - risk_aversion) * gains.mean() + risk_aversion * mean_of_worst_tenth(gains), abs=1e-6
    )


@pytest.mark.parametrize("seed", range(12))
def test_aversion_to_risk_never_takes_a_plan_with_a_lower_worst_tenth(seed):
    draws = book(30, seed=seed, budget=0.02)

    bold, careful = (plan_raises(draws, risk_aversion=mu).level for mu in (0.0, 1.0))

    worst = mean_of_worst_tenth(draws.gains(careful))
    assert worst >= mean_of_worst_tenth(draws.gains(bold)) * (1 - 1e-9)


def test_aversion_to_risk_prefers_a_sure_gain_to_a_larger_one_in_doubt():
    gain = np.zeros((20, 1, 3))
    gain[:, 0, 1], gain[:, 0, 2] = 5.0, 20.0
    gain[:2, 0, 2] = -50.0
    draws = Draws(
        gain=gain,
        churn=np.zeros((1, 20, 1, 3)),
        allowed=np.ones((1, 3), dtype=bool),
        budget=np.array([0.01]),
    )

    bold, careful = (plan_raises(draws, risk_aversion=mu) for mu in (0.0, 1.0))

    assert (bold.level.tolist(), careful.level.tolist()) == ([2], [1])
    assert careful.worth == pytest.approx(5)


def test_a_smaller_share_of_draws_allows_a_plan_that_is_worth_no_less():
    draws = book(100)

    strict, loose = (plan_raises(draws, share=share) for share in (0.95, 0.6))

    assert loose.worth > strict.worth
    assert (strict.level > 0).any()


def test_with_nothing_to_spend_nobody_is_raised():
    found = plan_raises(book(20, budget=0.0))

    assert not found.level.any()
    assert found.worth == 0


def test_the_same_draws_give_the_same_plan():
    one, other = (plan_raises(book(50)) for _ in range(2))

    assert (one.level == other.level).all()
    assert (one.worth, one.bound) == (other.worth, other.bound)


@pytest.mark.parametrize(("share", "risk_aversion"), [(0.0, 0.0), (1.0, 0.0), (0.9, -0.1), (0.9, 1.1)])
def test_shares_that_are_none_are_refused(share, risk_aversion):
    with pytest.raises(InvalidInput):
        plan_raises(book(3), share=share, risk_aversion=risk_aversion)


def test_draws_that_do_not_fit_are_refused():
    draws = book(3)

    with pytest.raises(InvalidInput):
        Draws(gain=draws.gain, churn=draws.churn[:1], allowed=draws.allowed, budget=draws.budget)
    with pytest.raises(InvalidInput):
        Draws(gain=draws.gain, churn=draws.churn, allowed=draws.allowed[:2], budget=draws.budget)
