"""A table is typed and judged in one statement."""

from __future__ import annotations

import pytest

from pricing_service.ingest.engine import engine
from pricing_service.ingest.relations import TypedRelation
from pricing_service.ingest.staging import stage
from pricing_service.tables import TABLES


@pytest.fixture
def staged(tmp_path):
    with engine(tmp_path) as connection:

        def of(table: str, select: str):
            relation = TypedRelation(connection, f"({select})")
            one = stage(connection, TABLES[table], relation, mapping={}, currency="EUR")
            return one, connection.execute(
                f"SELECT __fault, __value, COLUMNS('^[^_]') FROM {table}"
            ).fetchall()

        yield of


def test_a_fault_is_the_number_of_its_check_and_keeps_the_text(staged):
    one, ((fault, value, *_),) = staged("kpis", "SELECT 'k' AS kpi, 'Income' AS kind")
    assert (one.faults[fault - 1].code, value) == ("unknown_word", "Income")
    assert (one.read, one.faulty) == (1, 1)


def test_a_default_may_lean_on_another_column(staged):
    _, rows = staged("metrics", "SELECT unnest(['a', 'b']) AS metric, unnest(['FLOW', 'stock']) AS kind")
    assert [row[4] for row in rows] == ["sum", "mean"]


def test_columns_without_anything_are_told(staged):
    one, _ = staged("metrics", "SELECT 'a' AS metric, 'flow' AS kind")
    assert one.empty == {"unit_name", "unit_cost", "product"}
    assert one.columns == ("metric", "kind", "aggregate", "unit_name", "unit_cost", "product", "currency")
