"""Raises that all of a plan were told, one plan after another: what may tell how churn answers where no lot does.

A group is a plan, and the version of its price on which a customer came to it. Its raise is one of the whole group
where, within a year, nearly all were told it who were there before and did not leave untold: then nobody was chosen
because it would stay, and groups that are raised later or never show what months did to everybody. Raises of single
customers, and negotiated ones, are never part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.pricing.raises.roll_out import NEVER
from models.retention.ledger import Ints
from pricing_service.decisions._raise_contracts import Contract
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_past import bills_by_month
from pricing_service.decisions._raise_told import POLICY, STAGGERED, Told
from pricing_service.decisions._raise_versions import price_versions
from pricing_service.panel import StoredPanel

LEADS = ((1, 6), (7, 12))
"""Months before a group's raise that are looked at, nearest first."""
_WHOLE = 0.9
"""Part of a group that is told, from which its raise is the whole group's."""
_FEWEST = 20
_YEAR = 12


@dataclass(frozen=True, eq=False)
class GroupRaises:
    """Raises of whole groups.

    Parameters
    ----------
    told
        All raises told; those of whole groups are `staggered`.
    group, names
        Shape (N,): the group of each customer of the panel, and what each group is called.
    begins
        Shape (G,): the month, from year 0, in which a group's raise begins; `NEVER`.
    """

    told: list[Told]
    group: NDArray[np.intp]
    names: list[str]
    begins: Ints

    @classmethod
    def of(cls, panel: StoredPanel, customers: RaiseCustomers, agreed: Mapping[str, Contract]) -> GroupRaises:
        """Read them.

        Raises
        ------
        NotEstimable
            ``no_group_raises`` where no whole group was raised by policy; ``nobody_untreated`` where all groups were
            raised in the same month.
        """
        names, group = _groups(panel, customers.everybody, agreed)
        place = {customer: at for at, customer in enumerate(customers.everybody)}
        raises = [each for each in customers.told if each.assignment == POLICY and each.offered > each.old]
        asked = np.full(len(place), NEVER)
        for each in reversed([each for each in raises if each.customer in place]):
            asked[place[each.customer]] = each.month
        start, bill, _ = bills_by_month(panel, place, None)
        begins = np.array(
            [_begins(asked[group == code], bill[group == code] > 0, start) for code in range(len(names))]
        )
        if (begins == NEVER).all():
            raise NotEstimable("no_group_raises", "no raise was told to all of a plan by policy")
        if np.unique(begins).size == 1:
            raise NotEstimable("nobody_untreated", "all plans were raised in the same month")
        told = [
            _marked(each, int(begins[group[place[each.customer]]])) if each.customer in place else each
            for each in customers.told
        ]
        return cls(told, group, names, begins)

    @property
    def levels(self) -> Floats:
        """A level for each group but the first, shape (N, G - 1)."""
        found: Floats = (self.group[:, None] == np.arange(1, len(self.names))).astype(np.float64)
        return found

    def before(self, who: NDArray[np.intp], month: Ints) -> tuple[NDArray[np.bool_], Floats]:
        """Return which customer-months come before their group's raise, and the leads (m, p)."""
        months = self.begins[self.group[who]] - 1 - month
        leads = [(months >= first) & (months <= last) for first, last in LEADS]
        return months > 0, np.stack(leads, axis=1).astype(np.float64)


def _groups(
    panel: StoredPanel, everybody: list[str], agreed: Mapping[str, Contract]
) -> tuple[list[str], NDArray[np.intp]]:
    bound = [agreed.get(each, Contract()) for each in everybody]
    versions = price_versions(panel, bound, [None] * len(bound))
    names = [
        " · ".join(part for part in (each.plan, str(version)) if part) or "?"
        for each, version in zip(bound, versions, strict=True)
    ]
    found, codes = np.unique(np.array(names, dtype=str), return_inverse=True)
    return found.tolist(), codes.astype(np.intp)


def _begins(asked: Ints, there: NDArray[np.bool_], start: int) -> int:
    """Return the month of a group's raise, of its members asked first in months (n,), there in months (n, T)."""
    first = int(asked.min(initial=NEVER))
    before, last = first - 1 - start, there.shape[1] - 1
    if first == NEVER or not 0 <= before < last:
        return NEVER
    told = asked < first + _YEAR
    stayed = there[:, min(before + _YEAR, last)]
    counted = there[:, before] & (told | stayed)
    whole = counted.sum() >= _FEWEST and (told & counted).sum() >= _WHOLE * counted.sum()
    return first if whole else NEVER


def _marked(told: Told, begins: int) -> Told:
    """Return a raise as staggered where it was its whole group's."""
    whole = told.assignment == POLICY and begins <= told.month < begins + _YEAR
    return replace(told, assignment=STAGGERED) if whole else told
