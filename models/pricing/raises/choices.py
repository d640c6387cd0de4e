"""The best level for each group under budgets, and proof of how good it is: a multiple-choice knapsack.

Notation
--------
G : groups that are decided together      L : levels; the first costs and gains nothing      C : budgets
v : (G, L) gain      w : (C, G, L) load on each budget      b : (C,) budgets      λ ≥ 0 : (C,) prices of the budgets

    max Σ_g v[g, l(g)]  with  Σ_g w[c, g, l(g)] ≤ b[c]
    D(λ) = λ'b + Σ_g max_l (v - λ'w)[g, l] ≥ the maximum, for every λ ≥ 0

λ is found by cutting planes (Kelley 1960); a plan follows from it by taking the steps that gain most for their load
while they fit (Sinha & Zoltners 1979). In small books a better one is sought among the levels that lose least at these
prices, the core (Balas & Zemel 1980). Levels that cannot be part of any better plan, by D and the plan at hand, are
struck out; where few are left, HiGHS finds the maximum itself, and the gap is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.raises.planes import Planes
from models.silence import silenced

_EXACT_GROUPS = 1_000
"""Groups up to which the maximum itself is sought."""
_NODES = 5_000
"""Branches after which the plan at hand is kept: a limit of time would let answers depend on the machine."""
_CORE = 40
"""Levels beside each group's best among which a good plan is sought first."""
_CUTS, _ROUNDS = 60, 6
_TIED = 1e-9
_SETTLED = 1e-9
_ONE_BY_ONE = 5_000
"""Steps that are tried one by one where they no longer fit together."""


@dataclass(frozen=True, eq=False)
class Choices:
    """What each level of each group gains and loads.

    Parameters
    ----------
    gain
        v, shape (G, L); -inf where a level is not allowed. The first level is always allowed.
    load
        w, shape (C, G, L), finite and ≥ 0 where allowed; 0 at the first level.
    budget
        b, shape (C,), ≥ 0; C may be 0.

    Raises
    ------
    InvalidInput
        Where shapes do not fit, or the first level loads or is not allowed.
    """

    gain: Floats
    load: Floats
    budget: Floats

    def __post_init__(self) -> None:
        g, levels = self.gain.shape
        if self.load.shape != (self.budget.size, g, levels):
            raise InvalidInput(
                f"load must be of shape {(self.budget.size, g, levels)}, got {self.load.shape}"
            )
        if not np.isfinite(self.gain[:, 0]).all() or np.isnan(self.gain).any():
            raise InvalidInput("gain must be a number, and the first level must be allowed")
        if self.load[:, :, 0].any() or not (self.load >= 0).all() or not (self.budget >= 0).all():
            raise InvalidInput("loads and budgets must be ≥ 0, and the first level must load nothing")

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """Which levels may be taken, (G, L)."""
        return np.isfinite(self.gain)

    def gains(self, level: NDArray[np.intp]) -> float:
        """Return what a plan (G,) gains."""
        return float(np.take_along_axis(self.gain, level[:, None], axis=1).sum())

    def loads(self, level: NDArray[np.intp]) -> Floats:
        """Return what a plan (G,) loads on each budget, (C,)."""
        found: Floats = self.load[:, np.arange(level.size), level].sum(axis=1)
        return found

    def fits(self, level: NDArray[np.intp]) -> bool:
        """Whether a plan keeps within all budgets."""
        return bool((self.loads(level) <= self.budget * (1 + _SETTLED) + 1e-12).all())


@dataclass(frozen=True, eq=False)
class Chosen:
    """A plan and its proof.

    Parameters
    ----------
    level
        Shape (G,): the level of each group.
    gain, bound
        What it gains, and what no plan within the budgets exceeds.
    prices
        λ, shape (C,): what one more of each budget would gain.
    method
        ``exact`` where the plan is proven best, else ``lagrangian``.
    """

    level: NDArray[np.intp]
    gain: float
    bound: float
    prices: Floats
    method: str

    @property
    def gap(self) -> float:
        """How far the best plan may be above this one, a share of the bound."""
        return max(self.bound - self.gain, 0.0) / self.bound if self.bound > 0 else 0.0


