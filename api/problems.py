"""Every refusal of the doors: one table from error class to status, stable code and title (RFC 9457).

::

    Refused                    a request that the doors turn away; `detail` says what to do about it
    ├── Malformed              the body or a header cannot be read at all
    ├── Unauthenticated        no key, or one that is not valid
    ├── Forbidden              a valid key without the scope
    ├── Missing                nothing is there (storage has its own `NotFound`)
    │   └── UnknownCursor      this list did not give out this cursor
    ├── Conflict               the thing is in a state that does not allow this
    │   └── GuardExceeded      a draft that goes further than may happen by accident
    ├── TooLarge               more bytes than the route takes
    ├── WrongMediaType         a body of a kind that the route does not read
    ├── Invalid                readable, but not what the contract says; `errors` points at each fault
    │   └── TablesMissing      the dataset lacks tables that the kind needs
    ├── TooMany                the queue is full
    ├── TooFast                the key asks faster than it may
    ├── Overloaded             as many requests of this class are in progress as may be
    └── NotReady               try again later
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.faults import Fault, faults, faults_of
from models.errors import InvalidInput
from pricing_service.ingest.errors import DatasetRefused
from pricing_service.price_book import PriceBookRefused
from pricing_service.storage import errors as storage
from pricing_service.webhooks import TargetRefused

MEDIA_TYPE = "application/problem+json"


class Refused(Exception):
    """A request that the doors turn away.

    Parameters
    ----------
    detail
        What is wrong and what would be right, for people.
    errors
        One mapping a fault: `pointer` (or `table`, `line`, `column`), `code`, `message`.
    headers
        Headers that belong to the refusal, such as ``Retry-After``.
    """

    def __init__(
        self, detail: str, *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.errors = errors
        self.headers = dict(headers or {})


class Malformed(Refused):
    """The body or a header cannot be read at all."""


class Unauthenticated(Refused):
    """No key, or one that is not valid."""


class Forbidden(Refused):
    """A valid key without the scope."""


class Missing(Refused):
    """Nothing is there."""


class UnknownCursor(Missing):
    """Another list gave out this cursor, or none did."""

    def __init__(self) -> None:
        super().__init__("This list did not give out this cursor; begin again without one.")


class Conflict(Refused):
    """The thing is in a state that does not allow this."""


class GuardExceeded(Conflict):
    """A draft that goes further than may happen by accident; `errors` names each breach."""


class TooLarge(Refused):
    """More bytes than the route takes."""


class WrongMediaType(Refused):
    """A body of a kind that the route does not read."""


class Invalid(Refused):
    """Readable, but not what the contract says."""


class TablesMissing(Invalid):
    """The dataset lacks tables that the kind needs."""


class TooMany(Refused):
    """The workspace has as much waiting as it may."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "30"})


class TooFast(Refused):
    """A key that asks faster than it may."""


class Overloaded(Refused):
    """As many requests of this class of routes are in progress as may be."""


class NotReady(Refused):
    """Something that the service needs is not there; trying again later may help."""

    def __init__(self, detail: str, *, part: str | None = None) -> None:
        faults = [{"pointer": "", "code": part, "message": detail}] if part else []
        super().__init__(detail, errors=faults, headers={"Retry-After": "5"})


@dataclass(frozen=True)
class Shown:
    """How an error class leaves the service; `detail` replaces what the error says of itself."""

    status: int
    code: str
    title: str
    retryable: bool = False
    detail: str | None = None


# The detail never repeats what was asked for: unknown and another workspace's are equal to the byte.
_NOT_FOUND = Shown(404, "not_found", "Not found", detail="There is no such object in this workspace.")

