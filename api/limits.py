"""A cap on the bytes of every request, counted as they stream in: a Content-Length may lie.

A plain application reads and parses the whole body before any check; 38 MB of JSON cost 25 s and 900 MB.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import PROBLEMS, Missing, TooLarge, WrongMediaType, respond

Cap = Callable[[Scope], int]


class BodyLimit:
    """Refuse bodies above the route's cap, compressed bodies, and paths that no storage can hold.

    Parameters
    ----------
    app
        The application inside.
    cap
        Gives the most bytes that a request may carry, from its scope.
    """

    def __init__(self, app: ASGIApp, *, cap: Cap) -> None:
        self.app = app
        self.cap = cap

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while it stays below its cap."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        # No text of PostgreSQL holds a NUL, so no object has one in its name.
        if "\x00" in scope["path"]:
            await respond(PROBLEMS[Missing], "There is nothing here.")(scope, receive, send)
            return
        # 949 kB of gzip become 1 GB; compressed tables come as .csv.gz files instead, which are capped.
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            detail = "Send the body without Content-Encoding; compressed tables go in as .csv.gz files."
            await respond(PROBLEMS[WrongMediaType], detail)(scope, receive, send)
            return
        cap = self.cap(scope)
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > cap:
            await respond(PROBLEMS[TooLarge], _too_large(cap))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, cap), send)


def _counted(receive: Receive, cap: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > cap:
            # The framework lets only its own exceptions out of its body parsers.
            raise HTTPException(413, _too_large(cap))
        return message

    return counted


def _too_large(cap: int) -> str:
    return f"This request may carry {cap:,} bytes."
