"""Panels are written whole or not at all, sorted, equal whatever the threads and the order of rows."""

import random

import ibis
import pytest

from pricing_service.panel import StoredPanel, build_panel, store_panel

NAMES = ("customers", "months", "periods", "units_inside")


def rows(customers=40):
    draw = random.Random(3)
    ids = [f"c{i:02d}" for i in range(customers)]
    return {
        "metrics": [{"metric": "posts", "kind": "flow"}, {"metric": "seats", "kind": "stock"}],
        "kpis": [{"kpi": "sales", "kind": "revenue", "value_per_unit": 3.3}],
        "usage": [
            {"customer_id": i, "date": f"2025-0{month}-{draw.randrange(10, 28)}", "metric": metric}
            | {"units": draw.randrange(1, 999) / 10}
            for i in ids
            for month in (1, 2, 3)
            for metric in ("posts", "posts", "seats")
        ],
        "outcomes": [
            {"customer_id": i, "date": f"2025-0{month}-10", "period": "month", "kpi": "sales"}
            | {"amount": draw.randrange(1, 999) / 10}
            for i in ids
            for month in (1, 1, 2)
        ],
    }


def test_tables_are_sorted(build):
    panel = build(**rows())
    assert panel.months == sorted(panel.months, key=lambda row: (row["customer_id"], row["month"]))
    assert panel.periods == sorted(panel.periods, key=lambda row: (row["customer_id"], row["period_start"]))
    assert panel.customers == sorted(panel.customers, key=lambda row: row["customer_id"])


@pytest.mark.parametrize("threads", [1, 4])
def test_results_do_not_depend_on_threads_or_the_order_of_rows(build, threads):
    given = rows()
    first = build(**given, threads=2)
    for name in given:
        random.Random(threads).shuffle(given[name])
    other = build(**given, threads=threads)
    for name in NAMES:
        assert getattr(first, name) == getattr(other, name)


def test_a_panel_that_fails_leaves_the_old_one_in_place(tmp_path, rows_to_arrow):
    backend = ibis.duckdb.connect()
    tables = {name: backend.create_table(name, rows_to_arrow(name, given)) for name, given in rows().items()}
    panel = build_panel(tables, currency="EUR")
    stored = store_panel(panel, tmp_path / "panel")
    backend.drop_table("usage")
    with pytest.raises(Exception, match="usage"):
        store_panel(panel, tmp_path / "panel")
    assert StoredPanel.open(tmp_path / "panel") == stored
    assert [path.name for path in tmp_path.iterdir()] == ["panel"]


def test_storing_leaves_nothing_behind_in_the_engine(tmp_path, rows_to_arrow):
    backend = ibis.duckdb.connect()
    tables = {name: backend.create_table(name, rows_to_arrow(name, given)) for name, given in rows().items()}
    before = set(backend.list_tables())
    store_panel(build_panel(tables, currency="EUR"), tmp_path / "panel")
    assert {name for name in backend.list_tables() if not name.startswith("ibis_")} == before
