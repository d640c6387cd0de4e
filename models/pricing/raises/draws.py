"""What each level of raise of each group gains and costs, draw by draw. Notation as in `chances`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput

WITHIN = 0.9
WORST = 0.1
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class Draws:
    """What each level of each group gains and costs, draw by draw.

    Parameters
    ----------
    gain
        Shape (D, G, L); 0 at the first level.
    churn
        Shape (C, D, G, L), ≥ 0; 0 at the first level.
    allowed
        Shape (G, L); the first level always.
    budget
        Shape (C,), ≥ 0.

    Raises
    ------
    InvalidInput
        Where shapes do not fit.
    """

    gain: Floats
    churn: Floats
    allowed: NDArray[np.bool_]
    budget: Floats

    def __post_init__(self) -> None:
        if (
            self.churn.shape != (self.budget.size, *self.gain.shape)
            or self.allowed.shape != self.gain.shape[1:]
        ):
            raise InvalidInput(f"churn and allowed must fit gain, of shape {self.gain.shape}")

    def gains(self, level: NDArray[np.intp]) -> Floats:
        """Return what a plan (G,) gains in each draw, (D,)."""
        total: Floats = self.gain[:, np.arange(level.size), level].sum(axis=1)
        return total

    def churns(self, level: NDArray[np.intp]) -> Floats:
        """Return what a plan (G,) costs in churn in each draw, (C, D)."""
        total: Floats = self.churn[:, :, np.arange(level.size), level].sum(axis=2)
        return total

    def used(self, level: NDArray[np.intp]) -> Floats:
        """Return R, the share that a plan (G,) uses of the budget that it uses most, in each draw, (D,)."""
        return self.most_used(self.churns(level))

    def most_used(self, churns: Floats) -> Floats:
        """Return the same of what plans cost in churn, (C, D), or (C, D, plans)."""
        budget = self.budget.reshape(-1, *[1] * (churns.ndim - 1))
        used: Floats = (churns / np.maximum(budget, _NOTHING)).max(axis=0)
        return used

    def within(self, level: NDArray[np.intp], *, share: float = WITHIN) -> bool:
        """Whether a plan keeps within all budgets at once in that share of draws."""
        return self.high(level, share) <= 1 + 1e-9

    def high(self, level: NDArray[np.intp], share: float) -> float:
        """Return the quantile over draws of the share that a plan (G,) uses of its budgets."""
        return float(np.quantile(self.used(level), share, method="higher"))


def objective(gains: Floats, risk_aversion: float) -> float:
    """Return what a plan is worth: (1 - μ) times the mean of gains (D,) and μ times that of the worst tenth.

    Examples
    --------
    >>> objective(np.arange(10.0), 0.5)
    2.25
    """
    tail = max(round(WORST * gains.size), 1)
    worst = np.sort(gains)[:tail].mean()
    return float((1 - risk_aversion) * gains.mean() + risk_aversion * worst)
