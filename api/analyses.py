"""The analyses' desk: queues them, waits for them, and shows what the worker wrote."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool

from api import rows
from api.analysis_request import AnalysisRequest
from api.analysis_steps import REPORT, RESULT, ROWS
from api.letters import Letter, letter_of
from api.paging import Page, cursor
from api.problems import Conflict, Missing, TablesMissing, TooMany
from pricing_service.config import Settings
from pricing_service.decisions import missing_tables
from pricing_service.storage import Analysis, NewAnalysis, NotFound, Storage
from pricing_service.storage.ids import is_id

_LISTING = "analyses"
_LOOK_EVERY_SECONDS = 0.1


class AnalysisDesk:
    """Everything that the doors do with analyses.

    Parameters
    ----------
    storage
        Where they live; a queued row is the message to the workers.
    settings
        How many may wait.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._settings = settings

    def queue(self, workspace_id: str, asked: AnalysisRequest) -> dict[str, Any]:
        """Queue an analysis.

        Raises
        ------
        TablesMissing
            If the dataset lacks tables that the kind needs: which, what each unlocks, the cheapest way.
        TooMany
            If as many wait as may.
        """
        if not is_id(asked.dataset):
            raise NotFound("dataset", asked.dataset)
        dataset = self._storage.datasets.get(workspace_id, asked.dataset)
        refuse_missing_tables(asked.kind, dataset.tables)
        options = asked.options.model_dump(mode="json")
        new = NewAnalysis(dataset_id=dataset.id, kind=asked.kind, options=options, seed=asked.seed)
        return shown(self.accept(workspace_id, new))

    def accept(self, workspace_id: str, new: NewAnalysis) -> Analysis:
        """Take work into the queue.

        Raises
        ------
        TooMany
            If as much waits as may.
        """
        if self._storage.analyses.count_queued(workspace_id) >= self._settings.max_queued_analyses:
            raise TooMany(f"{self._settings.max_queued_analyses} analyses are waiting already.")
        return self._storage.analyses.create(workspace_id, new)

    async def ask(
        self, workspace_id: str, asked: AnalysisRequest, *, seconds: float
    ) -> tuple[dict[str, Any], bool]:
        """Queue an analysis and wait for its end; the second answer is whether it came in time."""
        queued = await run_in_threadpool(self.queue, workspace_id, asked)
        if seconds > 0:
            await self.be_seen(queued, place=f"/v1/analyses/{queued['id']}")
        return await self.wait_for(workspace_id, queued, seconds=seconds)

    async def be_seen(self, accepted: dict[str, Any], *, place: str) -> None:
        """Let the worker see what was queued, and a repetition of the request what was accepted."""
        told = json.dumps(jsonable_encoder(accepted)).encode()
        await run_in_threadpool(self._storage.database.commit_and_wait, told, place)

    async def wait_for(
        self, workspace_id: str, queued: dict[str, Any], *, seconds: float
    ) -> tuple[dict[str, Any], bool]:
        """Wait for the end of what was queued; the second answer is whether it came in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            queued = await run_in_threadpool(self.read, workspace_id, queued["id"])
            if queued["finished_at"] is not None:
                return queued, True
        return queued, False

    def read(self, workspace_id: str, analysis_id: str) -> dict[str, Any]:
        """Show one analysis with its result."""
        return shown(self._storage.analyses.get(workspace_id, analysis_id))

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of analyses, newest first."""
        found = self._storage.analyses.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        data = [summary(analysis) for analysis in found.rows]
        return {"data": data, "next_cursor": following, "has_more": found.has_more}

    def cancel(self, workspace_id: str, analysis_id: str) -> dict[str, Any]:
        """Cancel a queued or running analysis."""
        return shown(self._storage.analyses.request_cancel(workspace_id, analysis_id))

    def rows_page(
        self, workspace_id: str, analysis_id: str, page: Page, *, file: str = ROWS
    ) -> dict[str, Any]:
        """Show a page of the per-customer table, or of another file's."""
        path = self._file(workspace_id, analysis_id, file)
        return rows.page_of(path, listing=f"{file} of {analysis_id}", page=page)

    def rows_csv(self, workspace_id: str, analysis_id: str, *, file: str = ROWS) -> Iterator[str]:
        """Write the per-customer table, or another file's, as CSV."""
        return rows.as_csv(self._file(workspace_id, analysis_id, file))

    def report(self, workspace_id: str, analysis_id: str) -> Path:
        """Find the report's page."""
        return self._file(workspace_id, analysis_id, REPORT)

    def letter(self, workspace_id: str, analysis_id: str, customer_id: str) -> Letter:
        """Find the letter to one customer."""
        rows_file = self._file(workspace_id, analysis_id, ROWS)
        result = json.loads((rows_file.parent / RESULT).read_bytes())
        return letter_of(rows_file, customer_id, currency=result.get("currency", ""))

    def newest_report(self, workspace_id: str) -> tuple[list[dict[str, Any]], Path | None]:
        """List the newest analyses, and find the newest report among them."""
        found = self._storage.analyses.page(workspace_id, limit=50).rows
        reports = [one.folder / REPORT for one in found if one.kind == "report" and REPORT in one.files]
        return [summary(analysis) for analysis in found], next(iter(reports), None)

    def _file(self, workspace_id: str, analysis_id: str, name: str) -> Path:
        analysis = self._storage.analyses.get(workspace_id, analysis_id)
        if analysis.status != "succeeded":
            raise Conflict(f"The analysis is {analysis.status}; this is there once it has succeeded.")
        if name not in analysis.files:
            raise Missing(f"The kind {analysis.kind} has no per-customer table.")
        return analysis.folder / name


def refuse_missing_tables(kind: str, tables: Any) -> None:
    """Refuse a kind whose tables are not there, in words that say how to get them.

    Raises
    ------
    TablesMissing
        With one fault a need.
    """
    needs = missing_tables(kind, tables)
    if not needs:
        return
    faults = [
        {
            "table": need.tables[0],
            "code": "missing_table",
            "message": f"{' or '.join(need.tables)}: unlocks {need.unlocks}. Cheapest way: {need.cheapest}",
        }
        for need in needs
    ]
    named = ", ".join(" or ".join(need.tables) for need in needs)
    raise TablesMissing(f"{kind} needs {named}, which the dataset does not have.", errors=faults)


def shown(analysis: Analysis) -> dict[str, Any]:
    """Show an analysis as the API does."""
    result = None
    if analysis.status == "succeeded" and RESULT in analysis.files:
        result = json.loads((analysis.folder / RESULT).read_bytes())
    return {**summary(analysis), "result": result}


def summary(analysis: Analysis) -> dict[str, Any]:
    """Show an analysis without its result."""
    same = ("id", "kind", "dataset_version", "options", "seed", "status", "progress", "error")
    return {
        **{name: getattr(analysis, name) for name in same},
        "dataset": analysis.dataset_id,
        "created_at": analysis.created_at,
        "finished_at": analysis.finished_at,
    }
