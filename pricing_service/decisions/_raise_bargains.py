"""How customers bargain: which share of a raise they pay in the end, and who takes a smaller plan instead of leaving.

Notation
--------
ρ : share of a raise that is paid in the end, of those who stay on their plan      k, l : those told who went down; left
c : of those who stay, the share that offers less than it is asked      g : share of the raise that these then pay
d = k ÷ (k + l) : of customers whom a raise drives away, the share that takes the next lower plan instead
φ : typical bill of the next lower plan ÷ that of one's own

Leavers are learned from those who left, so that whoever went down is not among them: for each who leaves for a raise,
d ÷ (1 - d) go down besides. Before any was told, of ten told a raise nine pay all of it, and of ten whom it drives away
one goes down; each counts as one customer more or less (beta priors). Of the ten told a raise two offer less and pay
half of it, so that ρ is 1 - c (1 - g) before any was told. After, the means of both differ by what was waived to those
who did not offer less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from models.checks import Floats
from models.estimate import Estimate, Label
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_told import DOWNGRADED, Told
from pricing_service.panel import StoredPanel

_REALISED, _DOWN = (9.0, 1.0), (1.0, 9.0)
_METHOD = "past raises that were told, beside a prior that is worth {:.0f} customers"
_COUNTERED, _CONCEDED = (2.0, 8.0), (1.0, 1.0)
_SOON = 3
"""Months after a raise in which a fall of the bill is an answer to it."""
_FALL = 0.9
"""Part of the old bill below which it has fallen, and not moved with use."""


@dataclass(frozen=True, eq=False)
class Bargains:
    """What is believed of bargaining, in draws.

    Parameters
    ----------
    customers
        Who pays today, and all raises told.
    draws, seed
        How many draws, and what they are drawn by.
    assumed
        d, where it is assumed; None where it is learned.
    """

    customers: RaiseCustomers
    draws: int
    seed: int
    assumed: float | None = None

    @cached_property
    def realised(self) -> Floats:
        """Return ρ, shape (draws,)."""
        paid = [each.realised for each in self.customers.told if each.realised is not None]
        full, none = _REALISED[0] + sum(paid), _REALISED[1] + len(paid) - sum(paid)
        drawn: Floats = np.random.default_rng((self.seed, 1)).beta(full, none, self.draws)
        return drawn

    @cached_property
    def _paid(self) -> list[Told]:
        """Raises of those who stayed on their plan."""
        return [each for each in self.customers.told if each.realised is not None]

    @property
    def counters(self) -> int:
        """How many of those who stayed offered less, and pay a part of the raise."""
        return sum(each.countered for each in self._paid)

    @cached_property
    def countered(self) -> Floats:
        """Return c, shape (draws,)."""
        some, none = _COUNTERED[0] + self.counters, _COUNTERED[1] + len(self._paid) - self.counters
        drawn: Floats = np.random.default_rng((self.seed, 5)).beta(some, none, self.draws)
        return drawn

    @cached_property
    def conceded(self) -> Floats:
        """Return g, shape (draws,)."""
        parts = [each.realised or 0.0 for each in self._paid if each.countered]
        paid, kept = _CONCEDED[0] + sum(parts), _CONCEDED[1] + len(parts) - sum(parts)
        drawn: Floats = np.random.default_rng((self.seed, 6)).beta(paid, kept, self.draws)
        return drawn

    @property
    def _asked(self) -> list[Told]:
        return [each for each in self.customers.told if each.offered > each.old]

    @property
    def went_down(self) -> int:
        """How many who were told a raise took less instead."""
        return sum(each.went_down for each in self._asked)

    @property
    def left(self) -> int:
        """How many who were told a raise left."""
        return sum(each.left for each in self._asked)

    @cached_property
    def share(self) -> Floats:
        """Return d, shape (draws,)."""
        if self.assumed is not None:
            return np.full(self.draws, self.assumed)
        down, gone = _DOWN[0] + self.went_down, _DOWN[1] + self.left
        drawn: Floats = np.random.default_rng((self.seed, 3)).beta(down, gone, self.draws)
        return drawn

    @property
    def per_leaver(self) -> Floats:
        """Return how many go down for each who leaves for a raise, shape (draws,)."""
        odds: Floats = self.share / (1 - self.share)
        return odds

    @cached_property
    def kept(self) -> Floats:
        """Return φ, shape (n,); NaN where there is no lower plan."""
        names, code = np.unique(self.customers.plans, return_inverse=True)
        bill = self.customers.bill
        usual = np.array([np.median(bill[code == at]) for at in range(names.size)])
        usual[names == ""] = np.nan
        lower = np.where(usual[None, :] < usual[:, None], usual[None, :], -np.inf).max(axis=1)
        part = np.where(np.isfinite(lower), lower / usual, np.nan)
        found: Floats = part[code]
        return found

    def entry(self, level: float) -> dict[str, Any]:
        """Return what the answer says of it."""
        told = (
            ("realised", "share of a raise", self.realised, len(self._asked), _REALISED),
            ("downgrades", "share", self.share, self.went_down + self.left, _DOWN),
            ("countered", "share", self.countered, len(self._paid), _COUNTERED),
            ("conceded", "share of a raise", self.conceded, self.counters, _CONCEDED),
        )
        return {
            name: _told(Label(unit=unit, method=_METHOD.format(sum(prior)), level=level), draws, n).to_json()
            for name, unit, draws, n, prior in told
        } | {
            "counters": self.counters,
            "assumed": self.assumed is not None,
            "told": len(self._asked),
            "went_down": self.went_down,
            "left": self.left,
            "have_lower_plan": int(np.isfinite(self.kept).sum()),
        }


def _told(label: Label, draws: Floats, n: int) -> Estimate:
    low, high = np.quantile(draws, [(1 - label.level) / 2, (1 + label.level) / 2]).tolist()
    return label.known(float(draws.mean()), low, high, n=n)


def marked(told: Sequence[Told], panel: StoredPanel) -> list[Told]:
    """Return raises told, those as downgraded whose customers stayed and paid clearly less within three months."""
    asked = [each for each in told if each.offered > each.old and not each.left]
    if not asked:
        return list(told)
    first = ibis.memtable(
        pa.table(
            {
                "who": pa.array([each.customer for each in asked], pa.string()),
                "begins": pa.array([each.month for each in asked], pa.int64()),
                "old": pa.array([each.old for each in asked], pa.float64()),
            }
        )
    )
    months = panel.connect().table("months")
    whole = months.filter(~months.partial & (months.mrr_end > 0))
    at = whole.month.year() * 12 + whole.month.month() - 1
    paid = whole.select("customer_id", at=at, bill=whole.mrr_end.cast("float64"))
    joined = first.join(paid, first.who == paid.customer_id)
    soon = (joined.at >= joined.begins) & (joined.at < joined.begins + _SOON)
    fell = joined.filter(soon & (joined.bill < _FALL * joined.old)).select("who", "begins").distinct()
    down = {(row["who"], row["begins"]) for row in fell.to_pyarrow().to_pylist()}
    return [
        replace(each, response=DOWNGRADED) if not each.left and (each.customer, each.month) in down else each
        for each in told
    ]
