"""An agent, as the protocol's own client library is one: it asks the application's door for agents."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError


class Agent:
    """One key's agent; `mode` is how client and server agree on a version: `legacy` is the one of 2025."""

    def __init__(self, service: TestClient, token: str, *, mode: str = "auto") -> None:
        self._service = service
        self._token = token
        self._mode = mode

    def tools(self) -> list[types.Tool]:
        async def listed(client: Client) -> list[types.Tool]:
            return (await client.list_tools()).tools

        return self._with(listed)

    def call(self, tool: str, /, **arguments: Any) -> types.CallToolResult:
        async def called(client: Client) -> types.CallToolResult:
            return await client.call_tool(tool, arguments)

        return self._with(called)

    def error_of(self, tool: str, /, **arguments: Any) -> str:
        """Why the protocol itself takes no such call."""

        async def called(client: Client) -> str:
            with pytest.raises(MCPError) as refused:
                await client.call_tool(tool, arguments)
            return str(refused.value)

        told: str = self._with(called)
        return told

    def read(self, tool: str, /, **arguments: Any) -> Any:
        """What a tool answers, as the document that it is."""
        answer = self.call(tool, **arguments)
        assert not answer.is_error, answer
        return json.loads(text_of(answer))

    def _with(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        async def connected() -> Any:
            transport = httpx2.ASGITransport(app=self._service.app)
            headers = {"Authorization": f"Bearer {self._token}"}
            async with (
                httpx2.AsyncClient(transport=transport, headers=headers) as http,
                Client(
                    streamable_http_client("http://testserver/mcp", http_client=http), mode=self._mode
                ) as client,
            ):
                return await work(client)

        return self._service.portal.call(connected)


def text_of(answer: types.CallToolResult) -> str:
    (block,) = answer.content
    assert isinstance(block, types.TextContent)
    return block.text
