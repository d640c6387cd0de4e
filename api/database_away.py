"""What a request is told while the database does not answer or the disk is full: 503, and when to try again."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.problems import PROBLEMS, NotReady, respond
from pricing_service.exhausted import exhausted

AWAY = (OperationalError, PoolTimeout)
"""A lost or refused connection, a full disk, a lock that does not come free; no connection left in the pool."""
# A request is one transaction: it was written as a whole or not at all, and its key knows which.
_WHAT_TO_DO = "Send the request again in a moment, with the same Idempotency-Key if it had one."
_RETRY_SECONDS = "5"
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Answer every error that means that the database is away or the machine has run out of something."""

    async def away(_: Request, error: Exception) -> Response:
        # The statement's values are a caller's and stay out of the log; the driver's words do not hold them.
        _log.error("the database does not answer", cause=str(getattr(error, "orig", error)))
        return respond(PROBLEMS[OperationalError], _WHAT_TO_DO)

    async def out_of_room(_: Request, error: Exception) -> Response:
        if (said := exhausted(error)) is None:
            raise error
        _log.error("the machine has run out of something", cause=said.strerror)
        detail = f"The service's disk is full or no file can be opened. {_WHAT_TO_DO}"
        return respond(PROBLEMS[NotReady], detail, headers={"Retry-After": _RETRY_SECONDS})

    app.add_exception_handler(OSError, out_of_room)
    for known in AWAY:
        app.add_exception_handler(known, away)
