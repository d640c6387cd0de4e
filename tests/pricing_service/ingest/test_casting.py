"""How the text of a field becomes a value, or a fault."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing_service.ingest.casting import faults, typed
from pricing_service.ingest.engine import engine
from pricing_service.tables import Column, Kind


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    with engine(tmp_path_factory.mktemp("engine")) as connection:

        def value_of(kind: Kind, text: str, **column):
            return connection.execute(
                f"SELECT {typed(Column('x', kind, **column), 't')} FROM (SELECT $1::VARCHAR AS t)", [text]
            ).fetchone()[0]

        yield value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        (" 12.5 ", "12.5"),
        ("+3", "3"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("-0.25", "-0.25"),
        ("0.0000005", "0"),
        ("0.0000015", "0.000002"),
        ("-0.0000025", "-0.000002"),
        ("5e-7", "0"),
        ("0.30000000000000004", "0.3"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_money_is_read_exactly_and_rounded_half_to_even(read, text, value):
    assert read(Kind.MONEY, text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "1.234,5",
        "1,234",
        "nan",
        "inf",
        "-Infinity",
        "1e12",
        "1_000",
        "0x10",
        "12 EUR",
        "€5",
        "--1",
        "1e",
        ".",
    ],
)
def test_what_is_no_plain_number_below_1e12_is_not_read_as_money(read, text):
    assert read(Kind.MONEY, text) is None


@settings(max_examples=60, deadline=None)
@given(st.decimals(min_value=-(10**11), max_value=10**11, places=9, allow_nan=False, allow_infinity=False))
def test_every_decimal_rounds_as_the_decimal_module_does(read, number):
    expected = number.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    assert read(Kind.MONEY, f"{number:f}") == expected


@settings(max_examples=60, deadline=None)
@given(st.floats(min_value=-1e11, max_value=1e11))
def test_every_float_survives_its_own_text(read, number):
    assert read(Kind.NUMBER, repr(number)) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-02", date(2024, 1, 2)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-01-02T23:30:00", date(2024, 1, 2)),
        ("2024-01-02 23:30:00.123456", date(2024, 1, 2)),
        ("2024-01-02T23:30:00-05:00", date(2024, 1, 3)),
        ("2024-01-02T00:30:00+0100", date(2024, 1, 1)),
        ("2024-01-02T23:30Z", date(2024, 1, 2)),
        ("2024-01-02 00:00:00+00", date(2024, 1, 2)),
    ],
)
def test_a_timestamp_becomes_its_utc_date(read, text, day):
    assert read(Kind.DATE, text) == day


@pytest.mark.parametrize(
    "text", ["01/02/2024", "13/02/2024", "2024-1-2", "2024/01/02", "20240102", "2024-02-30", "today", "45000"]
)
def test_a_date_that_is_not_iso_8601_is_not_guessed(read, text):
    assert read(Kind.DATE, text) is None


def test_a_month_is_its_first_day(read):
    assert read(Kind.MONTH, "2024-05") == read(Kind.MONTH, "2024-05-17") == date(2024, 5, 1)


@pytest.mark.parametrize("text", ["007", "NA", "1E5", "société-1", " x ", "null", "9007199254740993"])
def test_ids_are_kept_to_the_letter(read, text):
    assert read(Kind.ID, text) == text


def test_ids_are_the_same_after_unicode_normalisation(read):
    assert read(Kind.ID, "socie\u0301te\u0301") == read(Kind.ID, "soci\u00e9t\u00e9")


def test_a_count_is_whole(read):
    assert [read(Kind.COUNT, text) for text in ("3", "3.0", "3.5", "1e3")] == [3, 3, None, None]


@pytest.mark.parametrize(
    ("text", "flag"), [("1", True), ("yes", True), ("FALSE", False), ("0", False), ("2", None)]
)
def test_a_flag_is_true_or_false(read, text, flag):
    assert read(Kind.FLAG, text) is flag


def test_a_word_is_one_of_its_vocabulary_whatever_the_case(read):
    words = ("flow", "stock")
    assert [read(Kind.WORD, text, words=words) for text in ("Flow", "stock", "flux")] == [
        "flow",
        "stock",
        None,
    ]


def test_a_currency_is_an_iso_code(read):
    assert [read(Kind.CURRENCY, text) for text in ("eur", "XYZ", "€")] == ["EUR", None, None]


def test_a_column_that_the_source_lacks_can_only_be_missing():
    assert list(faults(Column("x", Kind.MONEY, low=0), None)) == []


def test_bounds_are_checked_on_both_sides():
    codes = [fault.code for fault in faults(Column("x", Kind.NUMBER, low=1, high=5), "c0")]
    assert codes == ["not_a_number", "out_of_range", "out_of_range"]
