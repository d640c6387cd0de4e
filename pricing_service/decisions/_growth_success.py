"""What customer success cost, what it must keep to pay, and what customers who got it kept beyond similar ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.comparison import FEWEST, kept_beyond, weights_of_alike
from models.retention.ledger import Ints
from pricing_service.decisions._growth_costs import spent, spent_by_customer
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_value import realised
from pricing_service.panel import StoredPanel

SUCCESS_KINDS = ("onboarding", "success", "support")
_PURPOSES = {"value_gap": "cost_of_goods", "value_delivery": "sales_and_marketing"}
_FIELDS = (
    "cost", "cost_of_goods", "sales_and_marketing", "unstated", "months", "opening_mrr", "expansion",
    "break_even_share",
)  # fmt: skip


def success_budget(
    book: Book, panel: StoredPanel, latest: list[dict[str, Any]], *, level: float
) -> dict[str, Any]:
    """Return what customer success cost in the latest months, by purpose, beside the revenue that it works on.

    The break-even is the share of the opening revenue, over as many months, that must stay because of it: what it keeps
    beyond that pays. What customers kept who got it the window before is set beside similar ones.
    """
    months = len(latest)
    by_purpose = spent(book, panel, months, by="purpose", kinds=SUCCESS_KINDS)
    if not by_purpose:
        return unknown_budget("no_success_costs") | {
            "comparison": _silent("no_success_costs", book.currency, level)
        }
    total = sum(by_purpose.values())
    split = {_PURPOSES.get(purpose, "unstated"): 0.0 for purpose in (*_PURPOSES, "")}
    for purpose, amount in by_purpose.items():
        split[_PURPOSES.get(purpose, "unstated")] += amount
    opening = book.money(float(book.ledger.at(max(book.ledger.months - 1 - months, 0)).sum()))
    part = total / (months * opening) if opening > 0 else None
    try:
        compared = Cared.of(book, panel, window=months).to_json(panel, level=level)
    except NotEstimable as refusal:
        compared = _silent(refusal.reason, book.currency, level)
    return {
        "cost": total, **split, "months": months,
        "opening_mrr": opening, "expansion": round(sum(month["expansion"] for month in latest), 3),
        "break_even_share": part, "comparison": compared,
        "reasons": {} if part is not None else {"break_even_share": "no_opening_mrr"},
    }  # fmt: skip


def unknown_budget(reason: str) -> dict[str, Any]:
    """Return a budget of which nothing is known."""
    return {**dict.fromkeys(_FIELDS), "reasons": dict.fromkeys(_FIELDS, reason)}


@dataclass(frozen=True, eq=False)
class Cared:
    """Customers who paid at the beginning of the window, and whether success cost anything for them before it.

    Parameters
    ----------
    book, window
        The ledger, and the months of the window; the one before it is as long.
    places
        Shape (q,): where they stand in the book.
    paid, pays
        Shapes (q,) and (window, q): MRR at the beginning, and at each month-end since, money.
    age
        Shape (q,): months since signing, at the beginning.
    cost
        Shape (q,): what success cost for each in the window before, money.
    chosen, than
        Shape (q,): who is looked after; ``without``, or ``less`` where nearly all cost something: then those who cost
        more than the median, for what they pay, are chosen.
    """

    book: Book
    window: int
    places: Ints
    paid: Floats
    pays: Floats
    age: Ints
    cost: Floats
    chosen: NDArray[np.bool_]
    than: str

    @classmethod
    def of(cls, book: Book, panel: StoredPanel, *, window: int) -> Cared:
        """Read them.

        Raises
        ------
        NotEstimable
            ``window_not_over`` where there are not two windows, ``no_success_costs`` without costs in the first.
        """
        last = book.ledger.months
        if last < 2 * window:
            raise NotEstimable("window_not_over", f"a comparison needs {2 * window} months, there are {last}")
        z, age, places = book.latest(window + 1)
        there = z[0] > 0
        before = (last - 2 * window, last - window)
        costs = spent_by_customer(book, panel, before, SUCCESS_KINDS)
        places = places[there].astype(np.int64)
        if costs is None or not costs[places].any():
            raise NotEstimable("no_success_costs", "success cost nothing for those who paid then")
        paid, cost = z[0, there] / book.minor, costs[places]
        chosen, than = cost > 0, "without"
        if (~chosen).sum() < FEWEST <= chosen.sum():
            chosen, than = cost / paid > np.median(cost / paid), "less"
        pays = z[1:, there] / book.minor
        return cls(book, window, places, paid, pays, age[0, there], cost=cost, chosen=chosen, than=than)

    def to_json(self, panel: StoredPanel, *, level: float) -> dict[str, Any]:
        """Return what the chosen kept, added and realised beyond similar others, money over the window.

        Raises
        ------
        NotEstimable
            As `weights_of_alike`.
        """
        weights = weights_of_alike(self.paid, self.chosen, self.age)
        base = float(self.paid[self.chosen].sum()) * self.window
        capped, over = (
            each.mean(axis=0)
            for each in (np.minimum(self.pays, self.paid), np.maximum(self.pays - self.paid, 0))
        )
        kept, added, both = (
            self._money(kept_beyond(self.paid, now, self.chosen, weights, level=level), base)
            for now in (capped, self.paid + over, self.pays.mean(axis=0))
        )
        others = ~self.chosen
        part = float(weights[others] @ self.cost[others]) / float(weights[others] @ self.paid[others])
        more = float(self.cost[self.chosen].sum()) - part * float(self.paid[self.chosen].sum())
        return {
            "identified_by": "comparison", "causal": False, "than": self.than,
            "with": int(self.chosen.sum()), "others": int(others.sum()), "cost": more,
            "retained": kept.to_json(), "expanded": added.to_json(), "value": self._value(panel, level).to_json(),
            "return": (both.scaled(1 / more, unit="ratio") if more > 0 and both.known else _no_return(both)).to_json(),
        }  # fmt: skip

    def _value(self, panel: StoredPanel, level: float) -> Estimate:
        """Return the value that the chosen realised beyond others of the same value and age before."""
        label = Label(unit=self.book.currency, method="value beyond similar customers", level=level)
        last = self.book.ledger.months
        then, now = (
            realised(self.book, panel, (end - self.window, end)) for end in (last - self.window, last)
        )
        known = np.isfinite(then[self.places]) & np.isfinite(now[self.places]) & (then[self.places] > 0)
        known &= now[self.places] >= 0
        if not known.any():
            return label.unknown("no_value_known", n=0)
        had, has, chosen = then[self.places][known], now[self.places][known], self.chosen[known]
        try:
            found = kept_beyond(had, has, chosen, weights_of_alike(had, chosen, self.age[known]), level=level)
        except NotEstimable as refusal:
            return Estimate.refused(refusal, unit=self.book.currency, level=level)
        return self._money(found, float(had[chosen].sum()) * self.window)

    def _money(self, part: Estimate, base: float) -> Estimate:
        return part.scaled(base, unit=self.book.currency) if part.known else part


def _no_return(both: Estimate) -> Estimate:
    label = Label(unit="ratio", level=both.level)
    return label.unknown(both.reason or "nobody_with", n=both.n)


def _silent(reason: str, currency: str, level: float) -> dict[str, Any]:
    amount = Label(unit=currency, level=level).unknown(reason, n=0).to_json()
    ratio = Label(unit="ratio", level=level).unknown(reason, n=0).to_json()
    return {
        "identified_by": None, "causal": False, "retained": amount, "expanded": amount, "value": amount,
        "return": ratio, "reason": reason, "reasons": {"identified_by": reason},
    }  # fmt: skip
