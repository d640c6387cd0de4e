"""From panel to ledger: whose MRR changed in which month, by how much, and which part of it a raise of price made."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from models.errors import NotEstimable
from models.retention.expansion import CAUSES, NOTHING_TOLD, Told
from models.retention.ledger import NO_ROWS, Ints, MrrLedger, Rows
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._growth_currency import closing_at_own_rates
from pricing_service.decisions._growth_expansion import read_steps
from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.panel.calendar import month_after
from pricing_service.panel.currency import Rates

_NOBODY_KNOWS = 10**6
_OLD = -24
"""Month of signing up of who was there at the beginning: of an age from which on leaving depends on it no more."""


@dataclass(frozen=True, eq=False)
class Book:
    """The ledger of a panel's whole months, and what its places stand for.

    Parameters
    ----------
    ledger
        In minor units of the currency; customers of one parent are one.
    customers
        Ids, sorted; of a group the parent's.
    first
        The first month.
    currency
        ISO code.
    told_raises, unseen_raises
        Raises of price that customers were told and accepted, and those of them that no change of MRR shows.
    signed
        Shape (n,): month of signing up, counted from the first; below 0 before it. Where nobody wrote it down: the
        month of the first bill, and of who was there at the beginning one so early that it counts as old.
    first_bill
        Shape (n,): the first month with a bill.
    told
        What subscriptions say made customers pay more or less.
    found_raises
        Raises of price, by customer and month, that only the list prices of subscriptions show.
    spot
        MRR at each month's end at that month's exchange rates, None where unknown; empty without foreign money.
    roots
        The topmost parent of each customer that has one.
    below_zero
        How many customers' MRR falls below 0 in some month; there they count as paying nothing.
    """

    ledger: MrrLedger
    customers: list[str]
    first: np.datetime64
    currency: str
    told_raises: int
    unseen_raises: int
    signed: Ints
    first_bill: Ints
    told: Told
    found_raises: int
    spot: list[int | None]
    roots: dict[str, str]
    below_zero: int

    @property
    def minor(self) -> int:
        """Minor units in one unit of the currency."""
        return int(10 ** MINOR_UNITS[self.currency])

    def money(self, amount: float) -> float:
        """Return minor units as an amount of the currency."""
        return float(amount) / self.minor

    @property
    def months(self) -> list[str]:
        """All months, as YYYY-MM."""
        return [self.month(at) for at in range(self.ledger.months)]

    def month(self, at: int) -> str:
        """Return the name of a month, YYYY-MM."""
        return str(self.first + at)

    def places(self, ids: list[str]) -> Ints:
        """Return the place of each customer or of its topmost parent, -1 for those who never paid."""
        return _Names(self.customers, self.roots, self.first).places(ids)

    def latest(self, months: int) -> tuple[Ints, Ints, NDArray[np.intp]]:
        """Return the latest month-ends of those who paid at any of them and their ages, (T, q), and their places."""
        start = max(self.ledger.months - months, 0)
        blocks = [block.mrr[start:] for block in self.ledger.blocks()]
        z: Ints = np.hstack(blocks) if blocks else np.zeros((self.ledger.months - start, 0), dtype=np.int64)
        there = (z > 0).any(axis=0)
        age = np.arange(start, self.ledger.months)[:, None] - self.signed[there]
        return z[:, there], age, np.flatnonzero(there)

    def came_since(self, month: int) -> list[str]:
        """Return who paid for the first time in that month or later."""
        came = (self.first_bill >= month) & ~self.ledger.before
        return [self.customers[at] for at in np.flatnonzero(came)]


def read_book(panel: StoredPanel) -> Book:
    """Read the ledger.

    Raises
    ------
    NotEstimable
        ``no_bills`` where no table tells MRR, or no month is whole.
    """
    connection = panel.connect()
    months = connection.table("months")
    whole = months.filter(~months.partial & months.mrr_end.notnull())
    ends = whole.agg(first=whole.month.min(), last=whole.month.max()).to_pyarrow().to_pylist()[0]
    if ends["first"] is None:
        raise NotEstimable("no_bills", "no table tells what customers pay in a whole month")
    first = np.datetime64(ends["first"], "M")
    whole, below_zero = _from_zero_up(whole)
    roots = _roots(connection.table("customers"))
    changes = _changes(whole, roots, 10 ** MINOR_UNITS[panel.currency]).to_pyarrow()
    coded = changes["customer_id"].combine_chunks().dictionary_encode()
    customers: list[str] = coded.dictionary.to_pylist()
    rows = Rows.of(coded.indices.to_numpy(), _places(changes, first), changes["change"].to_numpy())
    count = int(_places(pa.table({"month": [ends["last"]]}), first)[0]) + 1
    rows = _part(rows, rows.month < count)
    names = _Names(customers, roots, first)
    raises = _told_raises(panel, names)
    seen = _shown_by(rows, raises)
    raises = _part(raises, seen)
    told, found = _steps(panel, names, count)
    found = _part(found, ~_shown_by(raises, found))
    signed = names.signed_up(connection)
    known = signed < _NOBODY_KNOWS
    ledger = MrrLedger(len(customers), count, rows, _both(raises, found), known_before=known & (signed < 0))
    first_bill = np.full(len(customers), count, dtype=np.int64)
    np.minimum.at(first_bill, rows.customer, rows.month)
    signed = np.where(known, np.minimum(signed, first_bill), np.where(first_bill > 0, first_bill, _OLD))
    return Book(
        ledger, customers, first, panel.currency, seen.size, int((~seen).sum()), signed,
        first_bill, told=told, found_raises=found.amount.size,
        roots=roots, spot=closing_at_own_rates(panel, whole, [str(first + at) for at in range(count)]),
        below_zero=below_zero,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Names:
    """What places of the ledger stand for: customers by the id of their topmost parent, months from the first."""

    customers: list[str]
    roots: dict[str, str]
    first: np.datetime64

    def places(self, ids: list[str]) -> Ints:
        """Return the place of each customer, -1 for those who never paid."""
        place = {customer: at for at, customer in enumerate(self.customers)}
        return np.array([place.get(self.roots.get(each, each), -1) for each in ids], dtype=np.int64)

    def signed_up(self, connection: ibis.BaseBackend) -> Ints:
        """Return the month in which each signed up, of a group its first member, shape (n,)."""
        table = connection.table("customers")
        told = table.filter(table.signed_up.notnull()).select(
            "customer_id", month=table.signed_up.truncate("M").cast("date")
        )
        rows = told.order_by("customer_id").to_pyarrow()
        places, months = self.places(rows["customer_id"].to_pylist()), _places(rows, self.first)
        signed = np.full(len(self.customers), _NOBODY_KNOWS, dtype=np.int64)
        np.minimum.at(signed, places[places >= 0], months[places >= 0])
        return signed


def _from_zero_up(whole: Table) -> tuple[Table, int]:
    """Return the months with nothing in place of MRR below 0, and how many customers have such months.

    Movements that take more away than there was, and credits booked as subscriptions, lead below 0.
    """
    below = int(whole.filter(whole.mrr_end < 0).customer_id.nunique().to_pyarrow().as_py())
    if not below:
        return whole, 0
    ends = {name: (whole[name] < 0).ifelse(0, whole[name]) for name in ("mrr_end", "mrr_end_spot")}
    return whole.mutate(**ends), below


def _changes(whole: Table, roots: dict[str, str], minor: int) -> Table:
    """Return by how much MRR changes from month-end to month-end, in whole minor units.

    Each month-end is written down as a gain that is given back a month later: what is left where months meet is the
    change, and a customer whose months end has left.
    """
    if roots:
        known = ibis.memtable(pa.table({"member": list(roots), "root": list(roots.values())}))
        joined = whole.left_join(known, whole.customer_id == known.member)
        whole = joined.mutate(customer_id=ibis.coalesce(joined.root, joined.customer_id))
    paid = whole.select(
        "customer_id",
        month=whole.month.cast("date"),
        amount=(whole.mrr_end * minor).round().cast("int64"),
    )
    paid = paid.filter(paid.amount != 0)
    back = paid.select("customer_id", month=month_after(paid.month), amount=-paid.amount)
    both = ibis.union(paid, back)
    summed = both.group_by("customer_id", "month").agg(change=both.amount.sum().cast("int64"))
    return summed.filter(summed.change != 0).order_by("customer_id", "month")


def _roots(customers: Table) -> dict[str, str]:
    """Return the topmost parent of each customer that has one; of a circle of parents the first by name."""
    if "parent_id" not in customers.columns:
        return {}
    told = customers.filter(customers.parent_id.notnull()).select("customer_id", "parent_id").to_pyarrow()
    parent = dict(zip(told["customer_id"].to_pylist(), told["parent_id"].to_pylist(), strict=True))
    roots = {}
    for customer in parent:
        passed = [customer]
        while passed[-1] in parent and parent[passed[-1]] not in passed:
            passed.append(parent[passed[-1]])
        ends = passed[-1] not in parent
        roots[customer] = passed[-1] if ends else min(passed[passed.index(parent[passed[-1]]) :])
    return {customer: top for customer, top in roots.items() if customer != top}


def _told_raises(panel: StoredPanel, names: _Names) -> Rows:
    """Return the raises of price that customers were told and accepted; of who never paid the place is -1."""
    tables = contract_tables(panel)
    if "price_changes" not in tables:
        return NO_ROWS
    table = tables["price_changes"]
    accepted = table.filter(table.new_mrr.notnull() & (table.date <= panel.as_of))
    told = Rates.of(tables, panel.currency, panel.as_of).constant(accepted, "old_mrr", "new_mrr")
    told = told.filter(told.new_mrr > told.old_mrr)
    minor = 10 ** MINOR_UNITS[panel.currency]
    rows = told.select(
        "customer_id",
        month=told.date.truncate("M").cast("date"),
        change=((told.new_mrr - told.old_mrr) * minor).round().cast("int64"),
    ).to_pyarrow()
    who, when = names.places(rows["customer_id"].to_pylist()), _places(rows, names.first)
    order = np.lexsort((when, who))
    return Rows.of(who[order], when[order], rows["change"].to_numpy()[order])


def _steps(panel: StoredPanel, names: _Names, months: int) -> tuple[Told, Rows]:
    """Return what subscriptions say moved MRR, and the raises of price that their list prices show."""
    rows = read_steps(panel, names.roots, first=names.first.astype("datetime64[D]").item(), months=months)
    if rows is None:
        return NOTHING_TOLD, NO_ROWS
    who, when = names.places(rows["customer_id"].to_pylist()), rows["place"].to_numpy()
    order = np.lexsort((when, who))
    order = order[who[order] >= 0]
    amounts = np.stack([rows[cause].to_numpy() for cause in CAUSES], axis=1)
    raises = Rows.of(who[order], when[order], rows["price"].to_numpy()[order])
    return Told(who[order], when[order], amounts[order]), _part(raises, raises.amount > 0)


def _shown_by(changes: Rows, told: Rows) -> NDArray[np.bool_]:
    """Return which rows name a customer and month in which MRR changed."""
    changed = (
        set(zip(changes.customer.tolist(), changes.month.tolist(), strict=True))
        if told.amount.size
        else set()
    )
    pairs = zip(told.customer.tolist(), told.month.tolist(), strict=True)
    return np.array([pair in changed for pair in pairs], dtype=np.bool_)


def _both(one: Rows, other: Rows) -> Rows:
    customer, month, amount = (
        np.concatenate([getattr(rows, name) for rows in (one, other)])
        for name in ("customer", "month", "amount")
    )
    order = np.lexsort((month, customer))
    return Rows(customer[order], month[order], amount[order])


def _part(rows: Rows, chosen: NDArray[np.bool_]) -> Rows:
    return Rows(rows.customer[chosen], rows.month[chosen], rows.amount[chosen])


def _places(rows: pa.Table, first: np.datetime64) -> Ints:
    """Return the months of a column of first days, counted from the first month."""
    days = rows["month"].cast(pa.date32()).to_numpy().astype("datetime64[M]")
    places: Ints = days.astype(np.int64) - first.astype("datetime64[M]").astype(np.int64)
    return places
