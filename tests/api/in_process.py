"""An analysis done here and now, by the worker's own steps."""

from __future__ import annotations

from api.worker import HANDLERS
from pricing_service.jobs import StepContext
from pricing_service.storage import Storage

LOCAL = "ws_local"


def succeeded(storage: Storage, analysis_id: str, *, page: bool = True) -> None:
    """Run a queued analysis to its end, or to its result without a page, which takes longest."""
    analysis = storage.analyses.get(LOCAL, analysis_id)
    storage.analyses.start(LOCAL, analysis_id)
    analysis.folder.mkdir(parents=True, exist_ok=True)
    context = StepContext(
        settings=storage.settings, workspace_id=LOCAL, job=analysis_id, kind=analysis.kind,
        dataset_id=analysis.dataset_id, dataset_version=analysis.dataset_version, options=analysis.options,
        seed=analysis.seed, folder=analysis.folder, progress=lambda *_: None,
    )  # fmt: skip
    steps = HANDLERS[analysis.kind].steps
    for step in steps if page else steps[:2]:
        step.run(context)
    files = {path.name: "" for path in analysis.folder.iterdir()}
    storage.analyses.finish(LOCAL, analysis_id, "succeeded", files=files)
