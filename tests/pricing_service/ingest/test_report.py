"""The data report warns of what a reader should know first."""

from __future__ import annotations


def warnings(checked):
    return [(told["code"], told["table"]) for told in checked.dataset.report["warnings"]]


def test_a_fifth_of_unmatched_rows_is_still_fine(shop):
    rows = "c1,m,1\n" * 4 + "x,m,1\n"
    files = {"customers.csv": "customer_id\nc1\n", "usage.csv": "customer_id,metric,units\n" + rows}
    assert warnings(shop.check(files)) == []
    files["usage.csv"] += "x,m,1\n"
    assert warnings(shop.check(files)) == [("unmatched", "usage")]


def test_a_table_that_is_mostly_in_quarantine_is_named(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,1\nc1,m,a\n"})
    assert warnings(checked) == [("mostly_quarantined", "usage")]


def test_rounding_is_counted(shop):
    checked = shop.check({"usage.csv": "customer_id,metric,units\nc1,m,0.1234567\nc1,m,0.1234560\n"})
    assert checked.dataset.report["tables"]["usage"]["rounded"] == 1
    assert warnings(checked) == [("rounded", "usage")]


def test_reasons_are_counted_by_column_with_their_first_line(shop):
    rows = "c1,m,1\n" * 20 + ",m,1\nc1,m,b\nc1,m,a\n"
    (first, second) = shop.check({"usage.csv": "customer_id,metric,units\n" + rows}).dataset.report["reasons"]
    assert (first["code"], first["rows"], first["first_line"], first["first_value"]) == (
        "not_a_number",
        2,
        23,
        "b",
    )
    assert (second["code"], second["rows"], second["first_line"], second["first_value"]) == (
        "missing",
        1,
        22,
        None,
    )


def test_the_report_says_which_columns_and_days_there_are(shop):
    checked = shop.check(
        {"usage.csv": "customer_id,date,metric,units,x\nc1,2024-01-02,m,1,\nc1,2024-03-02,m,1,\n"}
    )
    usage = checked.dataset.report["tables"]["usage"]
    assert (usage["first_date"], usage["last_date"]) == ("2024-01-02", "2024-03-02")
    assert (usage["columns_missing"], usage["columns_ignored"]) == (["unit_id", "row_id"], ["x"])
