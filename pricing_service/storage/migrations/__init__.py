"""The schema's history, run by Alembic: each file in `versions` is one change, for SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from pricing_service.storage.database import Database
from pricing_service.storage.revisions import is_behind
from pricing_service.storage.schema import metadata

_LOCK = 7_301_114  # any number that no other advisory lock of the service uses
LOCK_TIMEOUT_S = 0.5
"""How long a change of a table waits for whoever reads or writes it, since all who come later wait behind it.

Half of what PostgreSQL waits before it looks for waits in a circle, so that it is the migration that steps back.
"""
LONGEST_WAIT_S = 300.0
_PAUSE_S = 1.0
_LOCK_NOT_AVAILABLE = "55P03"


def migrate(database: Database, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
    """Bring the schema to the newest revision in one transaction; several processes may start at once.

    A schema that is newer than this code stays as it is. On SQLite the transaction itself lets one in at a time, on
    PostgreSQL an advisory lock does. There no statement waits long for a table that a long transaction holds: the
    migration steps back, lets others through, and tries again.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        If a table was held for all of `longest_wait_s`.
    """
    script, until = _script(), time.monotonic() + longest_wait_s
    while is_behind(database):
        try:
            _run(database, lambda revision, _: script._upgrade_revs("head", revision))
        except sa.exc.OperationalError as error:
            held = getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE
            if not held or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)


def downgrade(database: Database, *, revision: str = "base") -> None:
    """Take the schema back to a revision; what only the newer schema can hold is lost."""
    script = _script()
    _run(database, lambda current, _: script._downgrade_revs(revision, current))


def up_to_date(database: Database) -> bool:
    """Whether the schema is the one that this code knows."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _script().get_current_head()


def _run(database: Database, steps: Callable[[Any, Any], Any]) -> None:
    with database.writing() as connection:
        if not database.is_sqlite:
            # A migration may take its time, once it has its tables.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(
                sa.select(sa.func.set_config("lock_timeout", f"{LOCK_TIMEOUT_S * 1000:.0f}", True))
            )
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        with EnvironmentContext(Config(), _script(), fn=steps) as environment:
            environment.configure(
                connection=connection,
                target_metadata=metadata,
                render_as_batch=True,  # SQLite alters a table by copying it
                transactional_ddl=True,
            )
            environment.run_migrations()


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))
