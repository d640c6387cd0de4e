"""The engine that checks tables: DuckDB, held to a part of the memory, spilling to a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pricing_service.exhausted import exhausted
from pricing_service.ingest.casting import MACROS

MEMORY = "450MB"
SPILL = "60GB"
"""A few MB of Parquet can decode to tens of GB: beyond this, the table is refused."""


@contextmanager
def engine(workspace: Path) -> Iterator[Any]:
    """Open an engine whose overflow goes to `workspace`.

    Raises
    ------
    OSError
        Where the engine ran into a full disk or into no open file: nothing is wrong with the data then.
    """
    import duckdb  # noqa: PLC0415  only a process that reads data pays for the engine

    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(workspace / "spill"),
            "max_temp_directory_size": SPILL,
        }
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(MACROS)
        yield connection
    except duckdb.Error as error:
        if (said := exhausted(error)) is None:
            raise
        raise said from error
    finally:
        connection.close()
