"""The lines of a bill: a tariff and what was used become one rounded amount per line and customer-month.

A month's bill under a tariff has one line for the price and one for each graduated block of each charge. Each line
is rounded by itself, half to even; the bill is the sum of its lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidInput
from models.pricing.rating.blocks import units_by_block
from models.pricing.rating.proration import price_for_days, units_for_days
from models.pricing.rating.rounding import MILLION, Ints, Ratio, amount

UNKNOWN = -1
"""Units that nobody knows; a bill that needs them has no amount."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Charge:
    """What a tariff asks for the units of one metric.

    Parameters
    ----------
    metric
        Row of `Usage.units`.
    included
        Free units in millionths; None: as many as one likes.
    starts, prices
        Graduated blocks: where each begins, in millionths, the first at 0; minor units per unit. Without blocks no
        unit is sold beyond those included, and the tariff carries no month that has more.
    step
        Pack size in millionths, 0 for none.
    by_days
        Whether units are held (seats) rather than used up, and so due for the days of each entry.
    """

    metric: int
    included: int | None
    starts: tuple[int, ...] = ()
    prices: tuple[Ratio, ...] = ()
    step: int = 0
    by_days: bool = False


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price a month, in minor units, and charges for units; `prorates_units` gives allowances by days too."""

    price: Ratio
    charges: tuple[Charge, ...] = ()
    prorates_units: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What is rated, one entry a customer-month.

    Parameters
    ----------
    units
        Shape (metrics, n): units in millionths, `UNKNOWN` where nobody knows.
    days, month_days
        Shape (n,): days for which a price is due, and days of the month.
    metered
        Shape (n,): whether the units that were used up are charged in this entry; of a customer that changed plans
        within a month, in one entry alone.
    """

    units: Ints
    days: Ints
    month_days: Ints
    metered: Mask

    def __post_init__(self) -> None:
        n = self.days.size
        if self.units.shape[1:] != (n,) or self.month_days.shape != (n,) or self.metered.shape != (n,):
            raise InvalidInput("units, days, month_days and metered must tell of the same customer-months")
        if n and (self.days.min() < 0 or self.month_days.min() < 1 or self.units.min(initial=0) < UNKNOWN):
            raise InvalidInput("days and units must be ≥ 0, and a month has days")

    def at(self, chosen: Mask | Ints) -> Usage:
        """Return some of the entries."""
        return Usage(self.units[:, chosen], self.days[chosen], self.month_days[chosen], self.metered[chosen])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of many bills.

    Parameters
    ----------
    metric, block
        Which charge and which of its blocks; both None for the price.
    units
        Shape (n,): what is sold, in millionths; of the price, days.
    amount
        Shape (n,): minor units.
    """

    metric: int | None
    block: int | None
    units: Ints
    amount: Ints


@dataclass(frozen=True, slots=True)
class Bill:
    """The bills of n customer-months under one tariff.

    Parameters
    ----------
    lines
        The price first, then each charge's blocks.
    total
        Shape (n,): minor units; 0 where it is not known or not carried.
    carried
        Shape (n,): false where more is used than is included and nothing more is sold.
    known
        Shape (n,): false where the tariff charges for units that nobody knows.
    """

    lines: tuple[Line, ...]
    total: Ints
    carried: Mask
    known: Mask


def rate(tariff: Tariff, usage: Usage) -> Bill:
    """Rate customer-months under a tariff.

    Examples
    --------
    >>> whole = lambda *numbers: np.array(numbers, dtype=np.int64)
    >>> usage = Usage(whole(30, 5)[None] * 1_000_000, whole(31, 15), whole(31, 30), np.array([True, True]))
    >>> pro = Tariff(Ratio(9900), (Charge(0, included=10_000_000, starts=(0,), prices=(Ratio(250),)),))
    >>> rate(pro, usage).total
    array([14900,  4950])
    """
    n = usage.days.size
    lines = [Line(None, None, usage.days, price_for_days(tariff.price, usage.days, usage.month_days))]
    carried, known = np.ones(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    for charge in tariff.charges:
        if charge.included is None:
            continue
        units = np.where(usage.metered | charge.by_days, usage.units[charge.metric], 0)
        known &= units != UNKNOWN
        units = np.maximum(units, 0)
        included = _included(charge.included, usage, by_days=tariff.prorates_units)
        if not charge.prices:
            carried &= units <= included
            continue
        lines += _charged(charge, units, included, usage)
    total = np.sum([line.amount for line in lines], axis=0, dtype=np.int64)
    return Bill(tuple(lines), np.where(carried & known, total, 0), carried, known)


def _included(included: int, usage: Usage, *, by_days: bool) -> Ints:
    allowance = np.full(usage.days.size, included, dtype=np.int64)
    return units_for_days(allowance, usage.days, usage.month_days) if by_days else allowance


def _charged(charge: Charge, units: Ints, included: Ints, usage: Usage) -> list[Line]:
    starts = np.array(charge.starts, dtype=np.int64)
    sold = units_by_block(units, included, starts, step=charge.step)
    count, per = sold, np.full_like(usage.days, MILLION)
    if charge.by_days:
        # Two subscriptions at a time have one set of seats between them.
        count, per = sold * np.minimum(usage.days, usage.month_days), usage.month_days * MILLION
    return [
        Line(charge.metric, block, sold[block], amount(count[block], price, per=per))
        for block, price in enumerate(charge.prices)
    ]
