"""Which revision of the schema a database is at, beside those that this code knows; without Alembic, slow to load.

Migrations only add, so code runs on a newer schema than its own, and never on an older one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from pricing_service.storage.database import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def known() -> tuple[str, ...]:
    """List the revisions that this code knows, oldest first."""
    return tuple(sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")))


def current(database: Database) -> str | None:
    """Read the revision of a database; None where there is no schema yet."""
    with database.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_behind(database: Database) -> bool:
    """Whether the schema is older than this code; one that this code does not know is newer."""
    found = current(database)
    return found is None or found in known()[:-1]
