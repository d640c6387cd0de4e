"""`mcp`: the tools for an agent on this machine, over stdin and stdout, from a service that runs anywhere."""

from __future__ import annotations

import anyio
import httpx2
from mcp.server.stdio import stdio_server
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.agents.catalogue import Tool, catalogue
from api.agents.server import serve_tools
from api.problems import Refused
from api.telemetry import log_to_stderr

_PATIENCE_SECONDS = 60.0


class AgentSettings(BaseSettings):
    """Which service is asked, and with which key; a command line would show it to everybody on the machine."""

    model_config = SettingsConfigDict(env_prefix="PRICING_SERVICE_", frozen=True)

    url: str = Field("http://127.0.0.1:8000", description="of `mcp`: the service that is asked")
    key: SecretStr | None = Field(None, description="of `mcp`: the key that it is asked with")


def serve(settings: AgentSettings) -> None:
    """Answer an agent until stdin ends.

    Raises
    ------
    Refused
        Without a key, or where no service answers.
    """
    if settings.key is None:
        raise Refused(
            "Set PRICING_SERVICE_KEY to a key of the service, made by `pricing-service keys create`."
        )
    log_to_stderr(quiet=True)
    anyio.run(_answer, settings.url, settings.key.get_secret_value())


async def _answer(url: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
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
