"""The workspace of a service that listens to this machine alone, and its two people's keys."""

from __future__ import annotations

from api.keys import SCOPES
from pricing_service.storage import Storage

LOCAL = "ws_local"
PEOPLE = ("dev", "dev2")
"""Two, because who proposes a price cannot approve it."""


def make_local_workspace(storage: Storage) -> None:
    """Make the workspace and its keys; those that are there stay."""
    storage.workspaces.create("local", workspace_id=LOCAL)
    for person in PEOPLE:
        storage.keys.create(LOCAL, name=person, scopes=SCOPES, dev_token=person)
