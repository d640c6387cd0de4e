"""Classes of routes, and how many requests of each are in progress: heavy ones fill up, light ones go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.keys import token_of
from api.pace import Allowance
from api.problems import PROBLEMS, Overloaded, respond

_CRM = ("/v1/customers/", "/v1/recommendations", "/v1/leads/", "/v1/quotes/")
_RETRY_SECONDS = "2"
_SHARE = 2
"""One key holds at most the half of a class, so that another one's request still gets in."""


def route_class(method: str, path: str) -> str | None:
    """Name the class of a request; None: what machines and browsers look at, which nothing holds up.

    Examples
    --------
    >>> route_class("GET", "/livez"), route_class("GET", "/v1/customers/c1/recommendation")
    (None, 'crm')
    >>> route_class("POST", "/v1/datasets"), route_class("GET", "/v1/analyses/an_1/rows")
    ('heavy', 'heavy')
    >>> route_class("GET", "/v1/analyses"), route_class("POST", "/v1/analyses")
    ('read', 'write')
    >>> route_class("POST", "/mcp")
    'agents'
    """
    if path == "/mcp":
        return "agents"
    if not path.startswith("/v1/"):
        return None
    if path.startswith(_CRM):
        return "crm"
    reads = method in ("GET", "HEAD")
    if (path.startswith("/v1/datasets") and not reads) or (reads and path.endswith("/rows")):
        return "heavy"
    return "read" if reads else "write"


class LoadShedding:
    """Turn a request away while its class is full, before a byte of its body is read; tell the pace of the others.

    Nor does one key hold more than half of a class. Whether the key is valid is not known here and need not be: what
    has no valid key is refused behind this before its body is read, so that it holds no place for long.

    Parameters
    ----------
    app
        The application inside.
    at_once
        Class → requests in progress at a time; a class that is not named has no bound.
    shared
        Whether several keys share the places; a local workspace has them all for itself.
    """

    def __init__(self, app: ASGIApp, *, at_once: Mapping[str, int], shared: bool = True) -> None:
        self.app = app
        self.at_once = at_once
        self.busy: Counter[str] = Counter()
        self.held: Counter[tuple[str, bytes]] = Counter()
        self._share = _SHARE if shared else 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if there is room."""
        kind = route_class(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if kind is None:
            await self.app(scope, receive, send)
            return
        place = (kind, _key_of(scope))
        full = self._full(place)
        if full:
            detail = f"{full} are in progress; try again in {_RETRY_SECONDS} seconds."
            answer = respond(PROBLEMS[Overloaded], detail, headers={"Retry-After": _RETRY_SECONDS})
            await answer(scope, receive, send)
            return
        self.busy[kind] += 1
        self.held[place] += 1
        try:
            await self.app(scope, receive, _with_pace(scope, send))
        finally:
            self.busy[kind] -= 1
            self.held[place] -= 1
            if not self.held[place]:
                del self.held[place]

    def _full(self, place: tuple[str, bytes]) -> str | None:
        """Say what holds the places that a request would need, if they are taken."""
        kind, _ = place
        most = self.at_once.get(kind)
        if most is None:
            return None
        if self.busy[kind] >= most:
            return f"{most} requests of the class {kind}"
        own = max(1, most // self._share)
        return f"{own} requests of the class {kind} with this key" if self.held[place] >= own else None


def _key_of(scope: Scope) -> bytes:
    """Return a short name of the key, however its header is written; all requests without one share a name."""
    sent = next((value for name, value in scope["headers"] if name.lower() == b"authorization"), b"")
    return sha256(token_of(sent.decode("latin-1")).encode()).digest()


def _with_pace(scope: Scope, send: Send) -> Send:
    async def told(message: Message) -> None:
        allowance: Allowance | None = scope.get("state", {}).get("allowance")
        if message["type"] == "http.response.start" and allowance is not None:
            MutableHeaders(scope=message).update(allowance.headers)
        await send(message)

    return told
