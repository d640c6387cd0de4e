"""Raises in waves by month, with a hold-out by lot, what it will tell, and the leavers at which the next one waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Label
from models.pricing.raises.waves import information, leaving, lots, stop_at
from models.retention.ledger import Ints
from pricing_service.decisions._raise_contracts import months_later
from pricing_service.decisions._raise_counters import Counter, lowest_counters
from pricing_service.decisions._raise_plan import Planned
from pricing_service.decisions._raise_told import POLICY, RANDOMISED, Told

RAISE, HOLD_OUT = "raise", "hold_out"
_YEAR = 12


@dataclass(frozen=True, eq=False)
class Waves:
    """A plan, told month by month to all but those held out.

    Parameters
    ----------
    planned
        The plan of everybody, as if nobody were held out.
    share, seed
        Of each wave and fairness group is held out, a share; and what the lots are drawn by.
    """

    planned: Planned
    share: float
    seed: int

    @cached_property
    def _waiting(self) -> dict[str, date]:
        """Until when those held out of an earlier wave are asked nothing."""
        customers = self.planned.study.customers
        return held_until([*customers.told, *customers.coming.told])

    @cached_property
    def still_held(self) -> NDArray[np.bool_]:
        """Who was held out of an earlier wave less than a year before, shape (n,)."""
        study = self.planned.study
        ends = [self._waiting.get(each) for each in study.customers.ids]
        found = [end is not None and end > day for end, day in zip(ends, study.effective, strict=True)]
        return np.array(found) & (self.planned.level > 0)

    @cached_property
    def asked(self) -> NDArray[np.bool_]:
        """Who is part of a wave, held out or not, shape (n,)."""
        found: NDArray[np.bool_] = (self.planned.level > 0) & ~self.still_held
        return found

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Who is held out by lot, shape (n,); nobody twice."""
        ids = self.planned.study.customers.ids
        found: NDArray[np.bool_] = self.by_lot & (lots(ids, seed=self.seed) < self.share)
        return found

    @cached_property
    def by_lot(self) -> NDArray[np.bool_]:
        """Of whom the lot decides, shape (n,): who was held out before is asked for sure."""
        ids = self.planned.study.customers.ids
        before = np.array([each in self._waiting for each in ids], dtype=np.bool_)
        return self.asked & ~before

    @property
    def raised(self) -> NDArray[np.bool_]:
        """Who is really raised, shape (n,)."""
        found: NDArray[np.bool_] = self.asked & ~self.held
        return found

    @cached_property
    def told(self) -> Planned:
        """The plan of those who are really raised."""
        return replace(self.planned, level=np.where(self.raised, self.planned.level, 0))

    @cached_property
    def lowest_counters(self) -> dict[int, Counter]:
        """The lowest raise that is worth accepting of each group in which anybody is really raised."""
        return lowest_counters(self.told)

    @cached_property
    def month(self) -> Ints:
        """The month of each customer's wave, from year 0, shape (n,)."""
        return self.planned.study.begins_in

    @property
    def months(self) -> list[int]:
        """The months in which there is a wave."""
        found: list[int] = np.unique(self.month[self.asked]).tolist()
        return found

    @cached_property
    def group(self) -> NDArray[np.intp]:
        """Fairness groups, shape (n,): within each, and each wave, the lot alone decides; one where each is its own."""
        alone = not self.planned.rails.fairness_by
        return np.zeros_like(self.planned.group) if alone else self.planned.group

    def columns(self) -> dict[str, list[Any]]:
        """Return the columns of rows that say who is asked when."""
        study, n = self.planned.study, self.month.size
        names = [""] if not self.planned.rails.fairness_by else self.planned.names
        until: list[str | None] = [None] * n
        for at in np.flatnonzero(self.held | self.still_held):
            day = self._waiting.get(study.customers.ids[at]) if self.still_held[at] else None
            until[at] = (day or months_later(study.effective[at], _YEAR)).isoformat()
        arm = np.where(self.raised, RAISE, np.where(self.held | self.still_held, HOLD_OUT, ""))
        return {
            "arm": [each or None for each in arm.tolist()],
            "wave": [
                _name(month) if yes else None for month, yes in zip(self.month, self.asked, strict=True)
            ],
            "fairness_group": [names[code] or None for code in self.group],
            "effective": [
                day.isoformat() if yes else None for day, yes in zip(study.effective, self.asked, strict=True)
            ],
            "held_until": until,
            "lowest_counter_mrr": self._lowest_counter_mrr(),
            "assignment": [
                (RANDOMISED if by_lot and self.held.any() else POLICY) if yes else None
                for yes, by_lot in zip(self.asked.tolist(), self.by_lot.tolist(), strict=True)
            ],
        }

    def _lowest_counter_mrr(self) -> list[float | None]:
        """Return down to which price each that is raised may bargain, money a month; None where none is."""
        lowest = np.zeros(len(self.planned.names))
        for code, found in self.lowest_counters.items():
            lowest[code] = found.lowest.value
        bill, own = self.planned.study.customers.bill, self.told.raises
        least = (bill * (1 + np.minimum(lowest[self.planned.group], own))).round(2)
        return [price if share > 0 else None for price, share in zip(least.tolist(), own, strict=True)]

    def entries(self) -> list[dict[str, Any]]:
        """Return each wave: who, how much, and when the next must not go."""
        months = self.months
        return [self._entry(month, after) for month, after in zip_longest(months, months[1:])]

    def _entry(self, month: int, after: int | None) -> dict[str, Any]:
        study, mine = self.planned.study, self.asked & (self.month == month)
        raised, held = mine & self.raised, mine & self.held
        places = np.flatnonzero(mine)
        bill = study.customers.bill
        notice = study.terms.notice_days
        tells = [
            study.effective[at] - timedelta(days=max(notice, study.customers.contracts[at].notice_days))
            for at in places
        ]
        money = f"{study.currency}/month"
        return {
            "wave": _name(month),
            "effective": min(study.effective[at] for at in places).isoformat(),
            "tell_by": min(tells).isoformat(),
            "customers": int(mine.sum()),
            "raised": int(raised.sum()),
            "held_out": int(held.sum()),
            "mrr": float(bill[mine].sum()),
            "mrr_asked": float((bill * self.told.raises)[raised].sum()),
            "unit": money,
            "stop": self._stop(raised, _YEAR if after is None else min(after - month, _YEAR)),
        }

    def _stop(self, raised: NDArray[np.bool_], months: int) -> dict[str, Any]:
        """Return the leavers, of those raised, within so many months, at which the next wave must not go."""
        label = Label(unit="customers", method="draws", level=self.planned.study.terms.level)
        if not raised.any():
            nothing = label.unknown("nobody_is_raised", n=0).to_json()
            return {
                "months": months, "leavers": None, "foretold": nothing, "anyway": nothing,
                "reasons": {"leavers": "nobody_is_raised"},
            }  # fmt: skip
        gone = self._gone(raised, months, raised_by=self.planned.raises)
        anyway = self._gone(raised, months, raised_by=np.zeros(self.month.size))
        most = stop_at(gone)
        found: dict[str, Any] = {"months": months, "leavers": most}
        for name, draws in (("foretold", gone.sum(axis=1)), ("anyway", anyway.sum(axis=1))):
            tail = (1 - label.level) / 2
            low, high = np.quantile(draws, [tail, 1 - tail]).tolist()
            found[name] = label.known(float(draws.mean()), low, high, n=int(raised.sum())).to_json()
        return found | {"reasons": {} if most is not None else {"leavers": "wave_too_small"}}

    def _gone(self, which: NDArray[np.bool_], months: int, *, raised_by: Floats) -> Floats:
        slope = self.planned.study.steepness[:, which]
        return leaving(
            self.planned.study.log_odds[:, which],
            slope,
            raised_by[which],
            self._decisions(which, months),
        )

    def _decisions(self, which: NDArray[np.bool_], months: int) -> Ints:
        """Return how often each may leave while it is watched."""
        every = np.array([each.every for each in self.planned.study.customers.contracts], dtype=np.int64)
        found: Ints = -(-months // every[which])
        return found

    def hold_out(self) -> dict[str, Any]:
        """Return who is held out, and how much narrower the answer to prices will be a year after the waves."""
        study, held = self.planned.study, self.held
        theta = study.response.theta
        now = float(np.log(theta).std())
        found = {
            "share": self.share,
            "customers": int(held.sum()),
            "mrr": float(study.customers.bill[held].sum()),
            "still_held": int(self.still_held.sum()),
            "watched_months": _YEAR,
            "fed_back": {"table": "price_changes", "assignment": RANDOMISED if held.any() else POLICY},
        }
        if not held.any() or not self.raised.any():
            reason = "no_hold_out" if not held.any() else "nobody_is_raised"
            return found | {"elasticity_after": None, "reasons": {"elasticity_after": reason}}
        which = self.asked
        told = information(
            study.log_odds[:, which], study.steepness[:, which], self.told.raises[which],
            decisions=self._decisions(which, _YEAR),
            stratum=np.unique(np.stack([self.month, self.group])[:, which], axis=1, return_inverse=True)[1].ravel(),
        )  # fmt: skip
        after = float(np.mean(1 / np.sqrt(now**-2 + told)))
        return found | {"elasticity_after": self._narrowed(theta, now, after), "reasons": {}}

    def _narrowed(self, theta: Floats, now: float, after: float) -> dict[str, float]:
        """Return the interval that is to be expected where the middle stays."""
        level = self.planned.study.terms.level
        low, middle, high = np.quantile(theta, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
        share = after / now
        return {
            "low": float(middle * (low / middle) ** share),
            "median": float(middle),
            "high": float(middle * (high / middle) ** share),
            "width_of_today": share,
        }


def held_until(told: list[Told]) -> dict[str, date]:
    """Return until when each customer that was held out by lot is asked nothing: a year from its wave on."""
    return {
        each.customer: months_later(each.date, _YEAR)
        for each in told
        if each.assignment == RANDOMISED and each.offered == each.old
    }


def fed_back(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the waves as rows of `price_changes`, to be posted once each customer has answered.

    `new_mrr`, `response` and `reason` are left empty. Who was held out was offered what it pays: with the wave's and
    its group's name it stands beside those whom only the lot told apart from it.
    """
    return [
        {
            "customer_id": row["customer_id"], "date": row["effective"], "old_mrr": row["current_mrr"],
            "offered_mrr": row["current_mrr" if row["arm"] == HOLD_OUT else "recommended_mrr"],
            "new_mrr": None, "announced": None,
            "assignment": row["assignment"], "arm": row["arm"],
            "wave": " · ".join(part for part in (row["wave"], row["fairness_group"]) if part),
            "response": None, "reason": None,
        }
        for row in rows
        if row["wave"] is not None
    ]  # fmt: skip


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
