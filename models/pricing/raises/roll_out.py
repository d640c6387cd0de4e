"""`RollOut`: outcomes of customers who were raised in different months; `Path`: an effect by months from the raise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.retention.ledger import Ints

NEVER = 2**31
"""The month of a raise that did not come."""


@dataclass(frozen=True, eq=False)
class RollOut:
    """A panel of customers who were raised in different months.

    Parameters
    ----------
    outcome
        y, shape (n, T), in months that follow each other; NaN where there is none.
    since
        g, shape (n,): place of the first month at the new price, below 0 where it lies before the panel, `NEVER`.

    Raises
    ------
    InvalidInput
        Where shapes do not fit, or an outcome is infinite.
    """

    outcome: Floats
    since: Ints

    def __post_init__(self) -> None:
        if self.outcome.ndim != 2 or self.since.shape != self.outcome.shape[:1]:
            raise InvalidInput(
                f"outcome must be customers × months, and since one a customer, got "
                f"{self.outcome.shape} and {self.since.shape}"
            )
        if np.isinf(self.outcome).any():
            raise InvalidInput("outcome must be finite, or NaN where there is none")

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which cells have an outcome, (n, T)."""
        there: NDArray[np.bool_] = np.isfinite(self.outcome)
        return there

    @property
    def after(self) -> Ints:
        """Months since the raise, t - g, negative before it: (n, T)."""
        months: Ints = np.arange(self.outcome.shape[1]) - self.since[:, None]
        return months


@dataclass(frozen=True, eq=False)
class Path:
    """An effect by months from the raise.

    Parameters
    ----------
    month
        Shape (k,): 0, 1, … since the raise, or -p, …, -1 before it.
    value, error
        Shape (k,): estimates and their standard errors.
    customers
        Shape (k,): how many carry each.
    """

    month: Ints
    value: Floats
    error: Floats
    customers: Ints

    def ends(self, level: float) -> tuple[Floats, Floats]:
        """Return the ends of the intervals of a level, one month at a time."""
        reach = special.stdtrit(np.maximum(self.customers - 1, 1), (1 + level) / 2) * self.error
        return self.value - reach, self.value + reach
