"""One table: read as text, typed, and every row's first fault named, in a single statement of the engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pricing_service.exhausted import exhausted
from pricing_service.ingest.casting import Fault, changed_type, faults, literal, quoted, typed
from pricing_service.ingest.errors import TableRefused
from pricing_service.ingest.headers import Headers, match_headers
from pricing_service.ingest.relations import Relation
from pricing_service.ingest.wide import long_form
from pricing_service.tables import Column, Kind, Table


@dataclass(frozen=True)
class Staged:
    """A table inside the engine, called as in the contract, with ``__line``, ``__fault``, ``__value``, ``__rounded``.

    Parameters
    ----------
    relation
        Where the rows came from.
    faults
        What the numbers in ``__fault`` mean, from 1; 0 is a row without a fault.
    read
        Rows that were split into fields.
    faulty
        Rows with a fault.
    rounded
        Sound rows of which a number had more than six decimals.
    """

    table: Table
    relation: Relation
    headers: Headers
    faults: tuple[Fault, ...]
    read: int
    faulty: int
    rounded: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the checked table, in canonical order."""
        return (*(column.name for column in self.table.columns), *self.headers.extras)

    @property
    def empty(self) -> frozenset[str]:
        """Columns that hold nothing, since the source lacks them and nothing stands in."""
        return frozenset(
            column.name
            for column in self.table.columns
            if column.name not in self.headers.known and _default(column, "") is None
        )


def stage(
    connection: Any,
    table: Table,
    relation: Relation,
    *,
    mapping: Mapping[str, str],
    currency: str,
    numbers: Collection[str] = (),
) -> Staged:
    """Read a table into the engine and name each row's first fault; `numbers` are traits that have to be numbers.

    Raises
    ------
    TableRefused
        When the columns do not serve, or the file cannot be read as what it says it is.
    """
    import duckdb  # noqa: PLC0415  only a process that reads data pays for the engine

    relation = long_form(table, relation)
    headers = match_headers(table, relation.columns, mapping, nested=relation.nested)
    possible = _faults(table, headers, numbers)
    statement = _statement(table, headers, relation, possible=possible, currency=currency)
    try:
        connection.execute(f"CREATE TEMP TABLE {quoted(table.name)} AS {statement}")
    except (duckdb.DataError, duckdb.OperationalError) as error:
        if exhausted(error):
            raise
        reason = str(error).splitlines()[0]
        raise TableRefused(f"the file cannot be read: {reason}", code="unreadable") from error
    read, faulty, rounded = connection.execute(
        "SELECT count(*), count(*) FILTER (__fault > 0), count(*) FILTER (__fault = 0 AND __rounded) "
        f"FROM {quoted(table.name)}"
    ).fetchone()
    return Staged(table, relation, headers, possible, read, faulty, rounded)


def _faults(table: Table, headers: Headers, numbers: Collection[str]) -> tuple[Fault, ...]:
    found = [fault for column in table.columns for fault in faults(column, _raw(headers, column.name))]
    found += [Fault(rule.column, rule.code, rule.message, rule.broken) for rule in table.rules]
    return (*found, *(changed_type(name) for name in headers.extras if name in numbers))


def _raw(headers: Headers, name: str) -> str | None:
    place = headers.known.get(name, headers.extras.get(name))
    return None if place is None else f"__c{place}"


def _statement(
    table: Table, headers: Headers, relation: Relation, *, possible: tuple[Fault, ...], currency: str
) -> str:
    kept = [quoted(column.name) for column in table.columns] + [quoted(name) for name in headers.extras]
    arms = " ".join(f"WHEN {fault.broken} THEN {i}" for i, fault in enumerate(possible, start=1))
    blamed = " ".join(
        f"WHEN {i} THEN {raw}"
        for i, fault in enumerate(possible, start=1)
        if (raw := _raw(headers, fault.column)) is not None
    )
    return f"""
        SELECT __line, __fault, {f"CASE __fault {blamed} END" if blamed else "NULL"} AS __value, __rounded,
               {", ".join(kept)}
        FROM (SELECT *, CAST({f"CASE {arms} ELSE 0 END" if arms else "0"} AS USMALLINT) AS __fault
              FROM (SELECT * {_defaults(table, currency)}
                    FROM (SELECT *, {_rounded(table, headers)} AS __rounded
                          FROM (SELECT *, {", ".join(_typed_columns(table, headers))}
                                FROM ({relation.relation()})))))
    """


def _typed_columns(table: Table, headers: Headers) -> list[str]:
    columns = []
    for column in table.columns:
        raw = _raw(headers, column.name)
        expression = f"CAST(NULL AS {column.kind.sql_type})" if raw is None else typed(column, raw)
        columns.append(f"{expression} AS {quoted(column.name)}")
    columns += [f"nfc_normalize(__c{place}) AS {quoted(name)}" for name, place in headers.extras.items()]
    return columns


def _rounded(table: Table, headers: Headers) -> str:
    tests = [
        f"is_rounded({raw}, {quoted(column.name)})"
        for column in table.columns
        if column.kind in (Kind.MONEY, Kind.UNITS) and (raw := _raw(headers, column.name)) is not None
    ]
    return " OR ".join(tests) or "false"


def _defaults(table: Table, currency: str) -> str:
    replaced = [
        f"coalesce({quoted(column.name)}, {default}) AS {quoted(column.name)}"
        for column in table.columns
        if (default := _default(column, currency)) is not None
    ]
    return f"REPLACE ({', '.join(replaced)})" if replaced else ""


def _default(column: Column, currency: str) -> str | None:
    if column.kind is Kind.CURRENCY and not column.required:
        return literal(currency)
    return column.default
