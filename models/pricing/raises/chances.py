"""The plan of raises that is worth most, within its churn budgets in nearly all draws.

Notation
--------
D : draws that share their common doubts      g : (D, G, L) what each level gains
w : (C, D, G, L) what it costs in churn      b : (C,) budgets
α : share of draws that must keep within all budgets, 0.9 by default      A : the other draws and one more
μ : how much the mean of the worst tenth counts beside the mean of all (CVaR: Rockafellar & Uryasev 2000)

    max (1 - μ) mean_d G_d(l) + μ CVaR_d G_d(l)   with   P_d(R_d(l) ≤ 1) ≥ α,   R_d(l) = max_c W_cd(l) ÷ b_c

Draws differ mostly by how steep the answer to prices is for everybody, so that the α-quantile of a plan's churn is
nearly the churn in draws where R lies there: those are found, the knapsack is solved with their mean churn, and again,
until nothing changes; budgets are tightened until the quantile itself holds, and what is left of them is filled.

A bound for every such plan: of the draws in A at least one keeps within a budget, so that Σ_g min_{d in A} w is
within it as well; and the mean of the worst tenth is at most the mean of any tenth.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.raises.choices import Choices, Chosen, choose
from models.pricing.raises.draws import WITHIN, WORST, Draws, objective
from models.pricing.raises.filling import Filling
from models.pricing.raises.planes import Planes

_NEAR = 0.05
_ROUNDS, _TIGHTER = 4, 12
_FULL, _HAIR = 0.995, 0.0005


@dataclass(frozen=True, eq=False)
class RaisePlan:
    """A plan, and what none can exceed.

    Parameters
    ----------
    level
        Shape (G,).
    worth, bound
        Its objective, and a bound of all plans' under the same chances.
    knapsack
        The last one solved, with its own proof; the plan fills what it left of the budgets.
    """

    level: NDArray[np.intp]
    worth: float
    bound: float
    knapsack: Chosen

    @property
    def gap(self) -> float:
        """How far the best plan may be above this one, a share of the bound."""
        return max(self.bound - self.worth, 0.0) / self.bound if self.bound > 0 else 0.0


def plan_raises(draws: Draws, *, share: float = WITHIN, risk_aversion: float = 0.0) -> RaisePlan:
    """Find the plan.

    Parameters
    ----------
    draws
        What there is to choose from.
    share
        α, of the draws that keep within each budget.
    risk_aversion
        μ, 0–1.

    Examples
    --------
    >>> churn = np.array([[[[0.0, 0.01]]], [[[0.0, 0.01]]]]).reshape(1, 2, 1, 2)
    >>> gain = np.array([[[0.0, 5.0]], [[0.0, 7.0]]])
    >>> allowed = np.array([[True, True]])
    >>> plan_raises(Draws(gain=gain, churn=churn, allowed=allowed, budget=np.array([0.02]))).level.tolist()
    [1]
    >>> plan_raises(Draws(gain=gain, churn=churn, allowed=allowed, budget=np.array([0.005]))).level.tolist()
    [0]
    """
    if not 0 < share < 1 or not 0 <= risk_aversion <= 1:
        raise InvalidInput(
            f"share must be inside 0–1 and risk_aversion within it, got {share}, {risk_aversion}"
        )
    weights, bound, plans = _Weights.of(draws, share, risk_aversion), np.inf, []
    for _ in range(_ROUNDS):
        bound = min(bound, weights.bound())
        found, factor = _tightened(draws, weights, share)
        plans.append((objective(draws.gains(found.level), risk_aversion), weights, found, factor))
        moved = weights.after(found.level)
        if moved.like(weights):
            break
        weights = moved
    _, weights, found, factor = max(plans, key=lambda plan: plan[0])
    exact = choose(weights.knapsack(factor), planes=weights.planes)
    if draws.within(exact.level, share=share) and exact.gain >= found.gain:
        found = exact
    level = weights.filling(share).exchanged(found.level)
    worth = objective(draws.gains(level), risk_aversion)
    return RaisePlan(level, worth, max(bound, worth), found)


@dataclass(frozen=True, eq=False)
class _Weights:
    """How much each draw counts: in the objective (D,), and in the budgets (D,), whose draws have an order (C, D)."""

    draws: Draws
    share: float
    risk_aversion: float
    gain: Floats
    churn: Floats
    order: Floats
    planes: Planes = field(default_factory=Planes)

    @classmethod
    def of(cls, draws: Draws, share: float, risk_aversion: float) -> _Weights:
        """Order draws by what all groups at their highest level would gain and cost."""
        highest = np.where(draws.allowed, np.arange(draws.allowed.shape[1]), 0).max(axis=1)
        none = np.zeros(len(draws.gain))
        return cls(draws, share, risk_aversion, none, none, none[None]).after(highest)

    def after(self, level: NDArray[np.intp]) -> _Weights:
        """Return weights by where draws stand under a plan (G,)."""
        gains, churns = self.draws.gains(level), self.draws.churns(level)
        count = gains.size
        worst = np.zeros(count)
        tail = max(round(WORST * count), 1)
        worst[np.argsort(gains, kind="stable")[:tail]] = 1 / tail
        gain = (1 - self.risk_aversion) / count + self.risk_aversion * worst
        near = np.abs(_ranks(self.draws.most_used(churns)) - self.share) <= max(
            _NEAR, 0.51 / max(count - 1, 1)
        )
        return _Weights(self.draws, self.share, self.risk_aversion, gain, near / near.sum(), _ranks(churns))

    def like(self, other: _Weights) -> bool:
        """Whether both are the same."""
        return bool((self.gain == other.gain).all() and (self.churn == other.churn).all())

    def mean_gain(self) -> Floats:
        """Return the gain of the knapsack, (G, L)."""
        mean = np.tensordot(self.gain, self.draws.gain, axes=1)
        allowed: Floats = np.where(self.draws.allowed, mean, -np.inf)
        return allowed

    def knapsack(self, factor: Floats) -> Choices:
        """Return the problem with budgets times `factor` (C,)."""
        load = np.stack([np.tensordot(self.churn, each, axes=1) for each in self.draws.churn])
        return Choices(self.mean_gain(), load, self.draws.budget * factor)

    def filling(self, share: float) -> Filling:
        """Return what fills the budgets that a knapsack leaves."""
        load = self.knapsack(np.ones(self.draws.budget.size)).load
        used = load / np.maximum(self.draws.budget, 1e-300)[:, None, None]
        return Filling(self.draws, self.mean_gain(), used, share, self.risk_aversion)

    def bound(self) -> float:
        """Return what no plan within the chances exceeds."""
        draws = self.draws
        count = len(draws.gain)
        beyond = count - int(np.ceil(self.share * count)) + 1
        load = np.empty((draws.budget.size, *draws.allowed.shape))
        for at, churn in enumerate(draws.churn):
            load[at] = churn[np.argsort(-self.order[at], kind="stable")[:beyond]].min(axis=0)
        relaxed = choose(Choices(self.mean_gain(), load, draws.budget), exact_groups=0)
        return relaxed.bound


def _tightened(draws: Draws, weights: _Weights, share: float) -> tuple[Chosen, Floats]:
    """Solve the knapsack with tighter or looser budgets until the quantile just holds; return the budgets' factors."""
    factor = np.ones(draws.budget.size)
    nothing = np.zeros(draws.gain.shape[1], dtype=np.intp)
    best, kept = Chosen(nothing, 0.0, 0.0, np.zeros(draws.budget.size), "exact"), factor
    for step in range(_TIGHTER):
        found = choose(weights.knapsack(factor), exact_groups=0, planes=weights.planes)
        if draws.within(found.level, share=share) and found.gain > best.gain:
            best, kept = found, factor
        used = draws.high(found.level, share)
        binding = found.prices > 0
        if used <= 1 and (used >= _FULL or not binding.any()):
            break
        # Budgets that bind are moved to where the quantile would just hold, a hair below; the others are left.
        moves = binding if binding.any() else np.ones_like(binding)
        factor = np.where(moves, factor * (1 - _HAIR * (step + 1)) / np.clip(used, 0.5, 2.0), factor)
    return best, kept


def _ranks(values: Floats) -> Floats:
    """Return where each stands among those of its row, 0 the lowest, 1 the highest."""
    ranks: Floats = values.argsort(axis=-1, kind="stable").argsort(axis=-1) / max(values.shape[-1] - 1, 1)
    return ranks
