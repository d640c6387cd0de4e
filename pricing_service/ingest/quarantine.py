"""The rows that break the contract: where they stood, what they said, why they cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pricing_service.ingest.casting import Fault, literal, quoted, refined
from pricing_service.ingest.staging import Staged
from pricing_service.ingest.writing import write_sorted
from pricing_service.tables import Table

_VALUE = 200
"""Characters that are kept of a value."""


class Quarantine:
    """Collects refused rows inside the engine.

    `id` is the customer's (or, in tables without customers, the row's own) id: it ties orphans to their parent
    and lets one customer be forgotten.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.execute(
            'CREATE TEMP TABLE __quarantine ("table" VARCHAR, line BIGINT, "column" VARCHAR, value VARCHAR, '
            "code VARCHAR, message VARCHAR, id VARCHAR)"
        )

    def add_faulty(self, staged: Staged) -> None:
        """Take in the rows that are at fault by themselves."""
        if not staged.faulty:
            return
        faults = staged.faults
        self._connection.execute(
            f"INSERT INTO __quarantine SELECT {literal(staged.table.name)}, __line, {_pick(faults, 'column')}, "
            f"value[:{_VALUE}], {_refined_code()}, {_refined_message()}, id FROM ("
            f'SELECT __line, __fault, {_pick(faults, "column")} AS "column", __value AS value, '
            f"{_pick(faults, 'code')} AS code, {_pick(faults, 'message')} AS message, "
            f"{quoted(subject(staged.table))} AS id FROM {quoted(staged.table.name)} WHERE __fault > 0)"
        )

    def add_rows(self, table: Table, rows: str, *, column: str, code: str, message: str) -> int:
        """Move rows of a staged table here: `rows` selects their ``__line``. Return how many there were."""
        name = quoted(table.name)
        moved: int = self._connection.execute(
            f"INSERT INTO __quarantine SELECT {literal(table.name)}, __line, {literal(column)}, "
            f"CAST({quoted(column)} AS VARCHAR)[:{_VALUE}], {literal(code)}, {message}, {quoted(subject(table))} "
            f"FROM {name} WHERE __fault = 0 AND __line IN ({rows})"
        ).fetchone()[0]
        if moved:
            self._connection.execute(f"DELETE FROM {name} WHERE __fault = 0 AND __line IN ({rows})")
        return moved

    def add_torn(self, staged: Staged) -> int:
        """Take in the rows that could not be split into fields and put true lines everywhere. Return their number."""
        name = staged.table.name
        torn = staged.relation.rejected(self._connection)
        rows = self._lines_of(name)
        of_row, of_record = staged.relation.true_lines(
            rows, rejected=[row.line for row in torn], total=staged.read
        )
        moved = [(row, line) for row, line in of_row.items() if row != line]
        if moved:
            self._connection.execute(
                "UPDATE __quarantine SET line = true_line FROM (SELECT unnest($1) AS row, unnest($2) AS true_line) "
                f'WHERE "table" = {literal(name)} AND line = row',
                [[row for row, _ in moved], [line for _, line in moved]],
            )
        if torn:
            self._connection.execute(
                f"INSERT INTO __quarantine SELECT {literal(name)}, unnest($1), NULL, unnest($2), unnest($3), "
                "unnest($4), NULL",
                [
                    [of_record[row.line] for row in torn],
                    [row.text for row in torn],
                    [row.code for row in torn],
                    [row.message for row in torn],
                ],
            )
        return len(torn)

    def write(self, path: Path) -> None:
        """Write the quarantine in the order of tables and lines."""
        write_sorted(self._connection, "FROM __quarantine", path)

    def _lines_of(self, table: str) -> list[int]:
        found = self._connection.execute(
            f'SELECT DISTINCT line FROM __quarantine WHERE "table" = {literal(table)}'
        ).fetchnumpy()["line"]
        lines: list[int] = found.tolist()
        return lines


def subject(table: Table) -> str:
    """Return the column that says whom a row is about."""
    return "customer_id" if table.column("customer_id") else table.columns[0].name


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
