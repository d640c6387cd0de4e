"""How much likelier success is among customers with a level of a trait, and how sure that is after many looks.

Notation
--------
n : customers     m : levels looked at, of all traits together     a, b : those with a level, and those who succeeded
p₁, p₀ : share of success with and without the level     w = a ÷ n : its share     R : levels that stand out
lift = p₁ ÷ (w p₁ + (1 - w) p₀)

A level's p-value is Fisher's exact one, two-sided and mid-p (Lancaster 1961): given a and b, how often would a lot
give so uneven a split? Looked at together, levels stand out where Benjamini and Hochberg's rule (1995) says so: on
average at most the share `significance` of those that stand out do so by chance. Intervals combine Wilson's of p₁
and p₀ (Donner & Zou 2012, eq. 8). Those that stand out were picked for being extreme: their intervals are at
1 - (1 - level) R ÷ m, so that of the intervals that are shown as standing out the share `level` holds (Benjamini &
Yekutieli 2005).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from models.checks import Floats, share
from models.estimate import Estimate, Label
from models.ideal_customers.levels import Coded
from models.proportions import wilson

FEWEST_CARRIERS = 8


@dataclass(frozen=True, kw_only=True)
class Lift:
    """One level of one trait.

    Parameters
    ----------
    trait, level
        Positions of the trait, and of the level in it.
    customers
        How many have it.
    share
        Of the customers of whom the trait is known, the share with the level, 0–1.
    lift
        Times the share of success among all of them.
    p_value, q_value
        Alone, and corrected for all levels looked at; None where too few have the level to be looked at.
    stands_out
        Whether it is one of those that the correction leaves.
    """

    trait: int
    level: int
    customers: int
    share: float
    lift: Estimate
    p_value: float | None
    q_value: float | None
    stands_out: bool


def lifts(customers: Coded, success: Floats, *, level: float = 0.9, significance: float = 0.1) -> list[Lift]:
    """Return the lift of every level, trait after trait.

    Parameters
    ----------
    customers
        n customers with T traits; those of whom a trait is not known do not count for it.
    success
        Shape (n,), 0 or 1.
    level
        Coverage of the intervals.
    significance
        The share of those that stand out which may do so by chance.

    Examples
    --------
    >>> customers = Coded(np.array([[0], [1]] * 100), (2,))
    >>> found = lifts(customers, np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0] * 25))
    >>> [(each.level, round(each.lift.value, 2), each.stands_out) for each in found]
    [(0, 1.5, True), (1, 0.5, True)]
    """
    share("significance", significance)
    label = Label(unit="times", method="share of success with the level ÷ among all", level=level)
    found = [
        _lift(customers.codes[:, trait], success, place=(trait, at), label=label)
        for trait, size in enumerate(customers.sizes)
        for at in range(size)
    ]
    looked_at = [at for at, each in enumerate(found) if each.p_value is not None]
    corrected = false_discovery_rates(np.array([found[at].p_value for at in looked_at], dtype=np.float64))
    chosen = [at for at, q in zip(looked_at, corrected, strict=True) if q <= significance]
    shared = replace(label, level=1 - (1 - level) * len(chosen) / len(looked_at)) if chosen else label
    for at, q in zip(looked_at, corrected.tolist(), strict=True):
        found[at] = replace(found[at], q_value=q)
    for at in chosen:
        each = found[at]
        wider = _lift(
            customers.codes[:, each.trait], success, place=(each.trait, each.level), label=shared
        ).lift
        found[at] = replace(each, stands_out=True, lift=replace(wider, level=level))
    return found


def false_discovery_rates(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's corrected p-values, shape (m,): the rate at which each would stand out.

    Examples
    --------
    >>> false_discovery_rates(np.array([0.01, 0.04, 0.03, 0.5])).round(3)
    array([0.04 , 0.053, 0.053, 0.5  ])
    """
    m, order = p_values.size, np.argsort(p_values, kind="stable")
    raised = p_values[order] * m / np.arange(1, m + 1)
    corrected = np.empty(m)
    corrected[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return corrected


def _lift(column: np.ndarray, success: Floats, *, place: tuple[int, int], label: Label) -> Lift:
    trait, level = place
    known = column >= 0
    n, here = int(known.sum()), column == level
    a, both, b = int(here.sum()), int(success[here].sum()), int(success[known].sum())
    lift, p_value = label.unknown("insufficient_customers", n=a), None
    if a >= FEWEST_CARRIERS and n - a >= FEWEST_CARRIERS and 0 < b < n:
        lift = _ratio((both, b - both), (a, n - a), label)
        p_value = _mid_p(both, a, b, n)
    return Lift(
        trait=trait, level=level, customers=a, share=a / n if n else 0.0, lift=lift, p_value=p_value,
        q_value=None, stands_out=False,
    )  # fmt: skip


def _ratio(successes: tuple[int, int], customers: tuple[int, int], label: Label) -> Estimate:
    """Return the lift with its interval; the ratio p₁ ÷ p₀ carries it, since the lift rises with it."""
    a, n = customers[0], sum(customers)
    w, answers = a / n, np.array(customers, dtype=np.float64)
    shares = np.array(successes) / answers
    low, high = wilson(shares, answers, float(special.ndtri((1 + label.level) / 2)))
    product = shares[0] * shares[1]
    down = product**2 - low[0] * high[1] * (2 * shares[0] - low[0]) * (2 * shares[1] - high[1])
    up = product**2 - high[0] * low[1] * (2 * shares[0] - high[0]) * (2 * shares[1] - low[1])
    least = (product - np.sqrt(max(down, 0.0))) / (high[1] * (2 * shares[1] - high[1]) or np.inf)
    most_over = low[1] * (2 * shares[1] - low[1])
    most = (product + np.sqrt(max(up, 0.0))) / most_over if most_over > 0 else np.inf
    ends = [1 / w if np.isinf(r) else r / (w * r + 1 - w) for r in (max(least, 0.0), most)]
    return label.known(float(shares[0]) / (sum(successes) / n), float(ends[0]), float(ends[1]), n=a)


def _mid_p(both: int, a: int, b: int, n: int) -> float:
    """Return the two-sided mid-p value of `both` of `a` with the level being among the `b` who succeeded."""
    ways = np.arange(max(0, a + b - n), min(a, b) + 1, dtype=np.float64)
    log = special.gammaln
    weight = -(log(ways + 1) + log(a - ways + 1) + log(b - ways + 1) + log(n - a - b + ways + 1))
    chance = special.softmax(weight)
    own = chance[ways == both].sum() / 2
    tail = min(chance[ways < both].sum(), chance[ways > both].sum()) + own
    return float(min(2 * tail, 1.0))
