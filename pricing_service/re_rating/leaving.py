"""By which rule customers leave: what they would pay where the data tell it, else an assumption that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Caveat
from models.pricing.rating.behaviour import LeavingRule
from models.pricing.rating.lines import Mask
from models.pricing.rating.rounding import Ints
from models.willingness.leaving import WillingnessLeaving
from pricing_service.decisions._needs import WILLINGNESS
from pricing_service.decisions._payers import Payers
from pricing_service.decisions.unit_worth import UnitWorthOptions
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.rating.customer_months import CustomerMonths
from pricing_service.re_rating.comparison import Comparison
from pricing_service.re_rating.options import SimulationOptions

LEVEL = 0.9
"""Of the band that rests on evidence."""
_DRAWS, _SEED, _MONTHS = 200, 0, 12
_NEVER = -(10**9)
EVIDENCE, ASSUMPTION = "evidence", "assumption"
NO_BILL, NOT_USED = "no_bill_today", "metric_not_used"
"""Why nothing is known of what a customer would pay for what it uses."""

_WANTED = {
    "what": "quotes or price_changes",
    "why": "what customers paid or refused tells at which bill they leave",
    "cheapest": WILLINGNESS.cheapest,
}

Figures = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Leaving:
    """Who leaves by which rule.

    Parameters
    ----------
    groups
        Masks over the customers that count, each customer in one, and the rules that hold for them.
    about
        Which rule was used, and what it rests on.
    """

    groups: list[tuple[Mask, LeavingRule]]
    about: Figures


def leaving_of(panel: StoredPanel, compared: Comparison, options: SimulationOptions) -> Leaving:
    """Take the rule that is asked for, and the assumed one where the evidence does not carry.

    Raises
    ------
    InvalidInput
        If the options name a metric that the data do not have.
    """
    everybody = np.ones(int(compared.has_counted.sum()), dtype=np.bool_)
    if options.leaving == "assumed":
        return _assumed(everybody, options, reason="not_asked")
    if not everybody.any():
        return _assumed(everybody, options, reason="nothing_to_compare")
    try:
        wanted = UnitWorthOptions(metric=options.leaving_metric, level=LEVEL)
        payers = Payers.of(panel, wanted, draws=_DRAWS, seed=_SEED)
        today = Today.of(compared, payers, minor=10 ** MINOR_UNITS[panel.currency])
        today.require()
    except NotEstimable as refusal:
        why = Caveat("leaving_assumed", f"who leaves is assumed, because {refusal}")
        return _assumed(everybody, options, why, reason=refusal.reason)
    groups: list[tuple[Mask, LeavingRule]] = [(today.known, today.rule())]
    if not today.known.all():
        groups.append((~today.known, options.assumed()))
    return Leaving(groups, _on_evidence(payers, today, options))


@dataclass(frozen=True, eq=False)
class Today:
    """What the m customers that count pay today, beside what the draft asks.

    Parameters
    ----------
    payers
        Of whom it is known what they would pay.
    place
        Shape (m,): each customer's place among them, -1 where it has none.
    rise
        Shape (m,): what the draft asks for the latest months as a multiple of today's terms, NaN where unknown.
    after
        Shape (m,): what it asks for all months, minor units.
    """

    payers: Payers
    place: NDArray[np.intp]
    rise: Floats
    after: Ints

    @classmethod
    def of(cls, compared: Comparison, payers: Payers, *, minor: int) -> Today:
        """Set what each customer's latest months cost under the draft beside what they cost on its terms of today.

        Those are the current book's, of which it keeps its discount. Where that does not tell them they are its bill
        of today, and not what it paid in these months: prices may have risen since.
        """
        months, counted = compared.months, compared.counted
        latest = counted & latest_months(months, counted, _MONTHS)
        who, n = months.customer[latest], len(months.customers)

        def sums(amounts: Ints | Mask) -> Floats:
            return _sums(who, amounts[latest], n)

        order = {customer: at for at, customer in enumerate(payers.ids)}
        place = np.array([order.get(name, -1) for name in months.customers], dtype=np.intp)
        bill = np.where(place >= 0, payers.bill[place], 0.0) * minor
        from_book = sums(~compared.before.from_book) == 0
        terms = np.where(from_book, sums(compared.before.total), bill * months_held(months, latest))
        rise = np.full(n, np.nan)
        np.divide(sums(compared.after.bills.total), terms, out=rise, where=(terms > 0) & (bill > 0))
        kept, after = compared.has_counted, compared.per_customer(compared.after.bills.total)
        return cls(payers, place[kept], rise[kept], after[kept])

    @property
    def known(self) -> Mask:
        """Of whom it is known what they pay, and would pay, for what they use; shape (m,)."""
        known: Mask = np.isfinite(self.rise)
        return known

    def require(self) -> None:
        """Refuse where nothing is known of anybody.

        Raises
        ------
        NotEstimable
            ``no_bills`` where nobody pays for the metric's use.
        """
        if not self.known.any():
            metric = self.payers.metric.metric
            raise NotEstimable(
                "no_bills", f"of no customer it is known what it pays today and uses of {metric}"
            )

    def rule(self) -> WillingnessLeaving:
        """Return the rule for those who are known."""
        at, whole = self.place[self.known], self.after[self.known]
        paid = self.payers.bill[at] / self.payers.units[at]
        per_amount = np.zeros(at.size)
        np.divide(paid * self.rise[self.known], whole, out=per_amount, where=whole > 0)
        return WillingnessLeaving(self.payers.common.only(at), paid, per_amount, level=LEVEL, seed=_SEED)

    def unknown(self) -> list[Figures]:
        """Return of how many customers nothing is known, by reason."""
        unused = self.place < 0
        found = {NO_BILL: int((~self.known & ~unused).sum()), NOT_USED: int(unused.sum())}
        return [{"reason": reason, "customers": count} for reason, count in found.items() if count]


def latest_months(months: CustomerMonths, counted: Mask, most: int) -> Mask:
    """Return which entries lie in the latest months of their customer that count."""
    month = months.month.astype("datetime64[M]").astype(np.int64)
    last = np.full(len(months.customers), _NEVER)
    np.maximum.at(last, months.customer[counted], month[counted])
    latest: Mask = month > last[months.customer] - most
    return latest


def months_held(months: CustomerMonths, chosen: Mask) -> Floats:
    """Return how many months each customer held anything in the chosen entries, by days; shape (customers,).

    Two products at a time are held in one month.
    """
    keys = np.stack([months.customer[chosen], months.month[chosen].astype(np.int64)])
    (customer, _), entry = np.unique(keys, axis=1, return_inverse=True)
    share = np.bincount(entry.ravel(), weights=(months.usage.days / months.usage.month_days)[chosen])
    return _sums(customer, np.minimum(share, 1.0), len(months.customers))


def _sums(who: Ints, amounts: Ints | Floats | Mask, n: int) -> Floats:
    """Sum amounts by customer, shape (n,)."""
    return np.bincount(who, weights=amounts, minlength=n).astype(np.float64)


def _assumed(everybody: Mask, options: SimulationOptions, *caveats: Caveat, reason: str) -> Leaving:
    about = {
        "rests_on": ASSUMPTION,
        "evidence": None,
        "reasons": {"evidence": reason},
        "assumed_for": [{"reason": reason, "customers": int(everybody.sum())}],
        "caveats": _rows(caveats),
        "next_data": [_WANTED] if caveats else [],
        "assumptions": options.assumptions(everybody=True),
    }
    return Leaving([(everybody, options.assumed())], about)


def _on_evidence(payers: Payers, today: Today, options: SimulationOptions) -> Figures:
    pool, unknown = payers.pool, today.unknown()
    asked = [each.source for each in pool.willingness_sources if each.estimate.known]
    evidence = {
        "metric": payers.metric.metric,
        "level": LEVEL,
        "sources": asked or [each.source for each in pool.worth_sources if each.estimate.known],
        "willingness": pool.together.willingness.to_json(),
        "spread": pool.together.spread.to_json(),
        "customers": int(today.known.sum()),
    }
    return {
        "rests_on": EVIDENCE,
        "evidence": evidence,
        "assumed_for": unknown,
        "caveats": _rows(payers.caveats),
        "next_data": [] if {"quotes", "renewals"} & {*asked} else [_WANTED],
        "assumptions": options.assumptions(everybody=bool(unknown)),
    }


def _rows(caveats: Iterable[Caveat]) -> list[dict[str, str]]:
    return [{"code": each.code, "message": each.message} for each in caveats]
