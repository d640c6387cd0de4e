"""One Parquet file, weighed before it is read: a few hundred kB of it can decode to tens of GB.

The footer counts encoded bytes, so that a text which stands in it once and in the table twenty million times weighs
nothing there. The engine keeps such texts encoded while it adds up their lengths: that tells the truth in a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pricing_service.exhausted import exhausted
from pricing_service.ingest.casting import literal, quoted
from pricing_service.ingest.csv_files import MAX_COLUMNS
from pricing_service.ingest.engine import MEMORY
from pricing_service.ingest.errors import TableRefused
from pricing_service.ingest.relations import TypedRelation, first_line

_MOST_FOOTER = 8 << 20
_MOST_PARTS = 10 * MAX_COLUMNS
"""Columns with all that is inside lists and records; the engine's time grows with their square."""
_CELLS, _CELLS_A_BYTE = 25_000_000, 8
"""A million rows of twenty columns pass however well they are packed, and no real table has so many cells a byte."""
_TEXT, _TEXT_A_BYTE = 1 << 30, 100
_WEIGHING = "200MB"
_MAGIC, _TRAILER = b"PAR1", 8


def parquet_file(connection: Any, path: Path) -> TypedRelation:
    """Return a Parquet file as a relation.

    Raises
    ------
    TableRefused
        When it cannot be read, or holds too much for its size.
    """
    import duckdb  # noqa: PLC0415  only a process that reads data pays for the engine

    source = f"read_parquet({literal(str(path))})"
    _check_footer(path)
    connection.execute(f"SET memory_limit = '{_WEIGHING}'")
    try:
        _check_cells(connection, path)
        relation = TypedRelation(connection, source)
        _check_text(connection, path, relation, source)
    except duckdb.OutOfMemoryException as error:
        raise TableRefused("a part of the file is too large to be unpacked", code="too_large") from error
    except duckdb.Error as error:
        if exhausted(error):
            raise
        raise TableRefused(f"the file cannot be read: {first_line(error)}", code="unreadable") from error
    finally:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
    return relation


def _check_footer(path: Path) -> None:
    """Refuse a footer that would take long to read; what is no Parquet file is left to the engine."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TRAILER))
        trailer = file.read(_TRAILER)
    if trailer[4:] == _MAGIC and int.from_bytes(trailer[:4], "little") > _MOST_FOOTER:
        message = (
            f"its footer is longer than {_MOST_FOOTER >> 20} MB: write fewer columns and larger row groups"
        )
        raise TableRefused(message, code="too_large")


def _check_cells(connection: Any, path: Path) -> None:
    name = literal(str(path))
    parts, columns = connection.execute(
        f"SELECT count(*), first(num_children) FROM parquet_schema({name})"
    ).fetchone()
    if columns > MAX_COLUMNS or parts > _MOST_PARTS:  # the first part is the table itself
        raise TableRefused(
            f"{max(columns, parts - 1):,} columns are more than {MAX_COLUMNS}", code="too_many_columns"
        )
    rows, values = connection.execute(
        "SELECT coalesce(sum(abs(row_group_num_rows)) FILTER (column_id = 0), 0), coalesce(sum(abs(num_values)), 0) "
        f"FROM parquet_metadata({name})"
    ).fetchone()
    cells, most = max(rows * columns, values), _CELLS + _CELLS_A_BYTE * path.stat().st_size
    if cells > most:
        said = (
            f"{rows:,} rows with {cells:,} values are too much for a file of its size ({most:,} may be in it)"
        )
        raise TableRefused(f"{said}: write it without so much repetition, or in parts", code="too_large")


def _check_text(connection: Any, path: Path, relation: TypedRelation, source: str) -> None:
    texts = {"VARCHAR": "strlen", "JSON": "strlen", "BLOB": "4 * octet_length"}
    lengths = " + ".join(
        f"coalesce(sum({texts[kind]}({quoted(name)})), 0)" for name, kind in relation.typed if kind in texts
    )
    if not lengths:
        return
    (weight,) = connection.execute(f"SELECT {lengths} FROM {source}").fetchone()
    most = _TEXT + _TEXT_A_BYTE * path.stat().st_size
    if weight > most:
        said = f"its texts have {weight >> 20:,} MB, and a file of its size may hold {most >> 20:,} MB"
        raise TableRefused(f"{said}: write it without so much repetition, or in parts", code="too_large")
