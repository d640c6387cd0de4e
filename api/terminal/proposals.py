"""`proposals`: what lies before the committee; PRICING_SERVICE_URL and PRICING_SERVICE_KEY say where and who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.terminal import screen

app = typer.Typer(no_args_is_help=True, help=__doc__)

Id = Annotated[str, typer.Argument(metavar="ID", help="as `list` shows it")]
Note = Annotated[str, typer.Option(help="why")]
Seen = Annotated[
    str | None, typer.Option("--content-hash", help="as `show` told it: refused if it was edited since")
]


@app.command("list")
def list_proposals(limit: Annotated[int, typer.Option(min=1, max=100, help="how many")] = 20) -> None:
    """List the newest proposals."""
    with screen.refusals():
        for row in _ask("GET", f"?limit={limit}")["data"]:
            found = row["approvals"]
            screen.say(
                f"{row['id']}  {row['status']}  {found['given']} of {found['needed']} approve  {row['title']}"
            )


@app.command()
def show(
    proposal_id: Id,
    report: Annotated[Path | None, typer.Option(help="write the page that the committee reads here")] = None,
) -> None:
    """Show where a proposal stands, whom it moves, and how it may come out."""
    from api.terminal.remote import ask  # noqa: PLC0415  the client, which `keys` does not need

    with screen.refusals():
        _say(_ask("GET", f"/{proposal_id}"))
        if report is not None:
            report.write_bytes(ask("GET", f"/v1/proposals/{proposal_id}/report").content)
            screen.say(f"The page is in {report}")


@app.command()
def propose(
    title: Annotated[str, typer.Argument(help="what is proposed")],
    *,
    analysis: Annotated[str | None, typer.Option(help="a finished analysis's id")] = None,
    price_book: Annotated[str | None, typer.Option(help="or a draft's id")] = None,
    note: Note = "",
) -> None:
    """Propose what an analysis says, or a draft of the price book."""
    with screen.refusals():
        source = {"analysis": analysis, "price_book": price_book}
        named = {name: value for name, value in source.items() if value is not None}
        _say(_ask("POST", "", {"title": title, "note": note, **named}))


@app.command()
def vote(
    proposal_id: Id,
    decision: Annotated[Literal["approve", "reject"], typer.Argument()],
    *,
    comment: Note = "",
    content_hash: Seen = None,
) -> None:
    """Approve or reject a proposal of somebody else."""
    with screen.refusals():
        seen = {} if content_hash is None else {"content_hash": content_hash}
        _say(_ask("POST", f"/{proposal_id}/votes", {"decision": decision, "comment": comment, **seen}))


@app.command()
def publish(
    proposal_id: Id,
    *,
    effective: Annotated[str | None, typer.Option(help="the first day; default: today")] = None,
    content_hash: Seen = None,
) -> None:
    """Publish an approved proposal from a day on."""
    with screen.refusals():
        told = {"effective": effective, "content_hash": content_hash}
        _say(
            _ask("POST", f"/{proposal_id}/publish", {name: at for name, at in told.items() if at is not None})
        )


@app.command()
def withdraw(proposal_id: Id) -> None:
    """Withdraw a proposal; after its publication what was before is in force again."""
    with screen.refusals():
        _say(_ask("POST", f"/{proposal_id}/withdraw"))


def _ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    from api.terminal.remote import ask  # noqa: PLC0415  as above

    return ask(method, f"/v1/proposals{path}", body).json()


def _say(proposal: dict[str, Any]) -> None:
    """Print a proposal as its page says it."""
    from api.pages.proposal import sentences  # noqa: PLC0415  as above

    screen.say(f"{proposal['id']}  {proposal['title']}")
    for sentence in sentences(proposal):
        screen.say(f"• {sentence}")
    screen.say(f"content hash {proposal['content_hash']}")
