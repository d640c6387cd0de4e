"""Where customers stand by what they themselves would pay: beside those who told it, and from when on that counts.

Surveys have no date. Who answered had stayed to be asked, so that none of them leaves before: taken for known all
along, those who told it would seem to mind nothing, and those who left before to have minded all the more. So what
they told counts from the month on in which the first of them left, and who told it and who did not have levels of
their own in every half year: answers that came one by one are then no more than levels, and raises by lot are as
likely on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.pricing.raises.response import FEWEST_LEFT
from models.retention.ledger import Ints
from pricing_service.decisions._raise_willingness import Willingness, mean_of_known

MEASURED_FROM = 6
"""The month of a customer from which its positions count."""
_HALF, _MOST_HALVES = 6, 6
_FARTHEST = 2.0
"""Logs from the median beyond which a customer is no stranger."""


@dataclass(frozen=True, eq=False)
class Standing:
    """v of all N customers.

    Parameters
    ----------
    told
        Shape (N,): who told it.
    place
        Shape (N,): v; of who told nothing where those of its share of value stand on average (regression on z).
    average
        Shape (N,): that average of everybody.
    since, last
        Months: the first in which it counts, and the last of all.
    halves
        Half years with levels of their own, back from the last month; the earliest has all before.
    """

    told: NDArray[np.bool_]
    place: Floats
    average: Floats
    since: int
    last: int
    halves: int

    @classmethod
    def of(
        cls, willing: Willingness, bill: Floats, share: Floats, gone_in: Ints, *, months: tuple[int, int]
    ) -> Standing | None:
        """Return it of N customers; None where too few told it, or too few of those left.

        Parameters
        ----------
        willing, bill, share
            What they would pay, their first bills, and z, NaN where unknown.
        gone_in
            Shape (N,): the last month of each, one that never comes where it is there.
        months
            The first month and the last.
        """
        if not willing.sources:
            return None
        logs = np.log(np.where(bill > 0, bill, np.nan))
        apart = np.stack([from_middle(logs - each) for each in willing.logs])
        v = drawn_in(mean_of_known(apart), np.nan_to_num(mean_of_known(willing.noise)))
        told = np.isfinite(v)
        gone, (first, last) = np.sort(gone_in[told & (gone_in < months[1])]), months
        if gone.size < FEWEST_LEFT:
            return None
        both = told & np.isfinite(share)
        square = float(share[both] @ share[both])
        leans = float(share[both] @ v[both]) / square if square > 0 else 0.0
        average = leans * np.nan_to_num(share)
        halves = min((last - first) // _HALF + 1, _MOST_HALVES)
        return cls(told, np.where(told, v, average), average, int(gone[0]), last, halves)

    def at(self, who: NDArray[np.intp], age: Ints, month: Ints) -> Floats:
        """Return v of customer-months, shape (m,); 0 before a customer's positions count."""
        v = np.where(month >= self.since, self.place[who], self.average[who])
        found: Floats = np.where(age >= MEASURED_FROM, v, 0.0)
        return found

    def levels(self, who: NDArray[np.intp], age: Ints, month: Ints) -> list[Floats]:
        """Return what x has of it: v, its square, and levels of those who told it and of all by half years."""
        v, half = self.at(who, age, month), np.minimum((self.last - month) // _HALF, self.halves - 1)
        counts = self.told[who] & (age >= MEASURED_FROM) & (month >= self.since)
        inside = [half == each for each in range(self.halves)]
        return [v, v * v, *(each & counts for each in inside), *inside[1:]]


def drawn_in(logs: Floats, noise: Floats) -> Floats:
    """Return deviations drawn towards the middle by their noise: a few months say less than many do."""
    known = np.isfinite(logs)
    spread = max(float(np.mean(logs[known] ** 2 - noise[known])), 1e-6) if known.any() else 1.0
    drawn: Floats = logs * spread / (spread + noise)
    return drawn


def from_middle(logs: Floats) -> Floats:
    """Return by how much each lies from the median, as far as counts; NaN where it is unknown."""
    known = np.isfinite(logs)
    middle = float(np.median(logs[known])) if known.any() else 0.0
    return np.clip(logs - middle, -_FARTHEST, _FARTHEST)