def choose(choices: Choices, *, exact_groups: int = _EXACT_GROUPS, planes: Planes | None = None) -> Chosen:
    """Find the plan that gains most.

    Parameters
    ----------
    choices
        What there is to choose from.
    exact_groups
        Groups up to which the maximum itself is sought; 0: never.
    planes
        Of the same gains and loads under other budgets; those that are found here are added.

    Examples
    --------
    >>> gain, load = np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([[[0.0, 2.0], [0.0, 3.0]]])
    >>> found = choose(Choices(gain, load, np.array([3.0])))
    >>> found.level.tolist(), found.gain, found.method, found.gap
    ([0, 1], 4.0, 'exact', 0.0)
    """
    free = choices.gain.argmax(axis=1)
    if choices.fits(free):
        gain = choices.gains(free)
        return Chosen(free, gain, gain, np.zeros(choices.budget.size), "exact")
    prices, bound = _dual(choices, Planes() if planes is None else planes)
    level = _rounded(choices, prices)
    proven = False
    if level.size <= exact_groups:
        # The better the plan at hand, the fewer levels stay open.
        level, _ = _sought(choices, _core(choices, prices), level)
        level, proven = _sought(choices, _open(choices, prices, bound, choices.gains(level)), level)
    gain = choices.gains(level)
    return (
        Chosen(level, gain, gain, prices, "exact")
        if proven
        else Chosen(level, gain, bound, prices, "lagrangian")
    )


def _reduced(choices: Choices, prices: Floats) -> Floats:
    return choices.gain - np.tensordot(prices, choices.load, axes=1)


def _dual(choices: Choices, planes: Planes) -> tuple[Floats, float]:
    """Return prices of the budgets and the least bound, by cutting planes over (λ, height)."""
    highest = _highest_price(choices)
    best, bound = np.zeros(choices.budget.size), np.inf
    for _ in range(_CUTS):
        at, lowest = planes.lowest(choices.budget, highest)
        if np.isfinite(bound) and bound - lowest <= _SETTLED * max(abs(bound), 1.0):
            break
        reduced = _reduced(choices, at)
        level = reduced.argmax(axis=1)
        value = float(at @ choices.budget + reduced.max(axis=1).sum())
        if value < bound:
            best, bound = at, value
        planes.add(choices.gains(level), choices.loads(level))
    return best, bound


def _highest_price(choices: Choices) -> float:
    """Return a price of budgets at which nobody would take anything."""
    total = choices.load.sum(axis=0)
    takes = (total > 0) & choices.allowed & (choices.gain > 0)
    if not takes.any():
        return 1.0
    return float((choices.gain[takes] / total[takes]).max()) * max(choices.budget.size, 1) + 1.0


def _rounded(choices: Choices, prices: Floats) -> NDArray[np.intp]:
    """Return a plan within the budgets: begin where little is taken, and take what gains most for its load."""
    level = np.zeros(len(choices.gain), dtype=np.intp)
    for factor in (1.0, 1 + 1e-9, 1 + 1e-6, 1.0001, 1.001, 1.01, 1.1, 1.5):
        tried = _least_of_best(_reduced(choices, prices * factor))
        if choices.fits(tried):
            level = tried
            break
    for _ in range(_ROUNDS):
        better = _improved(choices, prices, level)
        if (better == level).all():
            break
        level = better
    return level


def _least_of_best(reduced: Floats) -> NDArray[np.intp]:
    """Return the lowest level of each group that is as good as its best: at the best prices levels tie."""
    best = reduced.max(axis=1, keepdims=True)
    found: NDArray[np.intp] = (reduced >= best - _TIED * np.maximum(best, 1e-300)).argmax(axis=1)
    return found


