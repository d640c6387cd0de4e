"""Draws of what is uncertain of a market, and what a price would earn in each; `best_price` has the notation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate
from models.noise import noise
from models.willingness._threshold_model import Normal
from models.willingness.beliefs import Belief, Joint
from models.willingness.terms import Terms
from models.willingness.units_lean import belief_of

_DRAWS = 800  # in pairs: the best price moves by less than a tenth of its standard error
_BISECTIONS = 60


@dataclass(frozen=True)
class Drawn:
    """Draws of what is uncertain, each (B,): m, s, m + λ, the log of the draw's own best price, and R* there."""

    middles: Floats
    spreads: Floats
    weighed: Floats
    optima: Floats
    most: Floats


def drawn_from(
    willingness: Estimate,
    spread: Estimate,
    *,
    correlation: float,
    terms: Terms,
    seed: int,
) -> Drawn:
    """Draw the medians' log, the spread and the lean, in pairs of opposite signs, which halve the noise of averages."""
    middle, scale = Belief.of(willingness, name="willingness"), Belief.of(spread, name="the spread")
    if not -1 <= correlation <= 1:
        raise InvalidInput(f"correlation must be between -1 and 1, got {correlation}")
    lean = Normal(0.0, 0.0) if terms.lean is None else belief_of(terms.lean)
    covariance = np.diag([0.0, 0.0, lean.sd**2])
    covariance[:2, :2] = Joint(middle, scale, correlation).covariance
    means = np.array([middle.mean, scale.mean, lean.mean])
    half = noise(covariance, _DRAWS // 2, np.random.default_rng(seed))
    middles, logs, leans = (np.concatenate([half, -half]) + means).T
    spreads, weighed = np.exp(logs), middles + leans
    optima = _optima(weighed, spreads, terms)
    return Drawn(middles, spreads, weighed, optima, own_earnings(optima, weighed, spreads, terms))


def _optima(middles: Floats, spreads: Floats, terms: Terms) -> Floats:
    """Return the log of the best price for each median and spread, by bisection of the first-order condition."""
    cost, gamma = terms.unit_cost, terms.churn_elasticity
    low = middles - 12 * spreads - 12
    if cost > 0:
        low = np.maximum(low, np.log(cost))
    high = np.maximum(low, middles) + 12 * (spreads + spreads**2 * (1 + gamma)) + 1
    for _ in range(_BISECTIONS):
        t = (low + high) / 2
        z = (t - middles) / spreads - gamma * spreads
        rising = -np.expm1(np.log(cost) - t) if cost > 0 else 1.0
        too_high = rising * (gamma + _hazard(z) / spreads) > 1
        high, low = np.where(too_high, t, high), np.where(too_high, low, t)
    middle: Floats = (low + high) / 2
    return middle


def _hazard(z: Floats) -> Floats:
    """φ(z) ÷ Φ(-z), exact in both tails."""
    hazard: Floats = np.exp(-(z**2) / 2 - special.log_ndtr(-z)) / np.sqrt(2 * np.pi)
    return hazard


def earnings_at(t: Floats, drawn: Drawn, terms: Terms) -> Floats:
    """Return R (draws, k) at log prices t (k,)."""
    return own_earnings(t[None, :], drawn.weighed[:, None], drawn.spreads[:, None], terms)


def kept_of(earnings: Floats, drawn: Drawn) -> Floats:
    """Return the expected share (k,) of the best possible earnings, from R (draws, k)."""
    kept: Floats = (earnings / drawn.most[:, None]).mean(axis=0)
    return kept


def own_earnings(t: Floats, middles: Floats, spreads: Floats, terms: Terms) -> Floats:
    """Return R at log prices that broadcast against the draws."""
    gamma = terms.churn_elasticity
    z = (t - middles) / spreads - gamma * spreads
    staying = gamma * (middles - t) + (gamma * spreads) ** 2 / 2 + special.log_ndtr(-z)
    earnings: Floats = (np.exp(t) - terms.unit_cost) * np.exp(staying)
    return earnings
