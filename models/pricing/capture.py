"""The price corridor: a price that takes 10–15 % of the value it creates leaves the customer the lion's share.

The corridor is a guide to what is fair and durable, not an optimum: what customers would pay, and what they
would do instead, decides where in it or beside it a price should lie.

Notation
--------
w : worth of one unit, money      c = (0.10, 0.15) : capture, the share of worth that a price takes
corridor = c × w; a customer is priced out where its own worth is below the price
"""

from __future__ import annotations

from dataclasses import dataclass

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate

CAPTURE = (0.10, 0.15)


@dataclass(frozen=True, slots=True)
class Corridor:
    """Prices per unit between which the usual share of value is taken; money in the worth's unit."""

    low: float
    high: float
    capture: tuple[float, float]

    def holds(self, price: float) -> str:
        """Say where a price lies: ``inside``, ``below`` or ``above``."""
        if price < self.low:
            return "below"
        return "above" if price > self.high else "inside"


def corridor(worth: Estimate, *, capture: tuple[float, float] = CAPTURE) -> Corridor | None:
    """Return the corridor around the share that a price may take, None where worth is unknown.

    Raises
    ------
    InvalidInput
        If `capture` is not two rising shares in (0, 1].

    Examples
    --------
    >>> worth = Estimate(value=40.0, low=36.0, high=44.0, level=0.9, n=120, unit="EUR/posting")
    >>> corridor(worth)
    Corridor(low=4.0, high=6.0, capture=(0.1, 0.15))
    """
    low, high = capture
    if not 0 < low <= high <= 1:
        raise InvalidInput(f"capture must be two rising shares between 0 and 1, got {capture}")
    if worth.value is None:
        return None
    return Corridor(low * worth.value, high * worth.value, capture)


def priced_out_share(worth: Floats, stands_for: Floats, *, price: float) -> float | None:
    """Return the share of customers whose worth per unit is below the price; None without customers.

    Parameters
    ----------
    worth, stands_for
        Shape (n,): worth per unit, and how many customers each figure stands for.

    Examples
    --------
    >>> import numpy as np
    >>> priced_out_share(np.array([1.0, 4.0]), np.array([1.0, 3.0]), price=2.0)
    0.25
    """
    total = float(stands_for.sum())
    return float(stands_for[worth < price].sum()) / total if total > 0 else None
