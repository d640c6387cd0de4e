"""The door that CRMs use on every page view, in front of the framework: key, snapshot, ETag, and nothing else.

It answers what it can answer well, 200 and 304. Whatever else a request may be, refusals included, goes on to the
framework's route of the same path, which answers to the letter alike.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote_to_bytes

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.database_away import AWAY
from api.headers import ALWAYS
from api.pace import Allowance, Pace
from api.recommendations.callers import Callers
from api.recommendations.etags import matches
from api.recommendations.held import HeldSnapshots

SCOPE, PACE = "recommendations:read", "crm"
CACHING = {"cache-control": "private, no-cache"}
"""A copy may be kept by the caller, who asks each time whether it is still right."""
_BEGIN, _END = b"/v1/customers/", b"/recommendation"
_JSON = (b"content-type", b"application/json")


class CustomerReads:
    """Answer `GET /v1/customers/{customer_id}/recommendation` from memory.

    Parameters
    ----------
    app
        The application behind.
    callers
        Who asks.
    held
        What is recommended.
    pace
        How fast each key may ask.
    route
        The framework's route of the path: meters and the log name it.
    """

    def __init__(
        self, app: ASGIApp, *, callers: Callers, held: HeldSnapshots, pace: Pace, route: BaseRoute
    ) -> None:
        self.app = app
        self._callers = callers
        self._held = held
        self._pace = pace
        self._route = route
        self._headers = [(n.encode(), v.encode()) for n, v in (ALWAYS | CACHING).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        customer_id = _customer_of(scope) if scope["type"] == "http" else None
        try:
            found = None if customer_id is None else await self._find(customer_id, scope)
        except AWAY:
            found = None
        if found is None:
            await self.app(scope, receive, send)
            return
        body, etag, known, allowance = found
        scope["route"] = self._route
        headers = [*self._headers, (b"etag", etag), *_told(allowance)]
        if not known:
            headers += [_JSON, (b"content-length", b"%d" % len(body))]
        status = 304 if known else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if known else body})

    async def _find(
        self, customer_id: str, scope: Scope
    ) -> tuple[bytes, bytes, bool, Allowance | None] | None:
        """Return body, ETag, whether the caller has it, and its pace; None for whatever the framework shall answer."""
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization")
        if authorization is None:
            return None
        caller = self._callers.known(authorization) or await self._callers.find(
            authorization, (scope.get("client") or ("",))[0]
        )
        if caller is None or SCOPE not in caller.scopes:
            return None
        home = caller.workspace_id
        snapshot = self._held.at_hand(home) or await self._held.look(home)
        found = None if snapshot is None else snapshot.read(customer_id)
        if found is None:
            return None
        allowance = self._pace.take(caller.key_id, PACE)
        if allowance is not None and not allowance.granted:
            return None
        return *found, matches(headers.get(b"if-none-match"), found[1]), allowance


def _told(allowance: Allowance | None) -> list[tuple[bytes, bytes]]:
    headers = {} if allowance is None else allowance.headers
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _customer_of(scope: Scope) -> str | None:
    """Return the customer that is asked about, from the path as it was sent; None for any other request."""
    path = scope.get("raw_path") or b""
    if not path.startswith(_BEGIN) or scope["method"] != "GET" or not path.endswith(_END):
        return None
    part = path[len(_BEGIN) : -len(_END)]
    if b"/" in part or not part:
        return None
    try:
        return unicodedata.normalize("NFC", unquote_to_bytes(part).decode())
    except UnicodeDecodeError:
        return None
