"""Looks, where somebody wants to be told, whether recommendations changed: nobody has to read them for that."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.recommendations.held import HeldSnapshots
from pricing_service.config import Settings
from pricing_service.storage import Storage

EVERY_SECONDS = 5.0
_log = structlog.get_logger(__name__)


def watch(settings: Settings, *, stop_event: threading.Event) -> threading.Thread:
    """Look every few seconds until told to stop; answers the thread that does."""
    thread = threading.Thread(target=_watch, args=(settings, stop_event), name="recommendations", daemon=True)
    thread.start()
    return thread


def look(storage: Storage, held: HeldSnapshots) -> None:
    """Make the snapshots of workspaces that want to be told; making one tells of what changed in it."""
    for workspace_id in storage.webhook_endpoints.wanting("recommendation.changed"):
        try:
            held.now(workspace_id)
        except (SQLAlchemyError, OSError, ValueError, KeyError) as trouble:  # one must not hold up the others
            _log.warning(
                "recommendations not looked at", workspace=workspace_id, trouble=type(trouble).__name__
            )


def _watch(settings: Settings, stop_event: threading.Event) -> None:
    with Storage.open(settings) as storage:
        held = HeldSnapshots(storage)
        while not stop_event.wait(EVERY_SECONDS):
            try:
                look(storage, held)
            except SQLAlchemyError as trouble:
                _log.warning("recommendations not looked at", trouble=type(trouble).__name__)
