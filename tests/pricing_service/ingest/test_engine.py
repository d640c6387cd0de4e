"""The engine is held to its memory and to UTC."""

from __future__ import annotations

import duckdb
import pytest

from pricing_service.ingest.engine import engine


def test_the_engine_is_bounded_and_spills_where_it_is_told(tmp_path):
    with engine(tmp_path) as connection:
        settings = dict(connection.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["memory_limit"] == "429.1 MiB"
    assert settings["temp_directory"] == str(tmp_path / "spill")
    assert settings["TimeZone"] == "UTC"


def test_the_engine_is_closed_behind_us(tmp_path):
    with engine(tmp_path) as connection:
        pass
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")
