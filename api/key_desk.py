"""The keys' desk: makes keys for a workspace's people and systems, lists them, and closes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.json_body import checked, read_json
from api.keys import ScopeName
from api.paging import Page, cursor
from pricing_service.storage import Key, Storage

_LISTING = "keys"
LONGEST_LIFE_DAYS = 3650


class KeyRequest(BaseModel):
    """Who shall hold a key, what it may do, and for how long."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="the person or system that holds it",
    )
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=20)]
    expires_in_days: int | None = Field(None, ge=1, le=LONGEST_LIFE_DAYS, description="null: never")


_ADAPTER = TypeAdapter(KeyRequest)


class KeyDesk:
    """Everything that the doors do with keys.

    Parameters
    ----------
    storage
        Where they live, as hashes.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def make(self, workspace_id: str, asked: KeyRequest, *, by: str) -> dict[str, Any]:
        """Make a key; the answer alone holds its token."""
        lasts = None if asked.expires_in_days is None else timedelta(days=asked.expires_in_days)
        key, token = self._storage.keys.create(
            workspace_id, name=asked.name, scopes=sorted(set(asked.scopes)), lasts=lasts, by=by
        )
        return {**_shown(key), "token": token, "reasons": {}}

    def page(self, workspace_id: str, page: Page) -> dict[str, Any]:
        """Show a page of keys, newest first."""
        found = self._storage.keys.page(workspace_id, limit=page.limit, cursor=page.after(_LISTING))
        following = found.next_cursor and cursor(_LISTING, found.next_cursor)
        return {
            "data": [_shown(key) for key in found.rows],
            "next_cursor": following,
            "has_more": found.has_more,
        }

    def revoke(self, workspace_id: str, key_id: str, *, by: str) -> dict[str, Any]:
        """Close a key at once; the last one of an administrator stays."""
        return _shown(self._storage.keys.revoke(workspace_id, key_id, unless_last_with="admin", by=by))


async def received_key(request: Request) -> KeyRequest:
    """Receive what key to make."""
    return checked(_ADAPTER, await read_json(request))


def key_body() -> dict[str, Any]:
    """Describe the body for the OpenAPI document."""
    return {"required": True, "content": {"application/json": {"schema": _ADAPTER.json_schema()}}}


def _shown(key: Key) -> dict[str, Any]:
    names = ("id", "name", "token_name", "created_at", "expires_at", "revoked_at", "last_used")
    return {**{name: getattr(key, name) for name in names}, "scopes": sorted(key.scopes)}
