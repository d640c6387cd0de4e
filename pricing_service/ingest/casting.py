"""From the text of a field to a typed column, and what can be wrong with it, as DuckDB expressions.

Every source is read as text first, so that CSV, Parquet and databases pass the same checks. Nothing here touches
data: the expressions run inside one statement per table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pricing_service.money import MINOR_UNITS
from pricing_service.tables import Column, Kind

NUMBER = r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*"
_WHOLE = r"\s*[+-]?\d+(\.0*)?\s*"
_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = _DAY + r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|z|[+-]\d{2}(:?\d{2})?)?"

# Half-even, since DuckDB rounds halves away from zero: a tie that came out odd goes back one step.
_PLAIN = r"[+-]?(0|[1-9]\d{0,14})(\.\d+)?([eE][+-]?\d{1,3})?"  # loses nothing as a double
MACROS = f"""
CREATE TEMP MACRO is_number(t) AS regexp_full_match(t, '{NUMBER}');
CREATE TEMP MACRO is_plain(t) AS
    regexp_full_match(t, '{_PLAIN}') AND coalesce(isfinite(TRY_CAST(t AS DOUBLE)), false);
CREATE TEMP MACRO is_long(t) AS
    strlen(t) - CASE strpos(t, '.') WHEN 0 THEN strlen(t) ELSE strpos(t, '.') END > 6 OR contains(lower(t), 'e');
CREATE TEMP MACRO half_even(t) AS
    CASE WHEN abs(TRY_CAST(t AS DECIMAL(38,18)) - TRY_CAST(t AS DECIMAL(18,6))) = 0.0000005
              AND CAST(TRY_CAST(t AS DECIMAL(18,6)) * 1000000 AS HUGEINT) % 2 <> 0
         THEN CAST(TRY_CAST(t AS DECIMAL(18,6)) - sign(TRY_CAST(t AS DECIMAL(18,6))) * 0.000001 AS DECIMAL(18,6))
         ELSE TRY_CAST(t AS DECIMAL(18,6)) END;
CREATE TEMP MACRO read_decimal(t) AS
    CASE WHEN NOT is_number(t) THEN NULL WHEN is_long(t) THEN half_even(t) ELSE TRY_CAST(t AS DECIMAL(18,6)) END;
CREATE TEMP MACRO is_rounded(t, d) AS
    CASE WHEN d IS NULL OR NOT is_long(t) THEN false ELSE TRY_CAST(t AS DECIMAL(38,18)) <> d END;
CREATE TEMP MACRO read_double(t) AS
    CASE WHEN NOT is_number(t) THEN NULL WHEN isfinite(TRY_CAST(t AS DOUBLE)) THEN TRY_CAST(t AS DOUBLE) END;
CREATE TEMP MACRO read_whole(t) AS
    CASE WHEN regexp_full_match(t, '{_WHOLE}') THEN TRY_CAST(t AS BIGINT) END;
CREATE TEMP MACRO read_date(t) AS
    CASE WHEN regexp_full_match(t, '{_DAY}') THEN TRY_CAST(t AS DATE)
         WHEN regexp_full_match(t, '{_TIME}') THEN CAST(TRY_CAST(
             CASE WHEN substr(t, 17, 1) = ':' THEN t ELSE substr(t, 1, 16) || ':00' || substr(t, 17) END
             AS TIMESTAMPTZ) AS DATE) END;
CREATE TEMP MACRO read_month(t) AS
    CAST(date_trunc('month', read_date(CASE WHEN strlen(t) = 7 THEN t || '-01' ELSE t END)) AS DATE);
CREATE TEMP MACRO read_flag(t) AS
    CASE WHEN lower(trim(t)) IN ('true', 't', '1', '1.0', 'yes', 'y') THEN true
         WHEN lower(trim(t)) IN ('false', 'f', '0', '0.0', 'no', 'n') THEN false END;
