"""Keys: make, list and close them, for a workspace's administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api import answers, key_desk
from api.door import Door
from api.idempotency import shown_once
from api.key_desk import KeyDesk, KeyRequest
from api.keys import Administrator
from api.paging import PageQuery
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses

router = APIRouter(prefix="/v1/keys", route_class=Door, tags=["keys"])


def _desk(request: Request) -> KeyDesk:
    desk: KeyDesk = request.app.state.keys
    return desk


Desk = Annotated[KeyDesk, Depends(_desk)]


@router.post(
    "",
    status_code=201,
    response_model=answers.NewKey,
    responses=responses(Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": key_desk.key_body()},
    dependencies=[Depends(shown_once("token"))],
)
def create_key(
    *, caller: Administrator, asked: Annotated[KeyRequest, Depends(key_desk.received_key)], desk: Desk
) -> Any:
    """Make a key. Its token is in this answer and nowhere else: a repeated request shows it no more."""
    return desk.make(caller.workspace_id, asked, by=caller.name)


@router.get("", response_model=answers.KeyPage, responses=responses(UnknownCursor))
def list_keys(caller: Administrator, page: PageQuery, desk: Desk) -> Any:
    """List the keys without their secret part, newest first, revoked and expired ones too."""
    return desk.page(caller.workspace_id, page)


@router.delete("/{key_id}", response_model=answers.KeySummary, responses=responses(Missing, Conflict))
def revoke_key(caller: Administrator, key_id: str, desk: Desk) -> Any:
    """Close a key at once; the last valid one with the scope `admin` stays."""
    return desk.revoke(caller.workspace_id, key_id, by=caller.name)
