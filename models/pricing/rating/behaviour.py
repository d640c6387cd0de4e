"""What customers might do about a new bill: bands between two stated assumptions, not estimates.

Mechanical re-rating leaves everyone on their plan. Customers who see a cheaper plan may take it, and those whose
bill rises may leave. Nobody knows how many without asking or testing, so both ends are assumed and shown.

Notation
--------
x, y : bill before and after   z : the bill on the cheapest plan that fits   c = y ÷ x − 1
P(leave) = min(1, e·c⁺) with e from `low` to `high`: of customers whose bill rises by a tenth, e in ten leave.
Where x = 0 < y nothing is assumed: P is from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.rating.change import relative
from models.pricing.rating.rounding import Ints

LeavingRule = Callable[[Ints, Ints], tuple[Floats, Floats]]
"""From bills before and after, each (customers,), to the least and the greatest probability of leaving."""


@dataclass(frozen=True, slots=True)
class ElasticLeaving:
    """The rule of the notation: a judgement, to be replaced by what price changes taught.

    Examples
    --------
    >>> ElasticLeaving(low=0.1, high=0.5)(np.array([100]), np.array([120]))
    (array([0.02]), array([0.1]))
    """

    low: float = 0.1
    high: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise InvalidInput(f"leaving needs 0 ≤ low ≤ high, got {self.low} and {self.high}")

    def __call__(self, before: Ints, after: Ints) -> tuple[Floats, Floats]:
        """Return the two probabilities of each customer, shape (customers,)."""
        rise = np.maximum(np.nan_to_num(relative(before, after), nan=0.0), 0.0)
        from_nothing = (before == 0) & (after > 0)
        low, high = (np.minimum(1.0, _rounded(rise * each)) for each in (self.low, self.high))
        return low, np.where(from_nothing, 1.0, high)


@dataclass(frozen=True, slots=True)
class Band:
    """From the one assumption to the other."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What might happen.

    Parameters
    ----------
    leave
        Customers who leave.
    leaving_before
        What those pay today, minor units.
    could_move
        Customers whom a cheaper plan saves enough; none of them moves, or all do.
    saved_by_moving
        What all of them together would save, minor units.
    after
        The total after it all, minor units.
    """

    leave: Band
    leaving_before: Band
    could_move: int
    saved_by_moving: int
    after: Band


def respond(
    before: Ints, after: Ints, elsewhere: Ints, *, leaving: LeavingRule, least_saving: float = 0.05
) -> Behaviour:
    """Bound what customers' answers do to the total.

    Parameters
    ----------
    before, after, elsewhere
        Shape (customers,), minor units: bills before, after, and on the cheapest plans that fit.
    leaving
        The two probabilities of leaving: `ElasticLeaving`, or what a willingness model says.
    least_saving
        Share of the bill that a customer must save to be bothered.
    """
    could = elsewhere < after - least_saving * after
    moved = np.where(could, elsewhere, after)
    stay_low, stay_high = leaving(before, after)
    move_low, move_high = leaving(before, moved)
    lowest = np.minimum((1 - stay_high) * after, (1 - move_high) * moved)
    highest = np.maximum((1 - stay_low) * after, (1 - move_low) * moved)
    least, most = np.minimum(stay_low, move_low), np.maximum(stay_high, move_high)
    return Behaviour(
        leave=Band(float(least.sum()), float(most.sum())),
        leaving_before=Band(float((least * before).sum()), float((most * before).sum())),
        could_move=int(could.sum()),
        saved_by_moving=int((after - moved).sum()),
        after=Band(float(lowest.sum()), float(highest.sum())),
    )


def _rounded(probability: Floats) -> Floats:
    """Round away what floats add in the sixteenth place, so that 0.5 × 0.2 is 0.1."""
    return np.round(probability, 12)
