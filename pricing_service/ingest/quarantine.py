"""The rows that break the contract: where they stood, what they said, why they cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pricing_service.ingest.casting import Fault, literal, quoted, refined
from pricing_service.ingest.marks import MOVED, MOVING, SOUND
from pricing_service.ingest.sources import Earlier
from pricing_service.ingest.staging import Staged
from pricing_service.ingest.writing import write_sorted
from pricing_service.tables import Table

_VALUE = 200
"""Characters that are kept of a value."""


class Quarantine:
    """Collects refused rows inside the engine.

    `id` is the first column of the row: it ties orphans to their parent. `customer_id` lets one customer be
    forgotten.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.execute(
            'CREATE TEMP TABLE __quarantine ("table" VARCHAR, line BIGINT, "column" VARCHAR, value VARCHAR, '
            "code VARCHAR, message VARCHAR, id VARCHAR, customer_id VARCHAR)"
        )

    def add_faulty(self, staged: Staged) -> None:
        """Take in the rows that are at fault by themselves."""
        if not staged.faulty:
            return
        faults = staged.faults
        self._connection.execute(
            f"INSERT INTO __quarantine SELECT {literal(staged.table.name)}, __line, {_pick(faults, 'column')}, "
            f"value[:{_VALUE}], {_refined_code()}, {_refined_message()}, id, customer_id FROM ("
            f'SELECT __line, __fault, {_pick(faults, "column")} AS "column", __value AS value, '
            f"{_pick(faults, 'code')} AS code, {_pick(faults, 'message')} AS message, "
            f"{_ids(staged.table)} FROM {quoted(staged.table.name)} "
            f"WHERE __fault BETWEEN 1 AND {len(faults)})"
        )

    def add_rows(self, table: Table, rows: str, *, column: str, code: str, message: str) -> int:
        """Move rows of a staged table here: `rows` selects their ``__line``. Return how many there were."""
        name = quoted(table.name)
        moved: int = self._connection.execute(
            f"UPDATE {name} SET __fault = {MOVING} WHERE __fault = {SOUND} AND __line IN ({rows})"
        ).fetchone()[0]
        if moved:
            self._connection.execute(
                f"INSERT INTO __quarantine SELECT {literal(table.name)}, __line, {literal(column)}, "
                f"CAST({quoted(column)} AS VARCHAR)[:{_VALUE}], {literal(code)}, {message}, {_ids(table)} "
                f"FROM {name} WHERE __fault = {MOVING}"
            )
            self._connection.execute(f"UPDATE {name} SET __fault = {MOVED} WHERE __fault = {MOVING}")
        return moved

    def add_bare(self, table: Table, condition: str, *, column: str, code: str, message: str) -> None:
        """Move every row here for which `condition` holds, faulty ones too, and keep nothing of it but its line."""
        name = quoted(table.name)
        connection = self._connection
        connection.execute(f"UPDATE {name} SET __fault = {MOVING} WHERE __fault < {MOVING} AND {condition}")
        connection.execute(
            f"INSERT INTO __quarantine SELECT {literal(table.name)}, __line, {literal(column)}, NULL, "
            f"{literal(code)}, {literal(message)}, NULL, NULL FROM {name} WHERE __fault = {MOVING}"
        )
        connection.execute(f"UPDATE {name} SET __fault = {MOVED} WHERE __fault = {MOVING}")

    def settle_lines(self, staged: Staged) -> None:
        """Take in the rows that could not be split and give every row its true line."""
        name = literal(staged.table.name)
        select = staged.relation.torn()
        torn = self._connection.execute(f"SELECT line FROM ({select}) ORDER BY line") if select else None
        records = np.array([], dtype=np.int64) if torn is None else torn.fetchnumpy()["line"]
        rows = self._connection.execute(
            f'SELECT DISTINCT line FROM __quarantine WHERE "table" = {name} ORDER BY line'
        ).fetchnumpy()["line"]
        if not len(rows) + len(records):
            return
        row_lines, record_lines = staged.relation.true_lines(rows, records, total=staged.read)
        if not np.array_equal(rows, row_lines):
            self._connection.register("__lines", {"counted": rows, "true_line": row_lines})
            self._connection.execute(
                f'UPDATE __quarantine SET line = true_line FROM __lines WHERE "table" = {name} AND line = counted'
            )
        if len(records):
            self._connection.register("__lines", {"counted": records, "true_line": record_lines})
            self._connection.execute(
                f"INSERT INTO __quarantine SELECT {name}, true_line, NULL, text[:{_VALUE}], code, message, NULL, NULL "
                f"FROM ({select}) JOIN __lines ON line = counted"
            )

    def carry_over(self, earlier: Earlier) -> None:
        """Take over what was in quarantine before; only posted rows have lines, stored ones have none any more."""
        posted = " OR ".join(
            f'("table" = {literal(table)} AND line <= {count})' for table, count in earlier.posted.items()
        )
        self._connection.execute(f"UPDATE __quarantine SET line = NULL WHERE NOT ({posted or 'false'})")
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE __quarantine AS FROM __quarantine UNION {earlier.quarantine}"
        )

    def counts(self) -> dict[str, int]:
        """Return how many rows of each table are here."""
        rows = self._connection.execute('SELECT "table", count(*) FROM __quarantine GROUP BY ALL').fetchall()
        return dict(rows)

    def ids(self, tables: Sequence[str], *, of_customers: bool) -> str | None:
        """Return the SELECT of the customers (else of the rows' own ids) of `tables` here, None for none."""
        given = ", ".join(map(literal, tables))
        column = "customer_id" if of_customers else "id"
        select = f'SELECT {column} FROM __quarantine WHERE "table" IN ({given}) AND {column} IS NOT NULL'
        return select if self._connection.execute(f"SELECT EXISTS ({select})").fetchone()[0] else None

    def write(self, path: Path) -> None:
        """Write the quarantine in the order of tables and lines."""
        write_sorted(self._connection, "FROM __quarantine", path)


def _ids(table: Table) -> str:
    customer = "customer_id" if table.column("customer_id") else "NULL"
    return f"CAST({quoted(table.columns[0].name)} AS VARCHAR) AS id, {customer} AS customer_id"


def _pick(faults: Sequence[Fault], part: str) -> str:
    return f"[{', '.join(literal(getattr(fault, part)) for fault in faults)}][__fault]"


def _refined_code() -> str:
    return refined(
        code="code", not_finite="'not_finite'", decimal_comma="'decimal_comma'", too_large="'too_large'"
    )


def _refined_message() -> str:
    return refined(
        code="message",
        not_finite="'not a finite number; leave the field empty where the value is unknown'",
        decimal_comma="'a decimal comma or grouped digits: write 1234.5'",
        too_large="'too large: numbers stay below 1e12'",
    )
