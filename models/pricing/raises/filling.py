"""What a knapsack leaves of the budgets is filled by single steps, and by exchanges where groups are few.

A knapsack of mean churn stops where the quantile of all draws would not hold any more. Single steps fill what is
left; with few groups that is not enough, for a large one may have taken what two others would make more of: each in
turn falls back, the others fill, and what is worth more is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.raises.draws import Draws, objective

FEW = 24
"""Groups up to which there are exchanges; among many, a single one matters little."""
_STEPS = 4_000


@dataclass(frozen=True, eq=False)
class Filling:
    """Steps that are worth something, in the order in which they are tried.

    Parameters
    ----------
    draws
        What there is to choose from.
    gain
        Shape (G, L): what a level gains as draws count; -inf where it is not allowed.
    load
        Shape (C, G, L): what it uses of each budget, a share.
    share
        Of draws in which all budgets must hold.
    risk_aversion
        μ, 0-1.

    Examples
    --------
    The group that gains most for its churn was taken, and leaves no room for two that gain more together:

    >>> gain, used = np.array([[0.0, 6.0], [0.0, 5.0], [0.0, 5.0]]), np.array([[0.0, 0.6], [0.0, 0.5], [0.0, 0.5]])
    >>> draws = Draws(gain=gain[None], churn=used[None, None], allowed=gain >= 0, budget=np.ones(1))
    >>> fills = Filling(draws, gain, used[None], 0.9, 0.0)
    >>> fills.filled(np.array([1, 0, 0])).tolist(), fills.exchanged(np.array([1, 0, 0])).tolist()
    ([1, 0, 0], [0, 1, 1])
    """

    draws: Draws
    gain: Floats
    load: Floats
    share: float
    risk_aversion: float

    def filled(self, level: NDArray[np.intp], *, held: int | None = None) -> NDArray[np.intp]:
        """Take single steps more from a plan (G,) while budgets hold, those first that gain most for their churn.

        None of a group that is `held`.
        """
        rows, level, gain = np.arange(level.size), level.copy(), self.gain.copy()
        if held is not None:
            gain[held, level[held] + 1 :] = -np.inf
        more = gain - gain[rows, level][:, None]
        extra = np.maximum((self.load - self.load[:, rows, level][:, :, None]).max(axis=0), 1e-12)
        group, step = np.nonzero(more > 0)
        order = np.argsort(-(more / extra)[group, step], kind="stable")[:_STEPS]
        churn, totals = self.draws.churn, self.draws.churns(level)
        place = int(np.ceil(self.share * (totals.shape[1] - 1)))
        for at in order:
            g, to = group[at], step[at]
            if gain[g, to] <= gain[g, level[g]]:
                continue
            tried = totals + churn[:, :, g, to] - churn[:, :, g, level[g]]
            if np.partition(self.draws.most_used(tried), place)[place] <= 1:
                level[g], totals = to, tried
        return level

    def exchanged(self, level: NDArray[np.intp]) -> NDArray[np.intp]:
        """Fill a plan (G,), and where groups are few let each fall back in turn while that is worth more."""
        best = self.filled(level)
        if level.size > FEW:
            return best
        worth, moved = self._worth(best), True
        lower = np.argwhere(self.draws.allowed).tolist()
        while moved:
            moved = False
            for at, to in lower:
                if to >= best[at]:
                    continue
                fallen = best.copy()
                fallen[at] = to
                other = self.filled(self.filled(fallen, held=at))
                if self._worth(other) > worth:
                    best, worth, moved = other, self._worth(other), True
        return best

    def _worth(self, level: NDArray[np.intp]) -> float:
        return objective(self.draws.gains(level), self.risk_aversion)
