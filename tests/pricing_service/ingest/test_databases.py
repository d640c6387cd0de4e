"""DuckDB files and PostgreSQL schemas as sources."""

from __future__ import annotations

import duckdb
import psycopg
import pytest

from pricing_service.ingest import DatasetRefused, DuckDBFile, Folder, PostgresSchema, Zip, open_source
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

CSV = (
    "customer_id,date,metric,units\n"
    '007,2024-01-01,"a, ""b""\nc",1.5\n'
    "soci\u00e9t\u00e9,2024-01-03,m,2\n"
    "NA,,m,0\n"
)
CREATE = """
CREATE TABLE {schema}.usage (customer_id VARCHAR, date {time}, metric VARCHAR, units NUMERIC(12, 3));
INSERT INTO {schema}.usage VALUES
    ('007', '2024-01-01 12:00:00+00', 'a, "b"' || chr(10) || 'c', 1.5),
    ('soci\u00e9t\u00e9', '2024-01-02 20:00:00-05', 'm', 2),
    ('NA', NULL, 'm', 0),
    ('', NULL, 'm', 1),
    ('c9', NULL, 'm', -1);
CREATE TABLE {schema}.orders (id INTEGER);
"""
REFUSED = [(4, "customer_id", "missing"), (5, "units", "negative")]


def test_a_duckdb_file_is_read_as_its_tables_say(shop, tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute(CREATE.format(schema="main", time="TIMESTAMPTZ"))
        database.execute("CREATE VIEW metrics AS SELECT 'm' AS metric, 'flow' AS kind")
    checked = shop.check_source(open_source(path))
    expected = shop.check({"usage.csv": CSV, "metrics.csv": "metric,kind\nm,flow\n"})
    assert checked.dataset.version == expected.dataset.version
    assert checked.dataset.name == "shop"
    assert checked.quarantine("line", "column", "code") == REFUSED
    assert checked.dataset.report["files_ignored"] == ["main.orders"]


def test_a_postgresql_schema_is_read_as_its_tables_say(shop, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as database:
        database.execute("CREATE SCHEMA crm")
        database.execute(CREATE.format(schema="crm", time="TIMESTAMPTZ"))
        database.execute("CREATE VIEW crm.metrics AS SELECT 'm' AS metric, 'flow' AS kind, true AS unused")
    checked = shop.check_source(open_source(f"{postgres_url}&schema=crm"))
    expected = shop.check({"usage.csv": CSV, "metrics.csv": "metric,kind\nm,flow\n"})
    assert checked.dataset.version == expected.dataset.version
    assert checked.dataset.name == "crm"
    assert checked.quarantine("line", "column", "code") == REFUSED
    assert checked.dataset.report["files_ignored"] == ["crm.orders"]


def test_a_database_that_cannot_be_reached_is_refused_without_its_address(shop):
    address = "postgresql://someone:secret@127.0.0.1:1/db"
    with pytest.raises(DatasetRefused, match="PostgreSQL cannot be read") as refusal:
        shop.check_source(open_source(address))
    told = f"{refusal.value} {refusal.value.faults} {PostgresSchema(address)!r}"
    assert not {"someone", "secret", "127.0.0.1"} & set(told.replace(":", " ").split())
    assert "secret" not in told


def test_a_duckdb_file_that_is_none_is_refused(shop, tmp_path):
    path = tmp_path / "shop.duckdb"
    path.write_text("no database")
    with pytest.raises(DatasetRefused, match="DuckDB cannot open"):
        shop.check_source(DuckDBFile(path))
    with pytest.raises(DatasetRefused, match="not a file"):
        shop.check_source(DuckDBFile(tmp_path / "none.duckdb"))


def test_an_address_says_what_kind_of_source_it_is(tmp_path):
    assert open_source(tmp_path) == Folder(tmp_path)
    assert isinstance(open_source("a.ZIP"), Zip)
    assert isinstance(open_source("a.duckdb"), DuckDBFile)
    assert open_source("postgres://h/d?schema=s") == PostgresSchema("postgres://h/d", "s")
    with pytest.raises(DatasetRefused, match="no folder"):
        open_source("mysql://h/d")
