"""The service with a fault planted, which the harnesses have to find: `python -m tests.durability.planted FAULT …`."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from api import database_away
from api.command_line import main
from pricing_service.storage import RecommendationFeedback, StoredFeedback
from pricing_service.storage.database import Together
from pricing_service.storage.ids import new_id


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


def swallow_a_lost_connection() -> None:
    """Let a write that found no database be answered as if it were done."""

    async def done(_: Request, __: Exception) -> Response:
        return JSONResponse({"id": new_id("pb", datetime.now(UTC))}, status_code=201)

    def install(app: FastAPI) -> None:
        for known in database_away.AWAY:
            app.add_exception_handler(known, done)

    database_away.install = install


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    main()
