"""What a refusal tells."""

from __future__ import annotations

import pytest

from pricing_service.ingest.errors import DatasetRefused, TableRefused, fault


def test_a_fault_tells_everything_that_applies():
    told = fault("missing_column", "no units", table="usage", column="units")
    assert told == {
        "table": "usage",
        "line": None,
        "column": "units",
        "code": "missing_column",
        "message": "no units",
    }


def test_a_refusal_carries_its_faults(shop):
    with pytest.raises(DatasetRefused) as refusal:
        shop.check({"usage.csv": "customer_id\nc1\n", "kpis.csv": ""})
    assert [(told["table"], told["code"]) for told in refusal.value.faults] == [
        ("kpis", "empty"),
        ("usage", "missing_column"),
    ]
    assert "usage: the required column metric is missing" in str(refusal.value)


def test_a_table_is_refused_with_a_code():
    assert TableRefused("no rows", code="no_rows").code == "no_rows"
