"""What a contract table is made of: columns with a kind, rules over a row, a key.

Rules and conditions are predicates in the SQL that every engine shares, over the typed columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a field is read, and the type that the checked column has."""

    ID = "id"  # kept to the letter, compared after Unicode NFC: VARCHAR
    TEXT = "text"  # free words: VARCHAR
    WORD = "word"  # one of a fixed vocabulary: VARCHAR
    CURRENCY = "currency"  # an ISO 4217 code: VARCHAR
    DATE = "date"  # ISO 8601, a timestamp becomes its UTC date: DATE
    MONTH = "month"  # a date or YYYY-MM, becomes the month's first day: DATE
    MONEY = "money"  # exact, six decimals, below 1e12: DECIMAL(18, 6)
    UNITS = "units"  # as money, without a currency: DECIMAL(18, 6)
    NUMBER = "number"  # finite: DOUBLE
    COUNT = "count"  # whole: BIGINT
    FLAG = "flag"  # true or false, 1 or 0, yes or no: BOOLEAN

    @property
    def sql_type(self) -> str:
        """The DuckDB type of a checked column."""
        return _SQL_TYPES.get(self, "VARCHAR")

    @property
    def is_number(self) -> bool:
        """Whether bounds apply."""
        return self in (Kind.MONEY, Kind.UNITS, Kind.NUMBER, Kind.COUNT)


_SQL_TYPES = {
    Kind.DATE: "DATE",
    Kind.MONTH: "DATE",
    Kind.MONEY: "DECIMAL(18,6)",
    Kind.UNITS: "DECIMAL(18,6)",
    Kind.NUMBER: "DOUBLE",
    Kind.COUNT: "BIGINT",
    Kind.FLAG: "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One column of a contract table.

    Parameters
    ----------
    required
        The table is refused without the column, a row without the value.
    empty_where
        A predicate under which a required value may be empty all the same.
    words
        The vocabulary of a `Kind.WORD`.
    reserved
        Ids that mean something by themselves; read like words, whatever the case of their letters.
    default
        An expression for an empty field.
    low, high
        Inclusive bounds of a number, None for open.
    parent
        The table that this id should be a key of.
    """

    name: str
    kind: Kind
    required: bool = False
    empty_where: str | None = None
    words: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    default: str | None = None
    low: float | None = None
    high: float | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Rule:
    """A row breaks the contract where `broken` holds; the blame falls on `column`."""

    code: str
    column: str
    broken: str
    message: str


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Parameters
    ----------
    row
        What one row is, in the contract's words.
    key
        Columns that name a row; empty for events, whose equal rows add up.
    replaces
        Rows that are posted later replace the stored rows that agree on these columns; empty: on the key.
    apart
        Stretches ``start``–``end`` of rows that agree on these columns may not overlap.
    together
        Rows that agree on these columns stand or fall together, and exactly one of them is ``chosen``.
    extras
        What columns are called that the contract does not know and that are kept (``traits`` on customers and
        leads, ``attributes`` on choices); None where they are ignored.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    apart: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    extras: str | None = None

    @property
    def is_event(self) -> bool:
        """Whether equal rows are two events; a `row_id` column, where given, is then the key."""
        return not self.key

    def column(self, name: str) -> Column | None:
        """Return the column of that name, None where the contract does not know it."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which the table is refused."""
        return tuple(column.name for column in self.columns if column.required)


def customer(*, required: bool = True) -> Column:
    """Return the column that ties a row to a customer."""
    return Column("customer_id", Kind.ID, required=required, parent="customers")


def money(name: str, *, required: bool = False, low: float | None = None) -> Column:
    """Return a column of money in the row's currency."""
    return Column(name, Kind.MONEY, required=required, low=low)


def one_of(name: str, *words: str, required: bool = False, default: str | None = None) -> Column:
    """Return a column with a fixed vocabulary; `default` is one of the words."""
    quoted = None if default is None else f"'{default}'"
    return Column(name, Kind.WORD, required=required, words=words, default=quoted)


def later(earlier: str, than: str) -> Rule:
    """Return the rule that `than` is not before `earlier`."""
    return Rule(
        f"{than}_before_{earlier}",
        than,
        f'"{than}" < "{earlier}"',
        f"{than} is before {earlier}",
    )


CURRENCY = Column("currency", Kind.CURRENCY)
ROW_ID = Column("row_id", Kind.ID)
