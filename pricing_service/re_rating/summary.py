"""The numbers of a simulation for the committee: totals, who pays more, who moves, where bills jump."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from models.pricing.rating.behaviour import LeavingRule, respond
from models.pricing.rating.change import summarise
from models.pricing.rating.cliffs import Cliff, find_cliffs
from models.pricing.rating.lines import UNKNOWN, Mask, Tariff
from models.pricing.rating.rounding import MILLION, Ints
from pricing_service.re_rating.comparison import Comparison

MOST_LISTED = 10
_NEAR = 0.9
Figures = dict[str, Any]


class Summary:
    """Puts one comparison into numbers, in money.

    Parameters
    ----------
    compared
        Before and after.
    minor_units
        Decimals of the currency.
    """

    def __init__(self, compared: Comparison, *, minor_units: int) -> None:
        self.compared, self.scale = compared, 10**minor_units
        known = compared.has_counted
        self.customers = np.flatnonzero(known)
        self.before = compared.per_customer(compared.before.total)[known]
        self.after = compared.per_customer(compared.after.bills.total)[known]
        self.elsewhere = compared.per_customer(compared.after.elsewhere)[known]

    @property
    def bills(self) -> tuple[Ints, Ints, Ints]:
        """Bills before, after, and on the cheapest plans that fit; shape (customers,) each."""
        return self.before, self.after, self.elsewhere

    def money(self, amount: float) -> float:
        """Write minor units as money."""
        return float(amount / self.scale)

    def change(self) -> Figures:
        """Return totals, quantiles of change and the histogram."""
        found = summarise(self.before, self.after)
        share = (found.after - found.before) / found.before if found.before else None
        return {
            "total": {
                "before": self.money(found.before),
                "after": self.money(found.after),
                "change": self.money(found.after - found.before),
                "change_share": share,
            },
            "change": {
                "p5": found.p5, "p50": found.p50, "p95": found.p95, "largest": found.largest,
                "pay_more": found.pay_more, "pay_less": found.pay_less, "pay_same": found.pay_same,
                "paid_nothing": found.paid_nothing,
                "groups": [
                    {"low": group.low, "high": group.high, "customers": group.customers,
                     "before": self.money(group.before), "after": self.money(group.after)}
                    for group in found.groups
                ],
            },
        }  # fmt: skip

    def extremes(self) -> Figures:
        """Return the customers whose bills rise and fall most, in money."""
        change = self.after - self.before
        order = np.lexsort((self.customers, -change))
        rises = [at for at in order[:MOST_LISTED] if change[at] > 0]
        falls = [at for at in order[::-1][:MOST_LISTED] if change[at] < 0]
        return {"largest_rises": self._listed(rises), "largest_falls": self._listed(falls)}

    def _listed(self, places: Sequence[Any]) -> list[Figures]:
        names = self.compared.months.customers
        return [
            {
                "customer_id": names[self.customers[at]],
                "before": self.money(int(self.before[at])),
                "after": self.money(int(self.after[at])),
                "change": self.money(int(self.after[at] - self.before[at])),
            }
            for at in places
        ]

    def moves(self) -> list[Figures]:
        """Return who is on another plan at the end: from, to, why, and how many customers."""
        compared = self.compared
        at = compared.last_entry[self.customers]
        at = at[compared.moved[at]]
        counted = Counter(
            (compared.months.plans[plan], compared.option_names[option], "plan_gone" if gone else "outgrown")
            for plan, option, gone in zip(
                compared.months.plan[at], compared.after.option[at], compared.after.gone[at], strict=True
            )
        )
        return [
            {"from": old, "to": new, "why": why, "customers": customers}
            for (old, new, why), customers in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        ]

    def lines(self) -> list[Figures]:
        """Return the total of each line of the bills over counted entries; before, as far as the book says it."""
        compared = self.compared
        sides = (
            (compared.before.bills.lines, compared.counted & compared.before.from_book),
            (compared.after.bills.lines, compared.counted),
        )
        totals = [
            {
                name: self.money(int(amount[counted & (amount != UNKNOWN)].sum()))
                for name, (_, amount) in lines.items()
            }
            for lines, counted in sides
        ]
        names = dict.fromkeys([*totals[1], *totals[0]])
        return [{"line": name, "before": totals[0].get(name), "after": totals[1].get(name)} for name in names]

    def left_out(self) -> list[Figures]:
        """Return why entries do not count: each reason with its customer-months and customers."""
        compared = self.compared
        left = ~compared.counted
        reasons = compared.reason
        return [
            {
                "reason": reason,
                "customer_months": int((left & (reasons == reason)).sum()),
                "customers": int(np.unique(compared.months.customer[left & (reasons == reason)]).size),
            }
            for reason in sorted(set(reasons[left]))
        ]

    def cliffs(self) -> list[Figures]:
        """Return the draft's worst cliffs, those that customers stand before first."""
        offered = [
            (place, option.monthly[-1].tariff)
            for place, option in enumerate(self.compared.options)
            if option.monthly[-1].tariff is not None
        ]
        tariffs: list[Tariff] = [tariff for _, tariff in offered if tariff is not None]
        found = [
            self._cliff(cliff, [place for place, _ in offered])
            for cliff in find_cliffs(tariffs, metrics=len(self.compared.metrics))
        ]
        return sorted(found, key=lambda cliff: -cliff["customers_near"])[:MOST_LISTED]

    def _cliff(self, cliff: Cliff, places: Sequence[int]) -> Figures:
        months, at = self.compared.months, self.compared.last_entry
        plan = places[cliff.plan]
        units = months.usage.units[cliff.metric, at]
        near = (
            (self.compared.after.option[at] == plan) & (units <= cliff.units) & (units >= _NEAR * cliff.units)
        )
        names = self.compared.option_names
        return {
            "plan": names[plan],
            "metric": self.compared.metrics[cliff.metric],
            "units": cliff.units / MILLION,
            "bill": self.money(cliff.bill),
            "bill_above": None if cliff.above is None else self.money(cliff.above),
            "next_plan": None if cliff.next_plan is None else names[places[cliff.next_plan]],
            "customers_near": int(near.sum()) if cliff.units else 0,
        }

    def behaviour(self, groups: Sequence[tuple[Mask, LeavingRule]], *, least_saving: float) -> Figures:
        """Return who might leave or move, as bands, from groups of customers and the rule by which each leaves."""
        each = [
            respond(*(bills[chosen] for bills in self.bills), leaving=rule, least_saving=least_saving)
            for chosen, rule in groups
        ]
        found = reduce(add, each)
        return {
            "leave": {"low": found.leave.low, "high": found.leave.high},
            "leave_paid_before": {
                "low": self.money(found.leaving_before.low),
                "high": self.money(found.leaving_before.high),
            },
            "move": {"low": 0, "high": found.could_move},
            "saved_by_moving": self.money(found.saved_by_moving),
            "total_after": {"low": self.money(found.after.low), "high": self.money(found.after.high)},
        }


def paid_against_book(compared: Comparison) -> float | None:
    """Return what was paid, as a share of what the current book asks for the same entries; None where unknown."""
    months, before = compared.months, compared.before
    both = before.from_book & (months.paid != UNKNOWN)
    asked: Ints = before.total[both]
    return float(months.paid[both].sum() / asked.sum()) if asked.sum() > 0 else None
