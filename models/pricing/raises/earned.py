"""How much of a raise a customer's added value has earned, and how much it may be by what it pays of its value.

Notation
--------
b : what it pays a month      V₀, V : value it got a month when its price was last set, and gets now
c = b / V : the share that we capture      lowest, most : the corridor of shares, 10–15 %

    earned   = most × max(V - V₀, 0)                 what a fair share of ADDED value comes to
    catch-up = max(lowest × min(V, V₀) - b, 0)       what is missing to the corridor's lower end on value it had before
    room     = max(most × V - b, 0)                  beyond that it would pay more than the corridor's upper end
    may rise by min(earned + catch-up, room) ÷ b

Who pays more than the upper end is to be right-sized, not raised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.capture import CAPTURE


@dataclass(frozen=True, eq=False)
class Earned:
    """Raises that value allows, money a month, shape (n,) each; NaN where value is unknown.

    Parameters
    ----------
    earned, catch_up
        The two parts, each cut so that together they keep within `room`.
    room
        What is left to the corridor's upper end.
    captured
        c, a share of value; inf where a customer gets no value.
    """

    earned: Floats
    catch_up: Floats
    room: Floats
    captured: Floats

    @property
    def allowed(self) -> Floats:
        """Both parts together."""
        both: Floats = self.earned + self.catch_up
        return both

    @property
    def pays_too_much(self) -> NDArray[np.bool_]:
        """Who pays more than the corridor's upper end: to be right-sized."""
        above: NDArray[np.bool_] = self.room <= 0
        return above & np.isfinite(self.captured)


def earned_by_value(
    bill: Floats, value: Floats, value_before: Floats, *, capture: tuple[float, float] = CAPTURE
) -> Earned:
    """Return what added value has earned.

    Parameters
    ----------
    bill
        b, shape (n,), money a month, > 0.
    value, value_before
        V and V₀, shape (n,), money a month; NaN where unknown. Without V₀ nothing counts as added.
    capture
        Lowest and most.

    Raises
    ------
    InvalidInput
        If `capture` is not two rising shares in (0, 1], or a bill is not above 0.

    Examples
    --------
    A customer's value rose from 1,000 to 1,600 a month; it pays 80:

    >>> found = earned_by_value(np.array([80.0]), np.array([1600.0]), np.array([1000.0]))
    >>> found.earned.tolist(), found.catch_up.tolist(), found.captured.tolist()
    ([90.0], [20.0], [0.05])
    """
    lowest, most = capture
    if not 0 < lowest <= most <= 1:
        raise InvalidInput(f"capture must be two rising shares between 0 and 1, got {capture}")
    if not (bill > 0).all():
        raise InvalidInput("bills must be above 0: only customers who pay can be raised")
    then = np.where(np.isnan(value_before), value, value_before)
    room = np.maximum(most * value - bill, 0.0)
    earned = np.minimum(most * np.maximum(value - then, 0.0), room)
    catch_up = np.minimum(np.maximum(lowest * np.minimum(value, then) - bill, 0.0), room - earned)
    captured = np.divide(bill, value, out=np.full(bill.shape, np.inf), where=value > 0)
    return Earned(earned, catch_up, room, np.where(np.isnan(value), np.nan, captured))
