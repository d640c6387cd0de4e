"""What may be changed of a book's future: who leaves, grows, comes and pays how much, and who brings whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats


@dataclass(frozen=True, eq=False, slots=True)
class Levers:
    """By how much the future differs from the past: factors, 1 where it does not.

    Parameters
    ----------
    leaving, growing
        Of the chances to leave and to grow.
    arrivals
        Of how many come.
    price
        Of what chosen customers pay, from the first month on.
    chosen
        Shape (q,): whose price it is; None: everybody's.
    leaves_by_price
        Share of the chosen who leave at once for each part by which the price rises: the least and the most that is
        believed, any value between them being as likely. 0.5: of a rise by 10 %, 5 % leave.
    """

    leaving: float = 1.0
    growing: float = 1.0
    arrivals: float = 1.0
    price: float = 1.0
    chosen: NDArray[np.bool_] | None = None
    leaves_by_price: tuple[float, float] = (0.0, 0.5)


AS_BEFORE = Levers()


@dataclass(frozen=True, eq=False, slots=True)
class Referring:
    """Customers who bring customers.

    Parameters
    ----------
    share
        Of those who come, the share that customers recommended us to, 0–1.
    beside
        Shape (draws, H): MRR on the path on which nothing is changed.
    """

    share: float
    beside: Floats


def repriced(state: Floats, levers: Levers, rng: np.random.Generator) -> Floats:
    """Return what customers pay who paid `state` (draws, q), once the levers' price holds.

    Examples
    --------
    >>> dearer = Levers(price=1.1, leaves_by_price=(0.5, 0.5))
    >>> repriced(np.array([[100.0]]), dearer, np.random.default_rng(0)).round(2)
    array([[104.5]])
    """
    if levers.price == 1:
        return state
    leave = rng.uniform(*levers.leaves_by_price, (state.shape[0], 1)) * max(levers.price - 1, 0.0)
    chosen = np.ones(state.shape[1], dtype=np.bool_) if levers.chosen is None else levers.chosen
    asked: Floats = np.where(chosen, state * levers.price * (1 - leave), state)
    return asked