def _improved(choices: Choices, prices: Floats, level: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take one step more in groups where it fits, those first that gain most for their load."""
    rows = np.arange(level.size)
    more = choices.gain - choices.gain[rows, level][:, None]
    load = choices.load - choices.load[:, rows, level][:, :, None]
    weight = np.maximum(np.tensordot(prices, load, axes=1), 0.0)
    slack = choices.budget - choices.loads(level)
    fits = (load <= slack[:, None, None]).all(axis=0) & (more > 0)
    # A step that gains for nothing comes before all others.
    worth = np.where(fits, more / np.maximum(weight, 1e-12 * max(float(weight.max()), 1e-300)), -np.inf)
    step = worth.argmax(axis=1)
    gains = np.flatnonzero(np.isfinite(worth[rows, step]))
    order = gains[np.argsort(-worth[gains, step[gains]], kind="stable")]
    taken = load[:, order, step[order]]
    together = (np.cumsum(taken, axis=1) <= slack[:, None]).all(axis=0)
    first = order.size if together.all() else int(together.argmin())
    better = level.copy()
    better[order[:first]] = step[order[:first]]
    left = slack - taken[:, :first].sum(axis=1)
    for at in range(first, min(order.size, first + _ONE_BY_ONE)):
        if (taken[:, at] <= left).all():
            left = left - taken[:, at]
            better[order[at]] = step[order[at]]
    return better


def _core(choices: Choices, prices: Floats) -> NDArray[np.bool_]:
    """Return the levels (G, L) that lose least at these prices: each group's best, and the next in line."""
    reduced = _reduced(choices, prices)
    lost = np.where(choices.allowed, reduced.max(axis=1, keepdims=True) - reduced, np.inf)
    cells = min(lost.shape[0] + _CORE, lost.size)
    found: NDArray[np.bool_] = choices.allowed & (lost <= np.partition(lost, cells - 1, axis=None)[cells - 1])
    return found


def _open(choices: Choices, prices: Floats, bound: float, gain: float) -> NDArray[np.bool_]:
    """Return which levels (G, L) may be part of a plan that gains more than the one at hand."""
    reduced = _reduced(choices, prices)
    lost = reduced.max(axis=1, keepdims=True) - reduced
    found: NDArray[np.bool_] = choices.allowed & (bound - lost >= gain - 1e-9 * max(abs(gain), 1.0))
    return found


def _sought(
    choices: Choices, open_cells: NDArray[np.bool_], level: NDArray[np.intp]
) -> tuple[NDArray[np.intp], bool]:
    """Return the better of a plan and the best among open levels, by branch and bound; and whether that is proven."""
    group, step = np.nonzero(open_cells)
    cells = np.arange(group.size)
    one_each = sparse.csr_array((np.ones(group.size), (group, cells)), shape=(len(choices.gain), group.size))
    # The solver forgives a millionth of a row: rows of a thousand make that a billionth of a budget.
    scale = np.where(choices.budget > 0, choices.budget, 1.0) / 1000
    loads = choices.load[:, group, step] / scale[:, None]
    with silenced():
        found = optimize.milp(
            -choices.gain[group, step],
            constraints=[
                optimize.LinearConstraint(one_each, 1, 1),
                optimize.LinearConstraint(loads, -np.inf, choices.budget / scale),
            ],
            integrality=np.ones(group.size),
            bounds=optimize.Bounds(0, 1),
            options={"mip_rel_gap": 0.0, "node_limit": _NODES},
        )
    if found.x is None:
        return level, False
    taken = found.x > 0.5
    best = np.zeros(len(choices.gain), dtype=np.intp)
    best[group[taken]] = step[taken]
    if not choices.fits(best):
        return level, False
    return max(best, level, key=choices.gains), bool(found.status == 0)
