"""A whole book re-rated the slow way: raw rows, dates and decimals, one customer-month at a time.

It shares nothing with the service but the price book's own fields and the slow bill of one month.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pricing_service.price_book import Plan, PriceBook
from tests.models.pricing.rating.slow_bill import SlowCharge, SlowMonth, SlowTariff, slow_bill
from tests.pricing_service.re_rating.business import AFTER, AS_OF, Business

METRICS = ("calls", "seats")
Key = tuple[str, str, str, bool]  # customer, product, plan, annual: a stay


@dataclass
class Entry:
    """A customer's month on one plan."""

    days: int = 0
    until: date = date.min
    paid: Decimal = Decimal(0)
    metered: bool = False


@dataclass(frozen=True)
class SlowResult:
    """What an entry costs under a book: on which plan, and each line; None where it is not known."""

    plan: str | None
    lines: list[Decimal] | None
    kept: bool


def entries_of(business: Business) -> dict[tuple[Key, date], Entry]:
    """Every entry of every complete month since usage is stored."""
    found: dict[tuple[Key, date], Entry] = defaultdict(Entry)
    for stretch in business.stretches:
        if stretch.status in ("trial", "paused"):
            continue
        for month in months_since_usage(business):
            after = next_month(month)
            start, end = max(stretch.start, month), min(stretch.end or AFTER, after)
            if start < end:
                key = stretch.customer, stretch.product, stretch.plan, stretch.term_months >= 12
                entry = found[key, month]
                entry.days += (end - start).days
                entry.until = max(entry.until, end)
                entry.paid += stretch.mrr * (end - start).days
    by_month: dict[tuple[str, str, date], list[tuple[Key, Entry]]] = defaultdict(list)
    for (key, month), entry in found.items():
        by_month[key[0], key[1], month].append((key, entry))
    for several in by_month.values():
        last = min(several, key=lambda one: (-one[1].until.toordinal(), -one[1].paid, one[0][2], one[0][3]))
        last[1].metered = True
    return dict(found)


def months_since_usage(business: Business) -> list[date]:
    months, month = [], min(use.day for use in business.usage).replace(day=1)
    while month < AFTER:
        months.append(month)
        month = next_month(month)
    return months


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def units_of(business: Business, customer: str, month: date) -> dict[str, Decimal | None]:
    """Calls of the month added up; the seats that the customer had last."""
    rows = [use for use in business.usage if use.customer == customer and use.day < next_month(month)]
    seats = sorted((use for use in rows if use.metric == "seats"), key=lambda use: use.day)
    calls = sum((use.units for use in rows if use.metric == "calls" and use.day >= month), Decimal(0))
    return {"calls": calls, "seats": seats[-1].units if seats else None}


