"""The price that earns most under log-normal willingness to pay, and where it lies against the corridor.

Notation
--------
W = exp(m + s Z) : a customer's willingness to pay for one unit, Z normal          p : price; t = log p
c : unit cost, money per unit          γ : churn elasticity
λ : how willingness leans on units (`units_lean`): who uses more counts more, and earnings are those of m + λ
h(z) = φ(z) ÷ Φ(-z) : the normal hazard; z = (t - m) / s - γ s

A customer with W ≥ p buys and stays for a time proportional to (W ÷ p)^γ: a price 1 % nearer to what it would
pay raises its hazard of leaving by γ %. Expected earnings per prospect at p are then

``R(p) = (p - c) E[(W/p)^γ; W ≥ p] = (p - c) exp(γ (m - t) + γ² s² / 2) Φ(-z)``

revenue for c = γ = 0, profit for c > 0, lifetime value for γ > 0. R is greatest where
``(1 - c/p) (γ + h(z) / s) = 1``; the left side rises in p, so there is one such price, and none where γ ≥ 1
with c = 0: then every lower price earns more.

m, s and λ are uncertain. Each draw of them has a best price of its own, that earns R*; the price is the one of
the largest ``E[R(p) / R*]``: it is expected to lose the least share of what could be earned (regret: Bergemann &
Schlag 2008; R ÷ R*: Eren & Maglaras 2010). The mean of R itself would follow the few draws of far higher
willingness or spread, whose size is the log-normal form's more than the evidence's. The interval is that of the
draws' own best prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.estimate import Estimate, Label
from models.pricing.capture import Corridor
from models.willingness._market_draws import Drawn, drawn_from, earnings_at, kept_of
from models.willingness.terms import Terms

_GRID = 120
_WIDEST = 4.0  # a spread so wide (one customer in six pays 55 times the median) is no knowledge of it
_NOBODY = 1e-3


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Expected earnings per unit that prospects use by price, with the pointwise interval of the draws.

    `price`, `demand` (share who buy), `earnings`, `low`, `high`, `kept` (expected share of the best possible
    earnings): shape (k,); money per unit but for the shares.
    """

    price: Floats
    demand: Floats
    earnings: Floats
    low: Floats
    high: Floats
    kept: Floats

    def to_json(self) -> list[dict[str, float]]:
        """Return one object a price."""
        names = ("price", "demand", "earnings", "low", "high", "kept")
        columns = [getattr(self, name).tolist() for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, kw_only=True)
class BestPrice:
    """The price that earns most.

    Parameters
    ----------
    price
        The price that is expected to lose least; its interval holds the price that is truly best.
    goal
        ``revenue``, ``profit`` or ``lifetime_value``.
    demand
        Share of prospects who would buy at it, whatever they use.
    earnings
        Expected earnings per unit that prospects use, at it.
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
        Cost, churn and units; default: revenue is what counts, and all use the same.
    correlation
        Of the doubts about the two, as `AllEvidence` has it.
    seed
        Of the draws of what is uncertain.

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
    drawn = drawn_from(willingness, spread, correlation=correlation, terms=terms, seed=seed)
    curve = _curve(drawn, terms, level=label.level)
    price = _top(curve, drawn, terms)
    tails = [(1 - label.level) / 2, (1 + label.level) / 2]
    low, high = np.exp(np.quantile(drawn.optima, tails))
    at_it = earnings_at(np.log([price]), drawn, terms)[:, 0]
    buys = special.ndtr((drawn.middles - np.log(price)) / drawn.spreads)
    if buys.mean() < _NOBODY:
        return _unknown("cost_above_willingness", label, terms)
    count = willingness.n
    return BestPrice(
        price=label.known(price, min(float(low), price), max(float(high), price), n=count),
        goal=terms.goal,
        demand=Label(unit="share", level=label.level).known(
            float(buys.mean()), *map(float, np.quantile(buys, tails)), n=count
        ),
        earnings=label.known(float(at_it.mean()), *map(float, np.quantile(at_it, tails)), n=count),
        regret=float(1 - (at_it / drawn.most).mean()),
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


def _top(curve: Curve, drawn: Drawn, terms: Terms) -> float:
    """Return the price of which most is kept: looked for once more, finely, beside the curve's best one."""
    at = int(np.clip(np.argmax(curve.kept), 1, curve.price.size - 2))
    t = np.linspace(np.log(curve.price[at - 1]), np.log(curve.price[at + 1]), _GRID)
    kept = kept_of(earnings_at(t, drawn, terms), drawn)
    at = int(np.clip(np.argmax(kept), 1, t.size - 2))
    before, top, after = kept[at - 1 : at + 2]
    bend = before - 2 * top + after
    shift = (before - after) / (2 * bend) if bend < 0 else 0.0
    return float(np.exp(t[at] + np.clip(shift, -1, 1) * (t[1] - t[0])))


def _curve(drawn: Drawn, terms: Terms, *, level: float) -> Curve:
    """Average demand and earnings over the draws, on prices around all that could be best."""
    edges = np.quantile(drawn.optima, [0.001, 0.999])
    t = np.linspace(edges[0] - np.log(3), edges[1] + np.log(3), _GRID)
    earnings = earnings_at(t, drawn, terms)
    low, high = np.quantile(earnings, [(1 - level) / 2, (1 + level) / 2], axis=0)
    demand = special.ndtr((drawn.middles[:, None] - t) / drawn.spreads[:, None]).mean(axis=0)
    kept = kept_of(earnings, drawn)
    return Curve(
        price=np.exp(t), demand=demand, earnings=earnings.mean(axis=0), low=low, high=high, kept=kept
    )
