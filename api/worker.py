"""The worker's composition root: which steps each kind of analysis takes."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, date, datetime

from api import analysis_steps, simulation_steps
from api.analysis_steps import Question
from api.recommendations.watching import watch
from models.errors import InvalidInput, NotEstimable
from pricing_service.config import Settings
from pricing_service.dataset import Dataset
from pricing_service.decisions import DECISIONS
from pricing_service.jobs import Handler, Refused, Step, StepContext, run_worker
from pricing_service.panel import MissingTables, StoredPanel
from pricing_service.storage.analyses import SIMULATION
from pricing_service.storage.blobs import Blobs
from pricing_service.storage.kept_files import KeptFiles
from pricing_service.webhooks import send_webhooks

# What a step's process finds imported: scikit-learn alone costs 1.9 CPU-seconds.
PRELOAD = ("api.worker", "api.pages", "duckdb", "ibis", "scipy.stats", "sklearn.linear_model")


NICENESS = 10
"""By how much a worker and its steps stand back for whoever waits for an answer on the same machine."""


def make_panel(context: StepContext) -> None:
    """Build the panel of the dataset's version, once for all analyses of it."""
    context.progress("panel", 0, 1)
    _panel(context)
    context.progress("panel", 1, 1)


def decide(context: StepContext) -> None:
    """Answer the question."""
    panel = _panel(context)
    try:
        analysis_steps.decide(
            panel, _question(context), context.folder, progress=context.progress, kept=_kept(context)
        )
    except InvalidInput as refusal:
        raise Refused("invalid_input", str(refusal)) from refusal
    except NotEstimable as refusal:
        raise Refused(refusal.reason, str(refusal)) from refusal


def render(context: StepContext) -> None:
    """Draw the report."""
    context.progress("report", 0, 1)
    panel = _panel(context)
    analysis_steps.render(
        context.folder,
        _question(context),
        title=_dataset(context).name,
        currency=panel.currency,
        generated_for=panel.as_of,
    )
    context.progress("report", 1, 1)


def re_rate(context: StepContext) -> None:
    """Simulate a draft of the price book."""
    panel = _panel(context)
    try:
        simulation_steps.simulate(panel, context.options, context.folder, progress=context.progress)
    except InvalidInput as refusal:
        raise Refused("invalid_input", str(refusal)) from refusal


def render_simulation(context: StepContext) -> None:
    """Draw the simulation's page."""
    context.progress("report", 0, 1)
    simulation_steps.render(context.folder, title=_dataset(context).name, generated_for=_panel(context).as_of)
    context.progress("report", 1, 1)


STEPS = (Step("panel", make_panel), Step("decide", decide), Step("render", render))
SIMULATION_STEPS = (Step("panel", make_panel), Step("simulate", re_rate), Step("render", render_simulation))
HANDLERS = {kind: Handler(STEPS) for kind in DECISIONS} | {SIMULATION: Handler(SIMULATION_STEPS)}


def work(settings: Settings, *, stop_event: threading.Event | None = None) -> None:
    """Run analyses and send webhooks until SIGTERM or SIGINT, standing back for the doors on the same machine."""
    os.nice(NICENESS)
    if settings.worker_spare_time and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    stop = stop_event or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    send_webhooks(settings, stop_event=stop)
    watch(settings, stop_event=stop)
    run_worker(settings, HANDLERS, stop_event=stop, preload=PRELOAD)


def _question(context: StepContext) -> Question:
    return Question(context.kind, context.options, context.seed)


def _as_of(context: StepContext) -> date | None:
    if context.kind == SIMULATION:
        return simulation_steps.as_of(context.options)
    return _question(context).as_of


def _dataset(context: StepContext) -> Dataset:
    blobs = Blobs(context.settings.data_folder)
    return Dataset.open(blobs.tables(context.workspace_id, context.dataset_id, context.dataset_version))


def _kept(context: StepContext) -> KeptFiles:
    blobs = Blobs(context.settings.data_folder)
    return KeptFiles(blobs.kept(context.workspace_id, context.dataset_id, context.dataset_version))


def _panel(context: StepContext) -> StoredPanel:
    folder = Blobs(context.settings.data_folder).panel(
        context.workspace_id, context.dataset_id, context.dataset_version
    )
    try:
        return analysis_steps.make_panel(
            _dataset(context), folder, as_of=_as_of(context), today=datetime.now(UTC).date()
        )
    except MissingTables as refusal:
        faults = [
            {"table": table, "code": "missing_table", "message": str(refusal)} for table in refusal.tables
        ]
        raise Refused("missing_tables", str(refusal), faults) from refusal
    except InvalidInput as refusal:
        raise Refused("invalid_input", str(refusal)) from refusal
