"""The service with a fault planted, which the harnesses have to find: `python -m tests.durability.planted FAULT …`."""

from __future__ import annotations

import sys
import threading
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from api import database_away
from api.command_line import main
from api.proposals import ProposalDesk
from api.terminal import server
from pricing_service.storage import RecommendationFeedback, StoredFeedback, StoredProposal
from pricing_service.storage.database import Together
from pricing_service.storage.ids import new_id
from pricing_service.storage.price_books import PriceBooks
from pricing_service.storage.proposals import Proposals


def acknowledge_before_commit() -> None:
    """Let feedback be acknowledged a second before it is written."""
    keep = RecommendationFeedback.keep

    def later(kept: RecommendationFeedback, workspace_id: str, said: Any, **told: Any) -> StoredFeedback:
        threading.Timer(1.0, keep, (kept, workspace_id, said), told).start()
        now = datetime.now(UTC)
        return StoredFeedback(**vars(said), id=new_id("fb", now), workspace_id=workspace_id, given_at=now)

    RecommendationFeedback.keep = later  # type: ignore[method-assign]


def effect_outside() -> None:
    """Let each part be written by itself, and the answer be kept after it."""
    Together.part = lambda joined: joined._connect().engine.begin()  # type: ignore[method-assign,assignment]


def go_at_once() -> None:
    """Let a service take no more requests as soon as it is told to go."""
    server.drained = lambda settings: 0.0  # type: ignore[attr-defined]  # imported there by its name


def swallow_a_lost_connection() -> None:
    """Let a write that found no database be answered as if it were done."""

    async def done(_: Request, __: Exception) -> Response:
        return JSONResponse({"id": new_id("pb", datetime.now(UTC))}, status_code=201)

    def install(app: FastAPI) -> None:
        for known in database_away.AWAY:
            app.add_exception_handler(known, done)

    database_away.install = install


def publish_without_votes() -> None:
    """Let a publication take every open proposal for an approved one."""
    publish, state = Proposals.publish, StoredProposal.state
    publishing: ContextVar[bool] = ContextVar("publishing", default=False)

    def hasty(*asked: Any) -> StoredProposal:
        token = publishing.set(True)
        try:
            return publish(*asked)
        finally:
            publishing.reset(token)

    Proposals.publish = hasty  # type: ignore[method-assign]
    StoredProposal.state = lambda stored, *, needed: (  # type: ignore[method-assign]
        "approved" if publishing.get() and stored.status == "open" else state(stored, needed=needed)
    )


def show_a_moment_ago() -> None:
    """Let a proposal be read as it was up to a tenth of a second ago."""
    read, held = ProposalDesk.read, dict[str, tuple[float, dict[str, Any]]]()

    def kept(desk: ProposalDesk, workspace_id: str, proposal_id: str, **asked: Any) -> dict[str, Any]:
        then, shown = held.get(proposal_id, (0.0, {}))
        if time.monotonic() - then > 0.1:
            then, shown = time.monotonic(), read(desk, workspace_id, proposal_id, **asked)
            held[proposal_id] = (then, shown)
        return shown

    ProposalDesk.read = kept  # type: ignore[method-assign]


def forget_that_drafts_move() -> None:
    """Let nobody look in the transaction of a write whether its draft is still the one that was read before."""
    PriceBooks.require_within = lambda *_: None  # type: ignore[method-assign]


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    main()
