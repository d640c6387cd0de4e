"""The data report: what came in, what was kept, what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pricing_service.ingest.casting import quoted
from pricing_service.ingest.marks import REPEATED, SOUND, UNMATCHED
from pricing_service.ingest.sources import Contents
from pricing_service.ingest.staging import Staged
from pricing_service.tables import CONTRACT_VERSION, Kind

MOSTLY_MATCHED = 0.8
"""Below this match rate the analyses that use a table warn at the top of their result."""


def table_report(connection: Any, staged: Staged, *, quarantined: int, matches: bool) -> dict[str, Any]:
    """Count one table.

    Parameters
    ----------
    quarantined
        Rows of the table in quarantine.
    matches
        Whether anything tells who is a customer; without that there is no match rate.

    Returns
    -------
    dict
        `read` = `rows` + `repeated` + `unmatched` + `quarantined`. `match_rate` is the share of sound rows with a
        customer whom `customers` knows.
    """
    table = staged.table
    dates = [column for column in table.columns if column.kind in (Kind.DATE, Kind.MONTH)]
    dated = quoted(dates[0].name) if dates else "CAST(NULL AS DATE)"
    sound = f"FILTER (__fault = {SOUND})"
    named = f"FILTER (__fault = {SOUND} AND customer_id IS NOT NULL)" if _has_customer(staged) else sound
    rows, repeated, unmatched, with_customer, first, last = connection.execute(
        f"SELECT count(*) {sound}, count(*) FILTER (__fault = {REPEATED}), "
        f"count(*) FILTER (__fault = {UNMATCHED}), count(*) {named}, "
        f"CAST(min({dated}) {sound} AS VARCHAR), CAST(max({dated}) {sound} AS VARCHAR) FROM {quoted(table.name)}"
    ).fetchone()
    rate = None
    if matches and _has_customer(staged) and with_customer + unmatched:
        rate = with_customer / (with_customer + unmatched)
    return {
        "read": rows + quarantined + repeated + unmatched,
        "rows": rows,
        "quarantined": quarantined,
        "repeated": repeated,
        "unmatched": unmatched,
        "match_rate": rate,
        "first_date": first,
        "last_date": last,
        "rounded": staged.rounded,
        "columns_missing": [c.name for c in table.columns if c.name not in staged.headers.known],
        "columns_ignored": list(staged.headers.ignored),
        **({table.extras: list(staged.headers.extras)} if table.extras else {}),
        **_peculiarities(connection, staged),
    }


def _has_customer(staged: Staged) -> bool:
    column = staged.table.column("customer_id")
    return column is not None and column.parent is not None and "customer_id" in staged.headers.known


def _peculiarities(connection: Any, staged: Staged) -> dict[str, Any]:
    """Count what is allowed and worth knowing."""
    counted = {
        "outcomes": ("negative", "amount < 0 OR value < 0"),
        "price_sensitivity": (
            "out_of_order",
            "cheap > expensive OR expensive > too_expensive OR too_cheap > cheap",
        ),
    }.get(staged.table.name)
    if counted is None:
        return {}
    name, condition = counted
    statement = f"SELECT count(*) FROM {quoted(staged.table.name)} WHERE __fault = {SOUND} AND ({condition})"
    return {name: connection.execute(statement).fetchone()[0]}


def reasons(connection: Any) -> list[dict[str, Any]]:
    """Count the quarantine by table, column and code; each with its first line as an example."""
    rows = connection.execute(
        'SELECT "table", "column", code, count(*), min(line), '
        "first(value ORDER BY line NULLS LAST, value), first(message ORDER BY line NULLS LAST, message) "
        'FROM __quarantine GROUP BY ALL ORDER BY "table", count(*) DESC, code, "column"'
    ).fetchall()
    names = ("table", "column", "code", "rows", "first_line", "first_value", "message")
    return [dict(zip(names, row, strict=True)) for row in rows]


def data_report(
    contents: Contents,
    tables: Mapping[str, dict[str, Any]],
    *,
    customers_from: Sequence[str],
    quarantined: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Put the parts of the report together, JSON-ready."""
    total = {
        name: sum(table[name] for table in tables.values())
        for name in ("read", "rows", "quarantined", "repeated", "unmatched")
    }
    return {
        "contract": CONTRACT_VERSION,
        "total": total,
        "tables": dict(sorted(tables.items())),
        "customers_from": list(customers_from),
        "reasons": list(quarantined),
        "files_ignored": sorted(contents.ignored),
        "warnings": [*_warnings(tables)],
    }


def _warnings(tables: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for name, table in sorted(tables.items()):
        rate = table["match_rate"]
        if rate is not None and rate < MOSTLY_MATCHED:
            message = (
                f"{1 - rate:.0%} of the rows of {name} name a customer_id that customers does not have: "
                "are they trials, or another system's ids?"
            )
            found.append({"code": "unmatched", "table": name, "message": message})
        if table["quarantined"] > 0.2 * table["read"]:
            message = f"{table['quarantined']:,} of {table['read']:,} rows of {name} are in quarantine"
            found.append({"code": "mostly_quarantined", "table": name, "message": message})
        if table["rounded"]:
            message = f"{table['rounded']:,} rows of {name} had more than six decimals and were rounded (half to even)"
            found.append({"code": "rounded", "table": name, "message": message})
    return found
