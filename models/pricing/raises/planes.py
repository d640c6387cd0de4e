"""Planes below the bound of a knapsack: what plans that were met gain and load, whatever the budgets are.

Notation
--------
b : (C,) budgets      λ ≥ 0 : (C,) their prices      v_k, w_k : what plan k gains, and loads on each budget, (C,)

    bound(λ) = max over plans k of  v_k + λ'(b - w_k)

Each plan is a plane over λ, and the highest of those that were met lies below the bound; where it is lowest, the bound
is looked at next (cutting planes: Kelley 1960). Budgets only tilt planes: problems that differ in them alone share
theirs, so that each begins where the last one ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from models.checks import Floats


@dataclass(frozen=True, eq=False)
class Planes:
    """Plans that were met.

    Parameters
    ----------
    gains, loads
        v and w of each: a number, and shape (C,).

    Examples
    --------
    >>> met = Planes()
    >>> met.add(0.0, np.zeros(1)), met.add(6.0, np.array([3.0]))
    (None, None)
    >>> price, height = met.lowest(np.array([2.0]), 10.0)
    >>> price.round(6).tolist(), round(height, 6)
    ([2.0], 4.0)
    """

    gains: list[float] = field(default_factory=list)
    loads: list[Floats] = field(default_factory=list)

    def add(self, gain: float, load: Floats) -> None:
        """Meet a plan."""
        self.gains.append(gain)
        self.loads.append(load)

    def lowest(self, budget: Floats, highest: float) -> tuple[Floats, float]:
        """Return the prices (C,), up to `highest`, at which the highest plane is lowest, and how high it is there.

        Before any plan was met it is -inf; where the solver finds no answer, inf.
        """
        none = np.zeros(budget.size)
        if not self.gains:
            return none, -np.inf
        step = optimize.linprog(
            np.append(none, 1.0),
            A_ub=np.column_stack([budget - np.array(self.loads), -np.ones(len(self.gains))]),
            b_ub=-np.array(self.gains),
            bounds=[(0.0, highest)] * budget.size + [(0.0, None)],
        )
        return (step.x[:-1], float(step.fun)) if step.success else (none, np.inf)
