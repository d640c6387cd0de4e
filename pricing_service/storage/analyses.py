"""Analyses: one row each, from queued to its end.

::

    queued ──► running ──► succeeded | failed | cancelled
       └──────────────────────────────► cancelled

A row in `queued` is at once the message to the workers (an outbox): creating it is one transaction in one database, so
no analysis can be accepted and lost, or run without having been accepted. The end is written once, together with the
unique effect (analysis, "end"): whoever comes second, after a kill or beside another worker, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from pricing_service.storage import schema
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.database import Database
from pricing_service.storage.effects import record_effect
from pricing_service.storage.errors import AlreadyFinished, NotFound
from pricing_service.storage.ids import new_id
from pricing_service.storage.pages import Page, fetch_page
from pricing_service.storage.webhooks import Outbox

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
End = Literal["succeeded", "failed", "cancelled"]
_OPEN = ("queued", "running")
SIMULATION = "simulation"
"""The kind of the analyses that re-rate a price book; their `options` name `price_book` and `content_hash`."""


@dataclass(frozen=True)
class NewAnalysis:
    """What is asked: the same dataset version, kind, options and seed give the same bytes."""

    dataset_id: str
    kind: str
    options: Mapping[str, Any]
    seed: int = 0
    prefix: str = "an"


@dataclass(frozen=True)
class Analysis:
    """One analysis as it stands. `files` maps the name of each finished file in `folder` to its sha256."""

    id: str
    workspace_id: str
    dataset_id: str
    dataset_version: str
    kind: str
    options: dict[str, Any]
    seed: int
    status: Status
    cancel_requested: bool
    progress: dict[str, Any]
    error: dict[str, Any] | None
    files: dict[str, str]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    folder: Path

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in _OPEN


class Analyses:
    """Store and read analyses."""

    def __init__(self, database: Database, clock: Callable[[], datetime], blobs: Blobs) -> None:
        self._database = database
        self._clock = clock
        self._blobs = blobs
        self._outbox = Outbox(clock)

    def create(self, workspace_id: str, new: NewAnalysis) -> Analysis:
        """Queue an analysis of the dataset's current version; the workers see it within a second."""
        now = self._clock()
        datasets = schema.datasets
        mine = sa.and_(datasets.c.workspace_id == workspace_id, datasets.c.id == new.dataset_id)
        values = {
            "id": new_id(new.prefix, now),
            "workspace_id": workspace_id,
            "dataset_id": new.dataset_id,
            "kind": new.kind,
            "options": dict(new.options),
            "seed": new.seed,
            "status": "queued",
            "cancel_requested": False,
            "progress": {"step": "queued", "done": 0, "total": 1},
            "created_at": now,
        }
        with self._database.writing() as connection:
            version = connection.execute(sa.select(datasets.c.version).where(mine)).scalar()
            if version is None:
                raise NotFound("dataset", new.dataset_id)
            connection.execute(schema.analyses.insert().values({**values, "dataset_version": version}))
        return self.get(workspace_id, str(values["id"]))

    def get(self, workspace_id: str, analysis_id: str) -> Analysis:
        """Read one analysis; `NotFound` also for another workspace's."""
        with self._database.reading() as connection:
            row = connection.execute(schema.analyses.select().where(_mine(workspace_id, analysis_id))).first()
        if row is None:
            raise NotFound("analysis", analysis_id)
        return self._analysis(row)

    def page(self, workspace_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Analysis]:
        """Read the analyses of a workspace, newest first; simulations are listed with their price book."""
        table = schema.analyses
        query = table.select().where(table.c.workspace_id == workspace_id, table.c.kind != SIMULATION)
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
        return Page([self._analysis(row) for row in rows], following)

    def simulations(
        self, workspace_id: str, price_book_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Analysis]:
        """Read the simulations of a price book, newest first."""
        table = schema.analyses
        query = table.select().where(
            table.c.workspace_id == workspace_id,
            table.c.kind == SIMULATION,
            table.c.options["price_book"].as_string() == price_book_id,
        )
        with self._database.reading() as connection:
            rows, following = fetch_page(connection, query, ids=table.c.id, limit=limit, cursor=cursor)
        return Page([self._analysis(row) for row in rows], following)

    def newest_simulation(self, workspace_id: str, price_book_id: str, content_hash: str) -> Analysis | None:
        """Read the newest simulation of exactly this content that has succeeded; null without any."""
        table = schema.analyses
        query = table.select().where(
            table.c.workspace_id == workspace_id,
            table.c.kind == SIMULATION,
            table.c.status == "succeeded",
            table.c.options["price_book"].as_string() == price_book_id,
            table.c.options["content_hash"].as_string() == content_hash,
        )
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).first()
        return None if row is None else self._analysis(row)

    def newest_of_each_kind(self, workspace_id: str) -> dict[str, Analysis]:
        """Read by kind the newest analysis that has succeeded; simulations are none."""
        table = schema.analyses
        mine, done = table.c.workspace_id == workspace_id, table.c.status == "succeeded"
        theirs = sa.select(sa.func.max(table.c.id)).where(mine, done, table.c.kind != SIMULATION)
        with self._database.reading() as connection:
            rows = connection.execute(table.select().where(table.c.id.in_(theirs.group_by(table.c.kind))))
            return {row.kind: self._analysis(row) for row in rows}

    def count_queued(self, workspace_id: str) -> int:
        """How many analyses wait: the doors refuse more than `max_queued_analyses`."""
        table = schema.analyses
        waiting = sa.and_(table.c.workspace_id == workspace_id, table.c.status == "queued")
        with self._database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).where(waiting)).scalar_one()

    def queued(self, *, limit: int = 200) -> list[tuple[str, str]]:
        """Read what waits in any workspace, as (workspace, analysis), oldest first: for the workers only."""
        return self._ids("queued", limit=limit)

    def running(self) -> list[tuple[str, str]]:
        """Read what runs in any workspace, as (workspace, analysis), oldest first: for the workers only."""
        return self._ids("running", limit=10_000)

    def request_cancel(self, workspace_id: str, analysis_id: str) -> Analysis:
        """Cancel: a queued analysis at once, a running one as soon as its worker sees it.

        Raises
        ------
        AlreadyFinished
            Nothing is left to cancel.
        """
        table = schema.analyses
        mine = _mine(workspace_id, analysis_id)
        with self._database.writing() as connection:
            status = connection.execute(sa.select(table.c.status).where(mine).with_for_update()).scalar()
            if status is None:
                raise NotFound("analysis", analysis_id)
            if status not in _OPEN:
                raise AlreadyFinished(f"analysis {analysis_id!r} has {status} already")
            connection.execute(table.update().where(mine).values(cancel_requested=True))
            if status == "queued":
                self._end(connection, workspace_id, analysis_id, {"status": "cancelled"})
        return self.get(workspace_id, analysis_id)

    def start(self, workspace_id: str, analysis_id: str) -> bool:
        """Mark as running, also again after a kill; false if it was cancelled, ended or deleted meanwhile."""
        table = schema.analyses
        started = sa.func.coalesce(
            table.c.started_at, sa.bindparam("now", self._clock(), table.c.started_at.type)
        )
        with self._database.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(_mine(workspace_id, analysis_id), table.c.status.in_(_OPEN))
                .values(status="running", started_at=started)
            )
            return changed.rowcount == 1

    def wanted(self, workspace_id: str, analysis_id: str) -> bool:
        """Whether the analysis shall still go on: not cancelled, not ended, not deleted."""
        table = schema.analyses
        wanted = sa.and_(
            _mine(workspace_id, analysis_id), table.c.status.in_(_OPEN), ~table.c.cancel_requested
        )
        with self._database.reading() as connection:
            return connection.execute(sa.select(table.c.id).where(wanted)).first() is not None

    def set_progress(self, workspace_id: str, analysis_id: str, *, step: str, done: int, total: int) -> None:
        """Store how far a running analysis has come; without effect on a finished one."""
        table = schema.analyses
        with self._database.writing() as connection:
            connection.execute(
                table.update()
                .where(_mine(workspace_id, analysis_id), table.c.status == "running")
                .values(progress={"step": step, "done": done, "total": total})
            )

    def finish(
        self,
        workspace_id: str,
        analysis_id: str,
        status: End,
        *,
        error: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> bool:
        """Write the end, once; false if it had one before.

        A cancel that was accepted is kept: work that succeeded a moment later ends as cancelled.

        Parameters
        ----------
        workspace_id, analysis_id
            Which.
        status
            How it ended.
        error
            For `failed`: `{"code", "message", "faults"}`.
        files
            For `succeeded`: finished file → sha256.
        """
        table = schema.analyses
        values = {"status": status, "error": error, "files": files}
        with self._database.writing() as connection:
            asked = (
                sa.select(table.c.cancel_requested).where(_mine(workspace_id, analysis_id)).with_for_update()
            )
            if connection.execute(asked).scalar():
                values = {"status": "cancelled"}
            return self._end(connection, workspace_id, analysis_id, values)

    def _ids(self, status: Status, *, limit: int) -> list[tuple[str, str]]:
        table = schema.analyses
        query = sa.select(table.c.workspace_id, table.c.id).where(table.c.status == status)
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.order_by(table.c.id).limit(limit))]

    def _end(
        self, connection: sa.Connection, workspace_id: str, analysis_id: str, values: Mapping[str, Any]
    ) -> bool:
        now = self._clock()
        table = schema.analyses
        open_one = sa.and_(_mine(workspace_id, analysis_id), table.c.status.in_(_OPEN))
        changed = connection.execute(table.update().where(open_one).values(finished_at=now, **values))
        ended = changed.rowcount == 1 and record_effect(connection, workspace_id, analysis_id, "end", now=now)
        if ended and values["status"] == "succeeded":
            self._tell(connection, workspace_id, analysis_id)
        return ended

    def _tell(self, connection: sa.Connection, workspace_id: str, analysis_id: str) -> None:
        """Write the event of a success, except of a simulation: its price book's makers wait for it themselves."""
        table = schema.analyses
        told = sa.select(table.c.id.label("analysis"), table.c.kind, table.c.dataset_id.label("dataset"))
        data = connection.execute(told.where(_mine(workspace_id, analysis_id))).one()._asdict()
        if data["kind"] != SIMULATION:
            self._outbox.add(connection, workspace_id, type="analysis.succeeded", data=data)

    def _analysis(self, row: sa.Row[Any]) -> Analysis:
        folder = self._blobs.analysis(row.workspace_id, row.dataset_id, row.dataset_version, row.id)
        values = {**row._mapping, "files": row.files or {}, "folder": folder}
        return Analysis(**values)


def _mine(workspace_id: str, analysis_id: str) -> sa.ColumnElement[bool]:
    table = schema.analyses
    return sa.and_(table.c.workspace_id == workspace_id, table.c.id == analysis_id)
