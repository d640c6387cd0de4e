"""CSV files as they come: dialects, torn rows, lines."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BAD = "x"


def lines_of(checked):
    return checked.quarantine("line", "code")


def test_a_fault_names_the_line_of_the_file(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\nc1,m,x\nc1,m,3\nc1,m,-1\n"})
    assert lines_of(checked) == [(3, "not_a_number"), (5, "negative")]


def test_torn_rows_are_quarantined_and_do_not_shift_the_lines_after_them(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m\nc1,m,1\nc1,m,2,3\nc1,m,x\n"})
    assert lines_of(checked) == [(2, "too_few_fields"), (4, "too_many_fields"), (5, "not_a_number")]


def test_lines_are_right_after_quoted_line_ends_and_blank_lines(shop):
    text = 'customer_id,name,signed_up\nc1,"Ann\n& Co\n",2024-01-01\n\nc2,Bob,soon\n\n\nc3\nc4,"D\r\nE",never\n\n'
    checked = shop.check({"customers.csv": text})
    assert lines_of(checked) == [(6, "not_a_date"), (9, "too_few_fields"), (10, "not_a_date")]


def test_blank_lines_at_the_end_change_nothing(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\nc1,m,x\n\n\n\n"})
    assert lines_of(checked) == [(3, "not_a_number")]


def test_bytes_that_are_not_utf8_quarantine_their_row_only(shop):
    checked = shop.check({"usage.csv": b"customer_id,metric,units\nc1,m,1\nsoci\xe9t\xe9,m,2\nc2,m,x\n"})
    assert lines_of(checked) == [(3, "not_utf8"), (4, "not_a_number")]
    assert checked.rows("usage", "customer_id") == [("c1",)]


def test_a_quote_that_is_never_closed_does_not_pass_in_silence(shop):
    checked = shop.check({"customers.csv": 'customer_id,name\nc1,Ann\nc2,"Bob\nc3,Cy\n'})
    assert lines_of(checked) == [(3, "bad_quotes")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_recognised(shop, separator):
    text = "customer_id,metric,units\nc1,m,1.5\n".replace(",", separator)
    assert shop.check({"usage.csv": text}).rows("usage", "customer_id", "metric") == [("c1", "m")]


def test_a_byte_order_mark_is_allowed(shop):
    checked = shop.check({"usage.csv": b"\xef\xbb\xbfcustomer_id,metric,units\nc1,m,1\n"})
    assert checked.rows("usage", "customer_id") == [("c1",)]


def test_windows_and_mixed_line_ends_are_read(shop):
    windows = shop.check({"usage.csv": "customer_id,metric,units\r\nc1,m,1\r\nc2,m,x\r\n"})
    mixed = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\r\nc2,m,x\nc3,m,2\r\n"})
    assert lines_of(windows) == lines_of(mixed) == [(3, "not_a_number")]
    assert mixed.rows("usage", "customer_id") == [("c1",), ("c3",)]


def test_old_line_ends_and_quoted_headers_are_read(shop):
    old = shop.check({"usage.csv": "customer_id,metric,units\rc1,m,1\rc2,m,x\r"})
    assert lines_of(old) == [(3, "not_a_number")]
    tall = shop.check({"usage.csv": 'customer_id,"metric","no\nte",units\nc1,m,,1\nc2,m,,x\n'})
    assert lines_of(tall) == [(4, "not_a_number")]


def test_a_row_beyond_all_bounds_is_quarantined_alone(shop):
    checked = shop.check({"usage.csv": f"customer_id,metric,units\nc1,m,1\n{'c' * 3_000_000},m,2\nc3,m,x\n"})
    assert lines_of(checked) == [(3, "line_too_long"), (4, "not_a_number")]


def test_a_gzipped_file_is_read(shop):
    text = gzip.compress(b"customer_id,metric,units\nc1,m,1\nc1,m,x\n")
    assert lines_of(shop.check({"usage.csv.gz": text})) == [(3, "not_a_number")]


def test_a_cut_gzip_is_refused_with_its_reason(shop):
    cut = gzip.compress(b"customer_id,metric,units\n" + b"c1,m,1\n" * 5000)[:-20]
    files = {"usage.csv.gz": cut, "metrics.csv": "metric,kind\nm,flow\n"}
    assert "cannot be unpacked" in shop.check(files).dataset.refused["usage"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        ("customer_id,metric,units\n".encode("utf-16"), "UTF-16"),
        (b"customer_id,metric,units,Units\nc1,m,1,2\n", "two columns are called"),
        (b"customer_id,metric,count\nc1,m,1\n", "the required column units is missing"),
        (",".join(f"c{i}" for i in range(3000)).encode(), "more than 400"),
        (b"customer_id,metric,units\n", "no rows"),
        (("a" * 200_000).encode(), "header cannot be read"),
    ],
)
def test_a_file_without_a_usable_header_is_refused_in_words(shop, content, reason):
    checked = shop.check({"usage.csv": content, "metrics.csv": "metric,kind\nm,flow\n"})
    assert reason in checked.dataset.refused["usage"]


names = st.text(alphabet='ab ",\n\u00e9', max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(names, st.booleans(), st.sampled_from(["", "\n", "c9\n"])), min_size=1, max_size=12)
)
def test_every_faulty_row_is_found_on_the_line_on_which_it_begins(shop, rows):
    text = "customer_id,name,signed_up\nc0,,\n"
    expected = []
    for name, broken, before in rows:
        if before.strip():
            expected.append((text.count("\n") + 1, "too_few_fields"))
        text += before
        field = io.StringIO()
        fields = [f"c{len(text)}", name, BAD if broken else "2024-01-01"]
        csv.writer(field, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(fields)
        if broken:
            expected.append((text.count("\n") + 1, "not_a_date"))
        text += field.getvalue()
    assert lines_of(shop.check({"customers.csv": text})) == expected
