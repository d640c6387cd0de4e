"""`audit`: whether the chain of who did what to prices is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from api.terminal import screen, settings
from api.terminal.keys import known_workspace
from api.terminal.settings import Data
from pricing_service.storage import Storage

app = typer.Typer(no_args_is_help=True, help=__doc__)
BROKEN = 1


@app.callback()
def audit() -> None:
    """Look after the audit, on the machine of the service."""


@app.command()
def verify(
    workspace: Annotated[
        str | None, typer.Option(help="the workspace's name or id; default: all of them")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="with --workspace: a hash that was noted down, which has to be in the chain"),
    ] = None,
    data_folder: Data = None,
) -> None:
    """Verify the audit; the first broken entry is named, and the exit code is 1."""
    with screen.refusals(), Storage.open(settings.said(data_folder=data_folder)) as storage:
        homes = [known_workspace(storage, workspace)] if workspace else storage.workspaces.list()
        if head is not None and workspace is None:
            raise typer.BadParameter("--head belongs to one --workspace")
        whole = True
        for home in homes:
            broken = storage.audit.verify(home.id, noted=head)
            if broken is not None:
                whole = False
                screen.say(f"{home.id}  {home.name}  broken at entry {broken.number}: {broken.why}")
                continue
            end = storage.audit.head(home.id)
            screen.say(f"{home.id}  {home.name}  {end.number} entries hold; the head is {end.hash}")
    if not whole:
        raise typer.Exit(BROKEN)