class SlowBook:
    """Rates a business under a book."""

    def __init__(self, book: PriceBook, business: Business) -> None:
        self.book, self.business = book, business
        self.entries = entries_of(business)
        self.since = {
            (s.customer, s.product, s.plan): min(
                o.start
                for o in business.stretches
                if (o.customer, o.product, o.plan) == (s.customer, s.product, s.plan)
                and o.status not in ("trial", "paused")
            )
            for s in business.stretches
            if s.status not in ("trial", "paused")
        }

    def results(self) -> dict[tuple[Key, date], SlowResult]:
        """Rate every entry on the plan that its stay is on."""
        stays: dict[Key, list[date]] = defaultdict(list)
        for key, month in self.entries:
            stays[key].append(month)
        return {
            (key, month): result
            for key, months in stays.items()
            for month, result in self.stay(key, months).items()
        }

    def stay(self, key: Key, months: list[date]) -> dict[date, SlowResult]:
        names = list(dict.fromkeys((plan.product, plan.name) for plan in self.book.plans))
        own = self.own(key, names)
        if own is not None:
            bills = self.bills(own, key, months, own=True)
            if bills is None or not any(bill == "too much" for bill in bills.values()):
                known = {month: None if bills is None else bills[month] for month in months}
                return {
                    month: SlowResult(own[1], None if bill == "unknown" else bill, kept=True)
                    for month, bill in known.items()
                }
        best = None
        for name in names:
            plans = [plan for plan in self.book.plans if (plan.product, plan.name) == name]
            if name[0] not in (None, key[1]) or all(plan.private for plan in plans):
                continue
            bills = self.bills(name, key, months, own=name == own)
            if bills is None or any(isinstance(bill, str) for bill in bills.values()):
                continue
            total = sum(sum(bill) for bill in bills.values())
            if best is None or total < best[0]:
                best = total, name, bills
        if best is None:
            return {month: SlowResult(None, None, kept=False) for month in months}
        return {month: SlowResult(best[1][1], best[2][month], kept=False) for month in months}

    def own(self, key: Key, names: list[tuple[str | None, str]]) -> tuple[str | None, str] | None:
        fitting = [name for name in names if name[0] in (None, key[1])]
        for name in fitting:
            if name[1] == key[2]:
                return name
        for name in fitting:
            if any(key[2] in p.replaces for p in self.book.plans if (p.product, p.name) == name):
                return name
        return None

    def bills(self, name: tuple[str | None, str], key: Key, months: list[date], *, own: bool):
        """Lines of each month, "too much" or "unknown"; None where the plan has no number."""
        lines = {p.billing: p for p in self.book.plans if (p.product, p.name) == name}
        annual = key[3]
        plan = lines.get("annual" if annual else "monthly") or next(iter(lines.values()))
        if own:
            for rule in self.book.grandfathered:
                if (rule.product, rule.plan, rule.billing) != (plan.product, plan.name, plan.billing):
                    continue
                if (rule.until is None or rule.until > AS_OF) and self.since[key[:3]] < rule.on_plan_before:
                    plan = self.kept(plan, rule)
                    break
        if plan.price is None or any(m not in METRICS for m in self.charged(plan)):
            return None
        return {month: self.month(plan, key, month) for month in months}

    def kept(self, plan: Plan, rule) -> Plan:
        charges = []
        for charge in plan.charges:
            if charge.metric in rule.included_units:
                included = rule.included_units[charge.metric]
                update = {"included_units": included, "blocks": () if included is None else charge.blocks}
                charge = charge.model_copy(update=update)  # noqa: PLW2901  the kept one in its place
            charges.append(charge)
        price = plan.price if rule.price is None else rule.price
        return plan.model_copy(update={"price": price, "charges": tuple(charges)})

    def charged(self, plan: Plan) -> list[str]:
        per = (plan.unit or "").split("/")[0].strip()
        return [*([per] if per else []), *(c.metric for c in plan.charges if c.included_units is not None)]

    def month(self, plan: Plan, key: Key, month: date):
        entry = self.entries[key, month]
        units = units_of(self.business, key[0], month)
        length = monthrange(month.year, month.month)[1]
        per = (plan.unit or "").split("/")[0].strip()
        parts, factor = (12, Decimal(1)) if plan.billing == "annual" else (1, self.factor(annual=key[3]))
        charges = [
            SlowCharge(
                METRICS.index(c.metric), c.included_units,
                tuple((b.from_units, b.price) for b in c.blocks), c.unit_step or Decimal(0), c.metric == "seats",
            )
            for c in plan.charges
            if c.included_units is not None
        ]  # fmt: skip
        price = plan.price * factor
        if per:
            charges.append(
                SlowCharge(
                    METRICS.index(per),
                    Decimal(0),
                    ((Decimal(0), price),),
                    by_days=per == "seats",
                    parts=parts,
                )
            )
            price = Decimal(0)
        needed = [c for c in charges if entry.metered or c.by_days]
        if any(units[METRICS[c.metric]] is None for c in needed):
            return "unknown"
        days = entry.days
        if self.book.prorates == "nothing":
            days = -(-days // length) * length
        known = tuple(units[m] or Decimal(0) for m in METRICS)
        tariff = SlowTariff(price, tuple(charges), self.book.prorates == "price_and_units", parts)
        bill = slow_bill(tariff, SlowMonth(known, days, length, entry.metered), decimals=2)
        return bill.lines if bill.carried else "too much"

    def factor(self, *, annual: bool) -> Decimal:
        return self.book.billing.get("annual", Decimal(1)) if annual else Decimal(1)


def paid(entry: Entry, month: date) -> Decimal:
    length = monthrange(month.year, month.month)[1]
    return (entry.paid / length).quantize(Decimal("0.01"))
