"""`mcp`: the tools for an agent on this machine, over stdin and stdout, from a service that runs anywhere."""

from __future__ import annotations

import anyio
import httpx2
from mcp.server.stdio import stdio_server

from api.agents.catalogue import Tool, catalogue
from api.agents.server import serve_tools
from api.problems import Refused
from api.telemetry import log_to_stderr
from api.terminal.remote import RemoteSettings

_PATIENCE_SECONDS = 60.0


def serve(settings: RemoteSettings) -> None:
    """Answer an agent until stdin ends.

    Raises
    ------
    Refused
        Without a key, or where no service answers.
    """
    headers = settings.headers
    log_to_stderr(quiet=True)
    anyio.run(_answer, settings.url, headers)


async def _answer(url: str, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=_PATIENCE_SECONDS) as client:
        server = serve_tools(await _tools(client), client)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())


async def _tools(client: httpx2.AsyncClient) -> dict[str, Tool]:
    try:
        answer = await client.get("/openapi.json")
        return catalogue(answer.raise_for_status().json())
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        raise Refused(f"No pricing-service answers at {client.base_url}.") from error
