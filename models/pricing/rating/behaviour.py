"""What customers might do about a new bill, as bands.

Mechanical re-rating leaves everyone on their plan. Customers who see a cheaper plan may take it, and those whose
bill rises may leave. How many leave is told by a rule: an assumption with two ends, or draws of what evidence says
(`models.willingness.leaving`). Who moves is not known: nobody, or everybody whom it saves enough.

Notation
--------
x, y : bill before and after   z : the bill on the cheapest plan that fits   c = y ÷ x − 1
Assumed: P(leave) = min(1, e·c⁺) with e from `low` to `high`: of customers whose bill rises by a tenth, e in ten leave.
Where x = 0 < y nothing is assumed: P is from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.rating.change import relative
from models.pricing.rating.rounding import Ints


class LeavingRule(Protocol):
    """Says who leaves in each of some scenarios, and which of their outcomes the band spans."""

    def __call__(self, before: Ints, after: Ints, /) -> Floats | NDArray[np.bool_]:
        """Return the probability of leaving, shape (scenarios, customers), from bills before and after (customers,)."""
        ...

    def band(self, outcomes: Floats, /) -> tuple[float, float]:
        """Return the ends of the band of an outcome, shape (scenarios,)."""
        ...


@dataclass(frozen=True, slots=True)
class ElasticLeaving:
    """The rule of the notation: a judgement, for want of evidence. Its two scenarios are its ends.

    Examples
    --------
    >>> ElasticLeaving(low=0.1, high=0.5)(np.array([100]), np.array([120]))
    array([[0.02],
           [0.1 ]])
    """

    low: float = 0.1
    high: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise InvalidInput(f"leaving needs 0 ≤ low ≤ high, got {self.low} and {self.high}")

    def __call__(self, before: Ints, after: Ints, /) -> Floats:
        """Return the two probabilities of each customer, shape (2, customers)."""
        rise = np.maximum(np.nan_to_num(relative(before, after), nan=0.0), 0.0)
        from_nothing = (before == 0) & (after > 0)
        low, high = (np.minimum(1.0, _rounded(rise * each)) for each in (self.low, self.high))
        return np.stack([low, np.where(from_nothing, 1.0, high)])

    def band(self, outcomes: Floats, /) -> tuple[float, float]:
        """Return the lesser and the greater of the two outcomes."""
        return float(outcomes.min()), float(outcomes.max())


@dataclass(frozen=True, slots=True)
class Band:
    """From the one end to the other."""

    low: float
    high: float

    @classmethod
    def of(cls, leaving: LeavingRule, lows: Floats, highs: Floats) -> Band:
        """Return the band that a rule spans from the least and the greatest outcomes of its scenarios."""
        return cls(leaving.band(lows)[0], leaving.band(highs)[1])

    def __add__(self, other: Band) -> Band:
        """Add end to end: what the two rest on is not drawn together."""
        return Band(self.low + other.low, self.high + other.high)


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

    def __add__(self, other: Behaviour) -> Behaviour:
        """Return what both groups of customers together might do."""
        return Behaviour(
            self.leave + other.leave,
            self.leaving_before + other.leaving_before,
            self.could_move + other.could_move,
            self.saved_by_moving + other.saved_by_moving,
            self.after + other.after,
        )


def respond(
    before: Ints, after: Ints, elsewhere: Ints, *, leaving: LeavingRule, least_saving: float = 0.05
) -> Behaviour:
    """Bound what customers' answers do to the total.

    Parameters
    ----------
    before, after, elsewhere
        Shape (customers,), minor units: bills before, after, and on the cheapest plans that fit.
    leaving
        Who leaves: `ElasticLeaving`, or what is known of what customers would pay.
    least_saving
        Share of the bill that a customer must save to be bothered.
    """
    could = elsewhere < after - least_saving * after
    moved = np.where(could, elsewhere, after)
    staying = leaving(before, after)
    moving = leaving(before, moved) if could.any() else staying
    bills = np.stack([before, after, moved]).astype(np.float64)
    outcomes = np.array([_outcome(stay, move, bills) for stay, move in zip(staying, moving, strict=True)])
    least, most, lost_least, lost_most, lowest, highest = outcomes.T
    return Behaviour(
        leave=Band.of(leaving, least, most),
        leaving_before=Band.of(leaving, lost_least, lost_most),
        could_move=int(could.sum()),
        saved_by_moving=int((after - moved).sum()),
        after=Band.of(leaving, lowest, highest),
    )


def _outcome(
    stay: Floats | NDArray[np.bool_], move: Floats | NDArray[np.bool_], bills: Floats
) -> Sequence[float]:
    """Return who leaves at least and at most, what those pay today, and the total, in one scenario.

    `stay` and `move` are the probabilities (customers,) of leaving if all stay on their plan or move, and `bills`
    (3, customers) those before, after, and after moving.
    """
    before, after, moved = bills
    least, most = np.minimum(stay, move), np.maximum(stay, move)
    totals = np.array([(1 - stay.astype(np.float64)) * after, (1 - move.astype(np.float64)) * moved])
    return (
        float(least.sum()), float(most.sum()), float(least @ before), float(most @ before),
        float(totals.min(axis=0).sum()), float(totals.max(axis=0).sum()),
    )  # fmt: skip


def _rounded(probability: Floats) -> Floats:
    """Round away what floats add in the sixteenth place, so that 0.5 × 0.2 is 0.1."""
    return np.round(probability, 12)
