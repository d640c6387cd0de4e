"""One analysis from start to end: its steps in order, each remembered, each in a child process.

Everything here may be interrupted by a kill and run again from the start. What was done is known twice: dbos
remembers each step's outcome, and the effects table each step whose files are in place (a kill may fall
between the two). An interrupted step runs again and writes the same bytes over what it left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import structlog

from pricing_service.jobs.bounds import Bounds
from pricing_service.jobs.children import Broken, Children, Supervision, Unwanted
from pricing_service.jobs.handlers import Handler, Refused, Step, StepContext
from pricing_service.storage import Analysis, NotFound, Storage
from pricing_service.storage.analyses import End
from pricing_service.storage.blobs import sha256_of

RESULT = "result.json"
"""The file that every handler must leave in its folder."""

_log = structlog.get_logger(__name__)


class StepOutcome(TypedDict):
    """How a step ended, as plain JSON: this is what dbos remembers."""

    end: End | None  # null: go on; else the analysis's end
    error: dict[str, Any] | None


Remember = Callable[[str, Callable[[], StepOutcome]], StepOutcome]
"""Runs a named function, or gives back what it returned before a kill."""

_GO_ON = StepOutcome(end=None, error=None)


class Runner:
    """Runs analyses.

    Parameters
    ----------
    storage
        Where analyses are.
    handlers
        Kind → handler.
    children
        Starts the processes.
    stopping
        Whether the worker is going down.
    """

    def __init__(
        self,
        storage: Storage,
        handlers: Mapping[str, Handler],
        *,
        children: Children,
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._handlers = handlers
        self._children = children
        self._stopping = stopping

    def run(self, workspace_id: str, analysis_id: str, *, remember: Remember) -> None:
        """Run an analysis, or the rest of it, to its end."""
        analyses = self._storage.analyses
        if not analyses.start(workspace_id, analysis_id):
            return  # cancelled or deleted while it waited
        analysis = analyses.get(workspace_id, analysis_id)
        log = _log.bind(analysis=analysis_id, workspace=workspace_id, kind=analysis.kind)
        log.info("analysis runs")
        outcome = self._steps(analysis, remember, Bounds.from_now(self._storage.settings))
        if outcome["end"] is None:
            outcome = _check_files(analysis.folder)
        status, error = outcome["end"] or "succeeded", outcome["error"]
        files = _files(analysis.folder) if status == "succeeded" else None
        if not analyses.finish(workspace_id, analysis_id, status, error=error, files=files):
            self._forget_if_deleted(analysis)
        log.info("analysis ends", status=status, code=error and error["code"])

    def _steps(self, analysis: Analysis, remember: Remember, bounds: Bounds) -> StepOutcome:
        handler = self._handlers.get(analysis.kind)
        if handler is None:
            return _failed("unknown_kind", f"this worker cannot do {analysis.kind!r}")
        for step in handler.steps:
            outcome = remember(step.name, partial(self._step, analysis, step, bounds))
            if outcome["end"] is not None:
                return outcome
        return _GO_ON

    def _step(self, analysis: Analysis, step: Step, bounds: Bounds) -> StepOutcome:
        """Run one step in a child, unless its files are in place already."""
        effects, analyses = self._storage.effects, self._storage.analyses
        workspace_id, job = analysis.workspace_id, analysis.id
        if step.name in effects.done(workspace_id, job):
            return _GO_ON
        if not analyses.wanted(workspace_id, job):
            return StepOutcome(end="cancelled", error=None)
        _make_ready(analysis.folder)
        analyses.set_progress(workspace_id, job, step=step.name, done=0, total=1)
        supervision = Supervision(
            wanted=lambda: analyses.wanted(workspace_id, job),
            stopping=self._stopping,
            report=lambda label, done, total: analyses.set_progress(
                workspace_id, job, step=label, done=done, total=total
            ),
            bounds=bounds,
        )
        try:
            self._children.run(step, self._context(analysis), supervision)
        except Unwanted:
            return StepOutcome(end="cancelled", error=None)
        except Refused as refusal:
            return StepOutcome(end="failed", error=refusal.as_error())
        except Broken as broken:
            _log.error("step broke", analysis=job, workspace=workspace_id, step=step.name, cause=str(broken))
            return _failed("internal_error", f"the step {step.name!r} failed; the service's log says why")
        effects.record(workspace_id, job, step.name)
        return _GO_ON

    def _context(self, analysis: Analysis) -> StepContext:
        return StepContext(
            settings=self._storage.settings,
            workspace_id=analysis.workspace_id,
            job=analysis.id,
            kind=analysis.kind,
            dataset_id=analysis.dataset_id,
            dataset_version=analysis.dataset_version,
            options=analysis.options,
            seed=analysis.seed,
            folder=analysis.folder,
            progress=_silent,
        )

    def _forget_if_deleted(self, analysis: Analysis) -> None:
        """Take away what was written for an analysis whose dataset was deleted meanwhile."""
        try:
            self._storage.analyses.get(analysis.workspace_id, analysis.id)
        except NotFound:
            self._storage.blobs.remove(analysis.folder)


def _silent(label: str, done: int, total: int) -> None:
    """Stand in until the child has its own way to report."""


def _make_ready(folder: Path) -> None:
    """Make the folder, and clear what a killed child left half-written."""
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, str]:
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return {name: sha256_of(folder / name) for name in names}


def _check_files(folder: Path) -> StepOutcome:
    if (folder / RESULT).is_file():
        return _GO_ON
    _log.error("no result", folder=str(folder))
    return _failed("internal_error", f"the steps ended without writing {RESULT}")


def _failed(code: str, message: str) -> StepOutcome:
    return StepOutcome(end="failed", error={"code": code, "message": message, "faults": []})
