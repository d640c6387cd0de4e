"""`keys`: who may come in; for the operator, on the machine of the service."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from api.keys import SCOPES
from api.problems import Refused
from api.terminal import screen, settings
from api.terminal.settings import Data
from pricing_service.storage import Key, Storage, Workspace

app = typer.Typer(no_args_is_help=True, help=__doc__)
WorkspaceName = Annotated[str, typer.Option("--workspace", help="the workspace's name or id")]


@app.command()
def create(
    *,
    workspace: WorkspaceName,
    name: Annotated[str, typer.Option(help="the person or system that will hold it")],
    scope: Annotated[list[str], typer.Option(help=f"may be given several times: {', '.join(SCOPES)}")],
    expires: Annotated[
        str | None, typer.Option(help="after how many days, such as 90d; default: never")
    ] = None,
    data_folder: Data = None,
) -> None:
    """Make a key, shown this once; a workspace that is not there is made."""
    with screen.refusals(), Storage.open(settings.said(data_folder=data_folder)) as storage:
        unknown = sorted(set(scope) - set(SCOPES))
        if unknown:
            raise Refused(f"There is no scope {', '.join(unknown)}; there are {', '.join(SCOPES)}.")
        home = _find(storage, workspace) or storage.workspaces.create(workspace)
        key, token = storage.keys.create(home.id, name=name, scopes=scope, lasts=_days(expires))
        screen.say(f"workspace {home.id}\nkey       {key.id}\ntoken     {token}")
        screen.say("Keep the token now: only its hash is stored.")


@app.command("list")
def list_keys(workspace: WorkspaceName, data_folder: Data = None) -> None:
    """List a workspace's keys without their secret part."""
    with screen.refusals(), Storage.open(settings.said(data_folder=data_folder)) as storage:
        for key in storage.keys.list(known_workspace(storage, workspace).id):
            used = f"used {key.last_used}" if key.last_used else "never used"
            scopes = " ".join(sorted(key.scopes))
            screen.say(f"{key.id}  {key.token_name}…  {key.name}  {scopes}  {_state(key)}  {used}")


@app.command()
def revoke(
    workspace: WorkspaceName,
    key_id: Annotated[str, typer.Argument(help="as `list` shows it")],
    data_folder: Data = None,
) -> None:
    """Close a key from this moment on."""
    with screen.refusals(), Storage.open(settings.said(data_folder=data_folder)) as storage:
        storage.keys.revoke(known_workspace(storage, workspace).id, key_id)
        screen.say("revoked")


def _days(text: str | None) -> timedelta | None:
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,3})d", text)
    if found is None:
        raise Refused(f"There is no such time as {text}; --expires takes days, such as 90d.")
    return timedelta(days=int(found[1]))


def _state(key: Key) -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    return f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"


def _find(storage: Storage, name: str) -> Workspace | None:
    return next((one for one in storage.workspaces.list() if name in (one.id, one.name)), None)


def known_workspace(storage: Storage, name: str) -> Workspace:
    """Find a workspace by its name or id.

    Raises
    ------
    Refused
        If there is none.
    """
    workspace = _find(storage, name)
    if workspace is None:
        raise Refused(f"There is no workspace {name}.")
    return workspace
