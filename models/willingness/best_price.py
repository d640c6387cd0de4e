"""The price that earns most under log-normal willingness to pay, and where it lies against the corridor.

Notation
--------
W = exp(m + s Z) : a customer's willingness to pay for one unit, Z normal          p : price; t = log p
c : unit cost, money per unit          γ : churn elasticity
h(z) = φ(z) ÷ Φ(-z) : the normal hazard; z = (t - m) / s - γ s

A customer with W ≥ p buys and stays for a time proportional to (W ÷ p)^γ: a price 1 % nearer to what it would
pay raises its hazard of leaving by γ %. Expected earnings per prospect at p are then

``R(p) = (p - c) E[(W/p)^γ; W ≥ p] = (p - c) exp(γ (m - t) + γ² s² / 2) Φ(-z)``

revenue for c = γ = 0, profit for c > 0, lifetime value for γ > 0. R is greatest where
``(1 - c/p) (γ + h(z) / s) = 1``; the left side rises in p, so there is one such price, and none where γ ≥ 1
with c = 0: then every lower price earns more.

m and s are uncertain: R is averaged over draws of both and the best price is that of the average; its
interval is that of the draws' own best prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.pricing.capture import Corridor
from models.willingness.beliefs import Belief

_GRID = 120
_DRAWS = 800  # in pairs: the best price moves by less than a tenth of its standard error
_BISECTIONS = 60
_WIDEST = 4.0  # a spread so wide (one customer in six pays 55 times the median) is no knowledge of it
_NOBODY = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a sale is worth to us beside its price.

    Parameters
    ----------
    unit_cost
        Money per unit, ≥ 0.
    churn_elasticity
        By how many per cent a price 1 % nearer to what a customer would pay raises its hazard of leaving, ≥ 0.
    """

    unit_cost: float = 0.0
    churn_elasticity: float = 0.0

    def __post_init__(self) -> None:
        for name in ("unit_cost", "churn_elasticity"):
            figure = getattr(self, name)
            if not (np.isfinite(figure) and figure >= 0):
                raise InvalidInput(f"{name} must be finite and ≥ 0, got {figure}")

    @property
    def goal(self) -> str:
        """What is made as large as possible: ``revenue``, ``profit`` or ``lifetime_value``."""
        if self.churn_elasticity:
            return "lifetime_value"
        return "profit" if self.unit_cost else "revenue"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Expected earnings per prospect by price, with the pointwise interval of its draws.

    `price`, `demand` (share who buy), `earnings`, `low`, `high`: shape (k,); money per unit but for `demand`.
    """

    price: Floats
    demand: Floats
    earnings: Floats
    low: Floats
    high: Floats

    def to_json(self) -> list[dict[str, float]]:
        """Return one object a price."""
        names = ("price", "demand", "earnings", "low", "high")
        columns = [getattr(self, name).tolist() for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, kw_only=True)
class BestPrice:
    """The price that earns most.

    Parameters
    ----------
    price
        The best price; its interval holds the price that is truly best.
    goal
        ``revenue``, ``profit`` or ``lifetime_value``.
    demand
        Share of prospects who would buy at it.
    earnings
        Expected earnings per prospect at it, money per unit.
    regret
        Expected share of the best possible earnings that is lost because the truth is not known better.
    curve
        None where there is no best price.
    against_corridor
        ``inside``, ``below`` or ``above``; None without a corridor or a price. The price is never moved.
    """

    price: Estimate
    goal: str
    demand: Estimate
    earnings: Estimate
    regret: float | None
    curve: Curve | None
    against_corridor: str | None


def best_price(
    willingness: Estimate,
    spread: Estimate,
    *,
    corridor: Corridor | None = None,
    terms: Terms | None = None,
    correlation: float = 0.0,
    seed: int = 0,
) -> BestPrice:
    """Find the price that earns most.

    Parameters
    ----------
    willingness
        Of the median customer, money per unit.
    spread
        Standard deviation of log willingness over customers.
    corridor
        Prices that take the usual share of worth.
    terms
        Cost and churn; default: revenue is what counts.
    correlation
        Of the doubts about the two, as `AllEvidence` has it.
    seed
        Of the draws of the median and the spread, which are both uncertain.

    Raises
    ------
    InvalidInput
        If a known estimate is not positive, or `correlation` is none.

    Examples
    --------
    >>> median = Estimate(value=10.0, low=9.0, high=11.1, level=0.9, n=80, unit="EUR/posting")
    >>> spread = Estimate(value=0.5, low=0.4, high=0.625, level=0.9, n=80, unit="log")
    >>> best = best_price(median, spread, corridor=Corridor(4.0, 6.0, (0.10, 0.15)))
    >>> round(best.price.value, 1), round(best.demand.value, 2), best.against_corridor
    (7.7, 0.7, 'above')
    """
    terms = terms or Terms()
    label = Label(unit=willingness.unit, level=willingness.level, method=f"price of the most {terms.goal}")
    if (reason := _why_not(willingness, spread, terms)) is not None:
        return _unknown(reason, label, terms)
    middles, spreads = _draws(willingness, spread, correlation=correlation, seed=seed)
    optima = _optima(middles, spreads, terms)
    curve = _curve(middles, spreads, optima=optima, terms=terms, level=label.level)
    price = _top(curve)
    tails = [(1 - label.level) / 2, (1 + label.level) / 2]
    low, high = np.exp(np.quantile(optima, tails))
    at_it = _earnings(np.log([price]), middles, spreads, terms)[:, 0]
    buys = special.ndtr((middles - np.log(price)) / spreads)
    if buys.mean() < _NOBODY:
        return _unknown("cost_above_willingness", label, terms)
    most = _own_earnings(optima, middles, spreads, terms)
    count = willingness.n
    return BestPrice(
        price=label.known(price, float(low), float(high), n=count),
        goal=terms.goal,
        demand=Label(unit="share", level=label.level).known(
            float(buys.mean()), *map(float, np.quantile(buys, tails)), n=count
        ),
        earnings=label.known(float(at_it.mean()), *map(float, np.quantile(at_it, tails)), n=count),
        regret=float(1 - at_it.mean() / most.mean()),
        curve=curve,
        against_corridor=corridor.holds(price) if corridor else None,
    )


def _why_not(willingness: Estimate, spread: Estimate, terms: Terms) -> str | None:
    """Return why there can be no best price."""
    if terms.churn_elasticity >= 1 and terms.unit_cost == 0:
        return "no_best_price"
    if spread.high is not None and spread.high > _WIDEST:
        return "spread_unknown"
    return willingness.reason or spread.reason


def _unknown(reason: str, label: Label, terms: Terms) -> BestPrice:
    nothing = label.unknown(reason, n=0)
    return BestPrice(
        price=nothing, goal=terms.goal, demand=Label(unit="share", level=label.level).unknown(reason, n=0),
        earnings=nothing, regret=None, curve=None, against_corridor=None,
    )  # fmt: skip


def _draws(
    willingness: Estimate, spread: Estimate, *, correlation: float, seed: int
) -> tuple[Floats, Floats]:
    """Draw the median's log and the spread, in pairs of opposite signs, which halve the noise of averages."""
    middle, scale = Belief.of(willingness, name="willingness"), Belief.of(spread, name="the spread")
    if not -1 <= correlation <= 1:
        raise InvalidInput(f"correlation must be between -1 and 1, got {correlation}")
    half = np.random.default_rng(seed).standard_normal((_DRAWS // 2, 2))
    noise = np.concatenate([half, -half])
    noise[:, 1] = correlation * noise[:, 0] + np.sqrt(1 - correlation**2) * noise[:, 1]
    return middle.mean + middle.sd * noise[:, 0], np.exp(scale.mean + scale.sd * noise[:, 1])


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


def _earnings(t: Floats, middles: Floats, spreads: Floats, terms: Terms) -> Floats:
    """Return R (draws, k) at log prices t (k,)."""
    return _own_earnings(t[None, :], middles[:, None], spreads[:, None], terms)


def _own_earnings(t: Floats, middles: Floats, spreads: Floats, terms: Terms) -> Floats:
    """Return R at log prices that broadcast against the draws."""
    gamma = terms.churn_elasticity
    z = (t - middles) / spreads - gamma * spreads
    staying = gamma * (middles - t) + (gamma * spreads) ** 2 / 2 + special.log_ndtr(-z)
    earnings: Floats = (np.exp(t) - terms.unit_cost) * np.exp(staying)
    return earnings


def _top(curve: Curve) -> float:
    """Return the price at the curve's top: that of the parabola through its highest three points."""
    at = int(np.clip(np.argmax(curve.earnings), 1, curve.price.size - 2))
    before, top, after = curve.earnings[at - 1 : at + 2]
    bend = before - 2 * top + after
    step = float(np.log(curve.price[at + 1] / curve.price[at]))
    shift = (before - after) / (2 * bend) if bend < 0 else 0.0
    return float(curve.price[at] * np.exp(np.clip(shift, -1, 1) * step))


def _curve(middles: Floats, spreads: Floats, *, optima: Floats, terms: Terms, level: float) -> Curve:
    """Average demand and earnings over the draws, on prices around all that could be best."""
    edges = np.quantile(optima, [0.001, 0.999])
    t = np.linspace(edges[0] - np.log(3), edges[1] + np.log(3), _GRID)
    earnings = _earnings(t, middles, spreads, terms)
    low, high = np.quantile(earnings, [(1 - level) / 2, (1 + level) / 2], axis=0)
    demand = special.ndtr((middles[:, None] - t) / spreads[:, None]).mean(axis=0)
    return Curve(price=np.exp(t), demand=demand, earnings=earnings.mean(axis=0), low=low, high=high)
