"""Raises that customers were told and that are not in force yet: whom nobody asks again, and what they will pay.

The data end before such a raise begins. Who was told one is not asked another before; its bill in a plan is the one
to come, and its chance to leave is that at the price to come, whoever set it: to foretell what a price does is not to
learn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from pricing_service.decisions._raise_told import Told, coming_raises
from pricing_service.panel import StoredPanel

COMING = "raise_coming"


@dataclass(frozen=True, eq=False)
class Coming:
    """Raises to come.

    Parameters
    ----------
    told
        All of them, those held out by lot and those who left included, the first to begin first.
    """

    told: list[Told]

    @classmethod
    def of(cls, panel: StoredPanel) -> Coming:
        """Read them."""
        return cls(coming_raises(panel))

    def first(self, ids: Sequence[str]) -> list[Told | None]:
        """Return the first raise to come of each customer (n,), None where there is none."""
        found: dict[str, Told] = {}
        for each in self.told:
            if each.offered > each.old and not each.left:
                found.setdefault(each.customer, each)
        return [found.get(customer) for customer in ids]

    def bills(self, ids: Sequence[str], paid: Floats) -> Floats:
        """Return what customers pay once it is in force, shape (n,), money a month: what it does not touch stays."""
        more = [0.0 if each is None else _price(each) - each.old for each in self.first(ids)]
        after = paid + np.array(more, dtype=np.float64)
        return np.where(after > 0, after, paid)

    def entry(self, ids: Sequence[str], paid: Floats, *, unit: str) -> dict[str, Any]:
        """Return how many were told one, and what those who are still there pay today and will pay."""
        waits = np.array([each is not None for each in self.first(ids)], dtype=np.bool_)
        asked = [each for each in self.told if each.offered > each.old]
        return {
            "customers": len({each.customer for each in asked}),
            "left": sum(each.left for each in asked),
            "mrr": float(paid[waits].sum()),
            "coming_mrr": float(self.bills(ids, paid)[waits].sum()),
            "unit": unit,
        }

    def columns(self, ids: Sequence[str], paid: Floats) -> dict[str, list[Any]]:
        """Return the columns of rows: the bill to come and from when on, empty where no raise is to come."""
        first, bills = self.first(ids), self.bills(ids, paid).round(2).tolist()
        return {
            "coming_mrr": [bill if each else None for each, bill in zip(first, bills, strict=True)],
            "coming_from": [each.date.isoformat() if each else None for each in first],
        }


def _price(told: Told) -> float:
    return told.offered if told.new is None else told.new
