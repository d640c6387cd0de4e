"""Subscriptions as growth reads them: paid stretches in constant currency, with the customer that the ledger knows."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from pricing_service.money import MINOR_UNITS
from pricing_service.panel import StoredPanel
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates


def paid_stretches(panel: StoredPanel, roots: Mapping[str, str]) -> Table | None:
    """Return the stretches of `subscriptions` that are paid for; None where there is no such table.

    Columns: those of the contract, and `owner` (the customer that survived mergers, or its topmost parent),
    `subscription` (its id, never null), `mrr` and `list_mrr` in minor units of constant currency, not yet whole.

    Parameters
    ----------
    panel
        Whose dataset is read.
    roots
        The topmost parent of each customer that has one.
    """
    if panel.dataset is None or "subscriptions" not in panel.dataset.tables:
        return None
    connection = panel.dataset.connect(threads=1)
    tables = {
        name: connection.table(name)
        for name in ("subscriptions", "exchange_rates", "customers")
        if name in panel.dataset.tables
    }
    # Without `customers`, ids stay as they are: two customers that were merged have two subscriptions.
    checked = Checked({name: table for name, table in tables.items() if name != "customers"})
    merged = Checked(tables).survivors
    owners = {one: roots.get(other, other) for one, other in merged.items()} | dict(roots)
    table = checked["subscriptions"]
    paid = table.filter(~ibis.coalesce(table.status.isin(["trial", "paused"]), False) & (table.mrr != 0))
    paid = _owned(paid.mutate(subscription=ibis.coalesce(paid.subscription_id, "")), owners)
    paid = Rates.of(checked, panel.currency, panel.as_of).constant(paid, "mrr", "list_mrr")
    minor = 10 ** MINOR_UNITS[panel.currency]
    return paid.mutate(
        mrr=paid.mrr.cast("float64") * minor,
        list_mrr=paid.list_mrr.cast("float64") * minor,
        quantity=paid.quantity.cast("float64"),
    )


def _owned(table: Table, owners: Mapping[str, str]) -> Table:
    if not owners:
        return table.mutate(owner=table.customer_id)
    known = ibis.memtable(pa.table({"member": list(owners), "owned_by": list(owners.values())}))
    joined = table.left_join(known, table.customer_id == known.member)
    return joined.mutate(owner=ibis.coalesce(joined.owned_by, joined.customer_id)).drop("member", "owned_by")
