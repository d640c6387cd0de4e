"""What a request is told while the database does not answer: 503, and when to send it again."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.problems import PROBLEMS, respond

AWAY = (OperationalError, PoolTimeout)
"""A lost or refused connection, a full disk, a lock that does not come free; no connection left in the pool."""
# A request is one transaction: it was written as a whole or not at all, and its key knows which.
_WHAT_TO_DO = "Send the request again in a moment, with the same Idempotency-Key if it had one."
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Answer every error that means that the database is away."""

    async def away(_: Request, error: Exception) -> Response:
        # The statement's values are a caller's and stay out of the log; the driver's words do not hold them.
        _log.error("the database does not answer", cause=str(getattr(error, "orig", error)))
        return respond(PROBLEMS[OperationalError], _WHAT_TO_DO)

    for known in AWAY:
        app.add_exception_handler(known, away)
