"""What a reader of the panel should know: warnings about what is unknown, notes about what was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from pricing_service.panel.calendar import next_month
from pricing_service.panel.checked import Checked
from pricing_service.panel.currency import Rates
from pricing_service.panel.facts import Facts
from pricing_service.panel.mrr import SOURCES, stretches


def remarks(checked: Checked, facts: Facts, rates: Rates) -> dict[str, Any]:
    """Return `warnings` and `notes` as sentences, and `rows` that were found per table; JSON-ready."""
    warnings = [*checked.warnings, *_missing_rates(checked, facts, rates)]
    notes = [*_about_mrr(checked), *_about_time(rates.as_of), *_about_customers(checked)]
    rows = {
        "usage": sum(row["rows"] for row in facts.usage),
        "outcomes": sum(row["rows"] for row in facts.outcomes),
        "stretches_of_mrr": facts.paid["rows"] if facts.paid else 0,
    }
    return {"warnings": warnings, "notes": notes, "rows": rows}


def _missing_rates(checked: Checked, facts: Facts, rates: Rates) -> list[str]:
    """Name each foreign currency whose first use lies before its first exchange rate."""
    uses: dict[str, list[tuple[str, date]]] = {}
    for name, table, day in _foreign_money(checked, facts):
        firsts = table.filter(rates.foreign(table)).group_by("currency").agg(first=table[day].min())
        for row in firsts.to_pyarrow().to_pylist():
            uses.setdefault(row["currency"], []).append((name, row["first"]))
    if not uses:
        return []
    begins = rates.table.group_by("currency").agg(first=rates.table.date.min()).to_pyarrow().to_pylist()
    known = {row["currency"]: row["first"] for row in begins}
    return [
        f"{name}: money in {currency} from {first} on has no exchange rate"
        f"{f' before {known[currency]}' if currency in known else ''}; it is unknown there, and so is every sum "
        f"that it belongs to. A row of exchange_rates on or before {first} mends it"
        for currency in sorted(uses)
        for name, first in sorted(uses[currency])
        if currency not in known or known[currency] >= next_month(first)
    ]


def _foreign_money(checked: Checked, facts: Facts) -> list[tuple[str, Any, str]]:
    found = []
    paid = stretches(checked)
    if paid is not None and facts.paid is not None and facts.paid["foreign"]:
        found.append((str(checked.first_of(*SOURCES)), paid, "start"))
    if any(row["foreign"] for row in facts.outcomes):
        outcomes = checked["outcomes"]
        found.append(("outcomes", outcomes.filter(outcomes.value.notnull()), "date"))
    if "costs" in checked:
        found.append(("costs", checked["costs"], "date"))
    return found


def _about_mrr(checked: Checked) -> list[str]:
    source = checked.first_of(*SOURCES)
    if source is None:
        return ["no table tells MRR: it is unknown"]
    notes = [
        f"MRR comes from {source}, in constant currency at as_of; the columns …_spot use each month's own rate"
    ]
    if source == "invoices":
        notes.append("only recurring invoices are MRR; usage and one_off amounts are left out")
    return notes


def _about_time(as_of: date) -> list[str]:
    return [f"data count up to {as_of}; a usage row without a date is what the customer had on that day"]


def _about_customers(checked: Checked) -> list[str]:
    if not checked.survivors:
        return []
    return [f"{len(checked.survivors)} customers were merged into others, and their rows count for those"]
