"""Cliffs: where one more unit makes a bill jump, because a limit ends a plan or a pack begins.

Notation
--------
u : units of one metric at which something ends; the others are nothing
B(u) : the bill on the plan   B⁺ : the bill at u and one unit more, on the cheapest plan that carries it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.pricing.rating.choosing import NO_PLAN, cheapest
from models.pricing.rating.lines import Tariff, Usage, rate
from models.pricing.rating.rounding import MILLION

LEAST_JUMP = 0.05
"""A jump is a cliff from this share of the bill on."""

_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Cliff:
    """One cliff.

    Parameters
    ----------
    plan, metric
        Position of the tariff, row of the metric.
    units
        Where it is, in millionths.
    bill
        Minor units a month at that many units.
    above
        The same with one unit more; None where no plan sells it.
    next_plan
        The plan on which that is; `plan` itself where a pack begins, None where there is none.
    """

    plan: int
    metric: int
    units: int
    bill: int
    above: int | None
    next_plan: int | None

    @property
    def jump(self) -> int | None:
        """Minor units that the next unit adds; None where it cannot be had."""
        return None if self.above is None else self.above - self.bill


def find_cliffs(tariffs: Sequence[Tariff], *, metrics: int) -> list[Cliff]:
    """Return the cliffs of a menu of tariffs, worst first.

    Parameters
    ----------
    tariffs
        What can be bought.
    metrics
        How many metrics the tariffs charge for.

    Examples
    --------
    >>> from models.pricing.rating.lines import Charge
    >>> from models.pricing.rating.rounding import Ratio
    >>> small = Tariff(Ratio(2000), (Charge(0, included=300 * MILLION),))
    >>> large = Tariff(Ratio(6000), (Charge(0, included=1500 * MILLION),))
    >>> [(cliff.units // MILLION, cliff.bill, cliff.above) for cliff in find_cliffs([small, large], metrics=1)]
    [(1500, 6000, None), (300, 2000, 6000)]
    """
    places = [
        (plan, charge.metric, charge.included)
        for plan, tariff in enumerate(tariffs)
        for charge in tariff.charges
        if charge.included is not None and (charge.step or not charge.prices)  # single units add up smoothly
    ]
    if not places:
        return []
    here, above = (_probe(tariffs, places, metrics=metrics, more=more) for more in (0, MILLION))
    chosen = cheapest(*above)
    cliffs = []
    for at, (plan, metric, units) in enumerate(places):
        to = int(chosen[at])
        bill = int(here[0][plan, at])
        if to == NO_PLAN:
            cliffs.append(Cliff(plan, metric, units, bill, None, None))
        elif (reached := int(above[0][to, at])) - bill > LEAST_JUMP * bill:
            cliffs.append(Cliff(plan, metric, units, bill, reached, to))
    return sorted(cliffs, key=_severity, reverse=True)


def _severity(cliff: Cliff) -> tuple[bool, float, int]:
    """Order cliffs: an end of all plans, then jumps by their share of the bill, then by money."""
    if cliff.jump is None:
        return True, 0.0, cliff.units
    return False, cliff.jump / cliff.bill if cliff.bill else float("inf"), cliff.jump


def _probe(
    tariffs: Sequence[Tariff], places: Sequence[tuple[int, int, int]], *, metrics: int, more: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rate every place under every tariff: totals and whether they carry it, shape (tariffs, places)."""
    n = len(places)
    units = np.zeros((metrics, n), dtype=np.int64)
    for at, (_, metric, count) in enumerate(places):
        units[metric, at] = count + more
    days = np.full(n, _MONTH_DAYS, dtype=np.int64)
    bills = [rate(tariff, Usage(units, days, days, np.ones(n, dtype=np.bool_))) for tariff in tariffs]
    return np.array([bill.total for bill in bills]), np.array([bill.carried for bill in bills])
