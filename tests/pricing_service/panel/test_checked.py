"""Tables as the panel reads them: complete, typed, with the ids of those that survive mergers."""

import ibis
import pyarrow as pa

from pricing_service.panel.checked import Checked


def test_columns_that_a_table_lacks_are_there_as_null():
    usage = ibis.memtable(pa.table({"customer_id": ["a"], "metric": ["m"], "units": [1]}))
    (row,) = Checked({"usage": usage})["usage"].to_pyarrow().to_pylist()
    assert row["date"] is None
    assert row["unit_id"] is None


def test_tables_that_the_contract_does_not_know_are_left_out():
    usage = ibis.memtable(pa.table({"customer_id": ["a"], "metric": ["m"], "units": [1]}))
    assert list(Checked({"usage": usage, "weather": usage})) == ["usage"]


def test_customers_merged_in_a_circle_stay_apart_and_are_said(build):
    panel = build(
        customers=[{"customer_id": "a", "merged_into": "b"}, {"customer_id": "b", "merged_into": "a"}],
        usage=[{"customer_id": c, "date": "2025-01-31", "metric": "m", "units": 1} for c in "ab"],
    )
    assert [row["units_m"] for row in panel.months] == [1, 1]
    assert "circle" in panel.stored.report["warnings"][0]


def test_a_merger_into_nobody_known_is_no_merger(build):
    panel = build(
        customers=[{"customer_id": "a", "merged_into": "gone"}],
        usage=[{"customer_id": "a", "date": "2025-01-31", "metric": "m", "units": 1}],
    )
    assert [row["customer_id"] for row in panel.months] == ["a"]