"""

_READERS = {
    Kind.ID: "nfc_normalize({})",
    Kind.TEXT: "nfc_normalize({})",
    Kind.DATE: "read_date({})",
    Kind.MONTH: "read_month({})",
    Kind.MONEY: "read_decimal({})",
    Kind.UNITS: "read_decimal({})",
    Kind.NUMBER: "read_double({})",
    Kind.COUNT: "read_whole({})",
    Kind.FLAG: "read_flag({})",
}

_UNREADABLE = {
    Kind.DATE: ("not_a_date", "not an ISO 8601 date: write 2026-01-31"),
    Kind.MONTH: ("not_a_date", "not an ISO 8601 month: write 2026-01"),
    Kind.MONEY: ("not_a_number", "not a number"),
    Kind.UNITS: ("not_a_number", "not a number"),
    Kind.NUMBER: ("not_a_number", "not a number"),
    Kind.COUNT: ("not_a_number", "not a whole number"),
    Kind.FLAG: ("not_a_flag", "neither true nor false (1 or 0, yes or no)"),
    Kind.CURRENCY: ("unknown_currency", "not an ISO 4217 code such as EUR"),
}


@dataclass(frozen=True)
class Fault:
    """One way in which a row can break the contract: where `broken` holds, the blame falls on `column`."""

    column: str
    code: str
    message: str
    broken: str


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def typed(column: Column, raw: str) -> str:
    """Return the expression that reads the text `raw` as the column's type; unreadable text gives NULL."""
    if column.kind in (Kind.WORD, Kind.CURRENCY):
        folded = f"upper(trim({raw}))" if column.kind is Kind.CURRENCY else f"lower(trim({raw}))"
        words = MINOR_UNITS if column.kind is Kind.CURRENCY else column.words
        return f"CASE WHEN {folded} IN ({', '.join(map(literal, words))}) THEN {folded} END"
    read = _READERS[column.kind].format(raw)
    if column.reserved:
        folded = f"lower(trim({raw}))"
        return f"CASE WHEN {folded} IN ({', '.join(map(literal, column.reserved))}) THEN {folded} ELSE {read} END"
    return read


def faults(column: Column, raw: str | None) -> Iterator[Fault]:
    """Yield what can be wrong with a column, in the order in which it is reported.

    `raw` is the expression of its text, None where the source has no such column.
    """
    name = quoted(column.name)
    if column.required:
        unless = f" AND ({column.empty_where}) IS NOT TRUE" if column.empty_where else ""
        only = f": it may be so only where {column.empty_where}" if column.empty_where else ""
        yield Fault(column.name, "missing", f"{column.name} is empty{only}", f"{raw} IS NULL{unless}")
    if raw is None:
        return
    if column.kind is Kind.WORD:
        message = f"unknown word: {column.name} is one of {', '.join(column.words)}"
        yield Fault(column.name, "unknown_word", message, f"{raw} IS NOT NULL AND {name} IS NULL")
    elif column.kind in _UNREADABLE:
        code, message = _UNREADABLE[column.kind]
        yield Fault(column.name, code, message, f"{raw} IS NOT NULL AND {name} IS NULL")
    yield from _bounds(column, name)


def changed_type(name: str) -> Fault:
    """Return what is wrong with a trait that was a number in every stored row, and is none in a new one."""
    message = (
        f"{name} was a number in every row so far: write a number, or give what is none a column of its own"
    )
    return Fault(
        name, "changed_type", message, f"{quoted(name)} IS NOT NULL AND NOT is_plain({quoted(name)})"
    )


def _bounds(column: Column, name: str) -> Iterator[Fault]:
    if column.kind in (Kind.DATE, Kind.MONTH):
        # 0001-01-01 is how some systems write "no date"; a panel of 24,000 months helps nobody.
        message = "a date before 1900 is no date of a subscription business"
        yield Fault(column.name, "implausible_date", message, f"{name} < DATE '1900-01-01'")
    if column.low == 0:
        yield Fault(column.name, "negative", f"{column.name} is negative", f"{name} < 0")
    elif column.low is not None:
        yield Fault(
            column.name, "out_of_range", f"{column.name} is below {column.low:g}", f"{name} < {column.low:g}"
        )
    if column.high is not None:
        yield Fault(
            column.name,
            "out_of_range",
            f"{column.name} is above {column.high:g}",
            f"{name} > {column.high:g}",
        )


REFINED = f"""
CASE WHEN code <> 'not_a_number' THEN {{code}}
     WHEN lower(trim(value)) IN ('nan', 'inf', '-inf', '+inf', 'infinity', '-infinity') THEN {{not_finite}}
     WHEN regexp_full_match(value, '\\s*[+-]?[\\d.'' ]*,\\d+\\s*') THEN {{decimal_comma}}
     WHEN regexp_full_match(value, '{NUMBER}') AND NOT contains(message, 'whole') THEN {{too_large}}
     ELSE {{code}} END
"""
"""Why a number could not be read, decided from its text once it is in the quarantine."""


def refined(*, code: str, not_finite: str, decimal_comma: str, too_large: str) -> str:
    """Return `REFINED` with the expressions filled in."""
    return REFINED.format(code=code, not_finite=not_finite, decimal_comma=decimal_comma, too_large=too_large)
