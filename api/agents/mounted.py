"""The same tools inside the service: one message in, one answer out, no session.

Each tool's request goes through the whole application again, with the key that came with the message: scopes, pace,
audit, workspaces and refusals are those of the API, for there is no other way in.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from httpx2 import ASGITransport, AsyncClient
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.agents.catalogue import Tool, catalogue
from api.agents.server import Noted, serve_tools
from api.openapi import describe
from pricing_service.storage.database import Database


class Agents:
    """The door for agents of one application."""

    def __init__(self, app: FastAPI) -> None:
        self._tools: dict[str, Tool] = catalogue(describe(app))
        # The library would log callers' words; what goes wrong unforeseen is noted here.
        logging.getLogger("mcp").setLevel(logging.CRITICAL)
        self._transport = ASGITransport(app=_as_from_outside(app), raise_app_exceptions=False)

    async def answer(self, request: Request) -> Response:
        """Answer one message.

        Raises
        ------
        Malformed
            If it is not JSON, or is JSON that readers understand differently.
        """
        await request.json()
        body = await request.body()
        caught = _Caught()
        headers = {"Authorization": request.headers["authorization"]}
        async with AsyncClient(
            transport=self._transport, base_url=str(request.base_url), headers=headers, trust_env=False
        ) as client:
            server = serve_tools(self._tools, client)
            manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
            async with manager.run():
                await manager.handle_request(request.scope, _again(body, request.receive), caught.send)
        return caught.response()


class _Caught:
    """What an application sends, kept."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = int(message["status"])
            self._headers = list(message.get("headers", []))
        else:
            self._body += message.get("body", b"")

    def response(self) -> Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._headers}
        return Response(self._body, status_code=self._status, headers=headers)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out a body that was read already."""
    left = [body]

    async def handed() -> Message:
        return {"type": "http.request", "body": left.pop()} if left else await receive()

    return handed


def _as_from_outside(app: ASGIApp) -> ASGIApp:
    """Answer a request as if it had come from outside: its writes are its own, and an unforeseen error is noted."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        with Noted(), Database.apart():
            await app(scope, receive, send)

    return asked
