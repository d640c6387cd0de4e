"""Checks across the rows of a table: keys, overlapping stretches, choice tasks, exchange rates.

Each finds the rows that break the contract by one statement of the engine and moves them to the quarantine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.marks import REPEATED, SOUND
from pricing_service.ingest.quarantine import Quarantine
from pricing_service.ingest.staging import Staged
from pricing_service.tables import Kind, Table


def check_rows(
    connection: Any, quarantine: Quarantine, staged: Staged, *, currency: str, has_rates: bool
) -> None:
    """Run every check that applies to the table."""
    table = staged.table
    key = ("row_id",) if table.is_event and "row_id" in staged.headers.known else table.key
    if key:
        _check_key(connection, quarantine, staged, key)
    if table.apart:
        _check_overlaps(quarantine, table)
    if table.together:
        _check_tasks(quarantine, table)
    if "currency" in staged.headers.known and table.name != "exchange_rates":
        _check_rates(quarantine, table, currency=currency, has_rates=has_rates)


def _check_key(connection: Any, quarantine: Quarantine, staged: Staged, key: Sequence[str]) -> None:
    name = quoted(staged.table.name)
    columns = ", ".join(map(quoted, key))
    named = f"WHERE __fault = {SOUND}{' AND row_id IS NOT NULL' if key == ('row_id',) else ''}"
    doubled = connection.execute(
        f"SELECT count(*) - count(DISTINCT row({columns})) FROM {name} {named}"
    ).fetchone()[0]
    if not doubled:
        return
    content = ", ".join(map(quoted, staged.columns))
    groups = (
        f"SELECT {columns}, min(__line) AS __first, count(DISTINCT row({content})) AS __kinds "
        f"FROM {name} {named} GROUP BY ALL HAVING count(*) > 1"
    )
    same = " AND ".join(f"t.{quoted(column)} IS NOT DISTINCT FROM g.{quoted(column)}" for column in key)
    members = f"SELECT __line FROM {name} t JOIN ({groups}) g ON {same}"
    quarantine.add_rows(
        staged.table,
        f"{members} WHERE __fault = {SOUND} AND __kinds > 1",
        column=key[0],
        code="doubled_key",
        message=literal(f"another, different row has the same {' and '.join(key)}: keep one"),
    )
    connection.execute(
        f"UPDATE {name} SET __fault = {REPEATED} WHERE __fault = {SOUND} AND __line IN "
        f"({members} WHERE __fault = {SOUND} AND __kinds = 1 AND __line > __first)"
    )


def _check_overlaps(quarantine: Quarantine, table: Table) -> None:
    partition = ", ".join(map(quoted, table.apart))
    rows = f"""
        SELECT __line FROM (
            SELECT __line, "start", "end",
                   max(coalesce("end", DATE '9999-12-31')) OVER (
                       {(before := f'PARTITION BY {partition} ORDER BY "start", __line')}
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __until,
                   lead("start") OVER ({before}) AS __next
            FROM {quoted(table.name)}
            WHERE __fault = {SOUND} AND ("end" IS NULL OR "end" > "start"))
        WHERE __until > "start" OR __next < coalesce("end", DATE '9999-12-31')
    """
    quarantine.add_rows(
        table,
        rows,
        column="start",
        code="overlapping",
        message=literal("overlaps another stretch of the same subscription: end is exclusive"),
    )


def _check_tasks(quarantine: Quarantine, table: Table) -> None:
    name = quoted(table.name)
    task = ", ".join(map(quoted, table.together))
    same = " AND ".join(f"t.{quoted(column)} = g.{quoted(column)}" for column in table.together)
    for code, broken, message in (
        (
            "incomplete_task",
            f"bool_or(__fault NOT IN ({SOUND}, {REPEATED}))",
            "another row of this task is in quarantine, so the whole task is",
        ),
        (
            "not_one_chosen",
            f"count(*) FILTER (chosen AND __fault = {SOUND}) <> 1",
            "exactly one alternative of a task is chosen",
        ),
    ):
        groups = f"SELECT {task} FROM {name} GROUP BY ALL HAVING {broken}"
        quarantine.add_rows(
            table,
            f"SELECT __line FROM {name} t JOIN ({groups}) g ON {same}",
            column=table.together[-1],
            code=code,
            message=literal(message),
        )


def _check_rates(quarantine: Quarantine, table: Table, *, currency: str, has_rates: bool) -> None:
    name = quoted(table.name)
    foreign = f"__fault = {SOUND} AND currency <> {literal(currency)}"
    dated = next((column for column in table.columns if column.kind in (Kind.DATE, Kind.MONTH)), None)
    covered = "false"
    if has_rates:
        in_time = f"AND first_rate <= last_day({quoted(dated.name)})" if dated and dated.required else ""
        covered = (
            f"EXISTS (FROM (SELECT currency AS code, min(date) AS first_rate FROM exchange_rates "
            f"WHERE __fault = {SOUND} GROUP BY ALL) WHERE code = t.currency {in_time})"
        )
    quarantine.add_rows(
        table,
        f"SELECT __line FROM {name} t WHERE {foreign} AND NOT {covered}",
        column="currency",
        code="no_exchange_rate",
        message=f"'no exchange rate from ' || currency || ' to {currency} by then: add it to exchange_rates'",
    )