PROBLEMS: dict[type[Exception], Shown] = {
    Malformed: Shown(400, "malformed_request", "The request cannot be read"),
    Unauthenticated: Shown(401, "unauthenticated", "A valid key is needed"),
    Forbidden: Shown(403, "forbidden", "The key lacks the scope"),
    Missing: Shown(404, "not_found", "Not found"),
    UnknownCursor: Shown(404, "unknown_cursor", "No page begins there"),
    storage.NotFound: _NOT_FOUND,
    Conflict: Shown(409, "conflict", "The state does not allow this"),
    storage.AlreadyFinished: Shown(
        409,
        "already_finished",
        "Already finished",
        detail="The analysis has ended; nothing is left to cancel.",
    ),
    storage.LastKey: Shown(
        409,
        "last_admin_key",
        "The last key of an administrator stays",
        detail="No other valid key with the scope admin would be left; make another first.",
    ),
    GuardExceeded: Shown(409, "guard_exceeded", "The guard stopped this price book"),
    storage.AlreadyPublished: Shown(
        409,
        "already_published",
        "Already published",
        detail="A published price book never changes; make a new draft of it.",
    ),
    storage.ContentMoved: Shown(
        409, "content_moved", "The content changed in between", retryable=True, detail="Read it again."
    ),
    storage.NotApproved: Shown(409, "not_approved", "The proposal is not approved"),
    storage.OwnProposal: Shown(
        409, "own_proposal", "Authors cannot approve", detail="Somebody who did not write it has to."
    ),
    storage.ProposalClosed: Shown(
        409, "proposal_closed", "The proposal is closed", detail="It is published or withdrawn."
    ),
    storage.EndpointDisabled: Shown(
        409,
        "endpoint_disabled",
        "This webhook endpoint is disabled",
        detail="Nothing is sent there until it is enabled again: PUT its address and events.",
    ),
    storage.TooManyEndpoints: Shown(409, "too_many_endpoints", "As many webhook endpoints as there may be"),
    storage.VersionMoved: Shown(409, "version_moved", "The dataset changed in between", retryable=True),
    storage.StillRunning: Shown(
        409,
        "still_running",
        "The first request is still running",
        retryable=True,
        detail="The first request with this Idempotency-Key has not been answered yet.",
    ),
    TooLarge: Shown(413, "too_large", "The body is too large"),
    WrongMediaType: Shown(415, "wrong_media_type", "The body's kind is not supported"),
    Invalid: Shown(422, "invalid_request", "The request breaks the contract"),
    storage.PayloadDiffers: Shown(
        422,
        "idempotency_key_reused",
        "The key belongs to another request",
        detail="This Idempotency-Key came before with another payload; take a new key.",
    ),
    storage.RequestReused: Shown(422, "request_id_reused", "Another's request id", detail="Take a new one."),
    TablesMissing: Shown(422, "missing_tables", "The dataset lacks tables that this analysis needs"),
    DatasetRefused: Shown(422, "dataset_refused", "None of the dataset's tables is usable"),
    TargetRefused: Shown(422, "target_refused", "Webhooks are not sent to such an address"),
    PriceBookRefused: Shown(422, "price_book_refused", "This is no price book"),
    InvalidInput: Shown(422, "invalid_input", "An option cannot be used with these data"),
    TooMany: Shown(429, "too_many_waiting", "Too much is waiting", retryable=True),
    TooFast: Shown(429, "rate_limited", "This key asks too often", retryable=True),
    Overloaded: Shown(503, "overloaded", "Too much is in progress", retryable=True),
    OperationalError: Shown(503, "database_unavailable", "The database does not answer", retryable=True),
    NotReady: Shown(503, "not_ready", "Not ready", retryable=True),
}

FRAMEWORK: Mapping[int, Shown] = {
    400: PROBLEMS[Malformed],
    404: Shown(404, "not_found", "Not found"),
    405: Shown(405, "method_not_allowed", "This path does not take this method"),
    413: PROBLEMS[TooLarge],
    415: PROBLEMS[WrongMediaType],
    422: PROBLEMS[Invalid],
    500: Shown(500, "internal_error", "Something went wrong here", retryable=True),
}
"""What the web framework refuses by itself, by status."""


def respond(
    shown: Shown, detail: str, *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Write one problem as the API shows it."""
    body: dict[str, Any] = {
        "type": f"urn:pricing-service:problem:{shown.code}",
        "title": shown.title,
        "status": shown.status,
        "detail": detail,
        "code": shown.code,
        "retryable": shown.retryable,
    }
    if errors:
        body["errors"] = [dict(fault) for fault in errors]
    text = json.dumps(body, ensure_ascii=True, allow_nan=False, default=str)
    answer = Response(text, status_code=shown.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))
    if shown.retryable:
        answer.headers.setdefault("Retry-After", "1")
    return answer


def responses(*refusals: type[Exception]) -> dict[int | str, dict[str, Any]]:
    """Declare refusals on a route, so that the OpenAPI document carries them.

    Examples
    --------
    >>> sorted(responses(Missing, Conflict))
    [400, 401, 403, 404, 409, 422, 429, 503]
    """
    everywhere = (Malformed, Unauthenticated, Forbidden, Invalid, TooFast, Overloaded)
    shown = [PROBLEMS[refusal] for refusal in everywhere + refusals]
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {row.status: {"description": row.title, "content": {MEDIA_TYPE: schema}} for row in shown}


def install(app: FastAPI, *, tags: frozenset[str] = frozenset()) -> None:
    """Answer every error of the table, and everything that the framework refuses, as a problem."""

    async def refused(_: Request, error: Exception) -> Response:
        shown = next(row for known, row in reversed(PROBLEMS.items()) if isinstance(error, known))
        listed = faults_of(error)
        headers = getattr(error, "headers", None)
        return respond(shown, shown.detail or str(error), errors=listed, headers=headers)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        listed = faults(error.errors(), tags=tags)
        first = listed[0]
        detail = f"{first['pointer'] or 'The body'}: {first['message']}"
        return respond(PROBLEMS[Invalid], detail, errors=listed)

    async def framework(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known = FRAMEWORK.get(error.status_code, Shown(error.status_code, "refused", "Refused"))
        return respond(known, str(error.detail), headers=error.headers)

    async def unexpected(_: Request, __: Exception) -> Response:
        return respond(FRAMEWORK[500], "The fault is ours and is in the log; trying again may help.")

    for error_class in PROBLEMS:
        app.add_exception_handler(error_class, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(Exception, unexpected)
