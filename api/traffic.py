"""Classes of routes, and how many requests of each are in progress: heavy ones fill up, light ones go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pace import Allowance
from api.problems import PROBLEMS, Overloaded, respond

_CRM = ("/v1/customers/", "/v1/recommendations", "/v1/leads/", "/v1/quotes/")
_RETRY_SECONDS = "2"


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

    Parameters
    ----------
    app
        The application inside.
    at_once
        Class → requests in progress at a time; a class that is not named has no bound.
    """

    def __init__(self, app: ASGIApp, *, at_once: Mapping[str, int]) -> None:
        self.app = app
        self.at_once = at_once
        self.busy: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if there is room."""
        kind = route_class(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if kind is None:
            await self.app(scope, receive, send)
            return
        most = self.at_once.get(kind)
        if most is not None and self.busy[kind] >= most:
            detail = (
                f"{most} requests of the class {kind} are in progress; try again in {_RETRY_SECONDS} seconds."
            )
            answer = respond(PROBLEMS[Overloaded], detail, headers={"Retry-After": _RETRY_SECONDS})
            await answer(scope, receive, send)
            return
        self.busy[kind] += 1
        try:
            await self.app(scope, receive, _with_pace(scope, send))
        finally:
            self.busy[kind] -= 1


def _with_pace(scope: Scope, send: Send) -> Send:
    async def told(message: Message) -> None:
        allowance: Allowance | None = scope.get("state", {}).get("allowance")
        if message["type"] == "http.response.start" and allowance is not None:
            MutableHeaders(scope=message).update(allowance.headers)
        await send(message)

    return told
