"""What the quarantine keeps of a row."""

from __future__ import annotations


def test_a_row_is_kept_with_where_what_and_why(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\nc2,m,-3\n"})
    names = ("table", "line", "column", "value", "code", "message", "id", "customer_id")
    assert checked.quarantine(*names) == [
        ("usage", 3, "units", "-3", "negative", "units is negative", "c2", "c2")
    ]


def test_only_the_first_fault_of_a_row_is_told(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\n,,x\n"})
    assert checked.quarantine("column", "code") == [("customer_id", "missing")]


def test_long_values_are_cut(shop):
    checked = shop.check({"usage.csv": f"customer_id,metric,units\nc1,m,1\nc1,m,{'9' * 5000}\n"})
    assert checked.quarantine("value", "code") == [("9" * 200, "too_large")]


def test_a_sound_dataset_has_an_empty_quarantine(shop):
    assert shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\n"}).quarantine() == []
