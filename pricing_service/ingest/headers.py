"""Which column of the source is which column of the contract."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from pricing_service.ingest.csv_files import MAX_COLUMNS
from pricing_service.ingest.errors import TableRefused
from pricing_service.tables import Table


@dataclass(frozen=True)
class Headers:
    """A source table's columns, sorted out.

    Parameters
    ----------
    known
        Contract column → position in the source.
    extras
        Kept trait or attribute → position, in alphabetical order.
    ignored
        Names of columns that nothing reads.
    """

    known: Mapping[str, int]
    extras: Mapping[str, int]
    ignored: tuple[str, ...]


def match_headers(
    table: Table, columns: Sequence[str], mapping: Mapping[str, str], *, nested: Set[int] = frozenset()
) -> Headers:
    """Match a source's `columns` with the contract; `mapping` is ours → theirs from `dataset.toml`.

    Names are compared without regard to case. Columns in the places `nested` hold lists or records, and no trait.
    Where the mapping names a column, nothing else takes its place.

    Raises
    ------
    TableRefused
        For doubled names, too many columns, a mapped column that is not there, a required column that is missing.
    """
    positions = _positions(columns)
    known: dict[str, int] = {}
    extras: dict[str, int] = {}
    for ours, theirs in mapping.items():
        place = positions.get(theirs.strip().casefold())
        if place is None:
            said = f'dataset.toml says {table.name}.{ours} = "{theirs}", but there is no such column'
            raise TableRefused(said + _hint(theirs, columns), code="missing_column")
        (known if table.column(ours) else extras)[ours] = place
    taken = set(known.values()) | set(extras.values())
    for name, place in positions.items():
        if place in taken:
            continue
        column = table.column(name)
        if column and name not in known:
            known[name] = place
        elif column is None and place not in nested and _is_kept(table, name, extras):
            extras[columns[place]] = place
    for name, place in (known | extras).items():
        if place in nested:
            message = f"the column {name} holds lists or records: write text, a number or a date"
            raise TableRefused(message, code="nested_column")
    used = set(known.values()) | set(extras.values())
    ignored = tuple(name for place, name in enumerate(columns) if place not in used)
    _refuse_missing(table, known, columns)
    return Headers(known, dict(sorted(extras.items())), ignored)


def _is_kept(table: Table, name: str, extras: Mapping[str, int]) -> bool:
    """Whether a column that the contract does not know is kept; ``__`` begins the engine's own names."""
    doubled = name in map(str.casefold, extras)
    return bool(table.extras and name and not name.startswith("__") and not doubled)


def _positions(columns: Sequence[str]) -> dict[str, int]:
    if len(columns) > MAX_COLUMNS:
        raise TableRefused(f"{len(columns)} columns are more than {MAX_COLUMNS}", code="too_many_columns")
    positions: dict[str, int] = {}
    for place, name in enumerate(columns):
        folded = name.casefold()
        if name and folded in positions:
            raise TableRefused(f'two columns are called "{name}": rename one', code="doubled_column")
        positions[folded] = place
    return positions


def _refuse_missing(table: Table, known: Mapping[str, int], columns: Sequence[str]) -> None:
    for name in table.required:
        if name not in known:
            raise TableRefused(
                f"the required column {name} is missing{_hint(name, columns)}",
                code="missing_column",
            )


def _hint(name: str, columns: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, columns, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    shown = ", ".join(columns[:12])
    return f"; there is: {shown}" if shown else ""
