"""An agent reads the decisions of a running service, over stdio and over HTTP, with the protocol's own client."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters, types
from mcp.client.streamable_http import streamable_http_client

from tests.api import small_business

pytestmark = pytest.mark.slow

Work = Callable[[Client], Awaitable[Any]]


def over_stdio(server: str, key: str, work: Work) -> Any:
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "api.command_line", "mcp"],
        env={"PRICING_SERVICE_URL": server, "PRICING_SERVICE_KEY": key},
    )

    async def talked() -> Any:
        async with Client(program) as client:
            return await work(client)

    return anyio.run(talked)


def over_http(server: str, key: str, work: Work) -> Any:
    async def talked() -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{server}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return anyio.run(talked)


def text_of(answer: types.CallToolResult) -> str:
    (block,) = answer.content
    assert isinstance(block, types.TextContent)
    return block.text


@pytest.fixture(scope="module")
def dataset(server: str) -> str:
    answer = httpx.post(
        f"{server}/v1/datasets",
        data={"name": "Jobs", "currency": "EUR"},
        files=small_business.parts(small_business.tables()),
        headers={"Authorization": "Bearer dev"},
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("way", [over_stdio, over_http])
def test_an_agent_asks_waits_and_reads_what_was_found(
    server: str, ada: httpx.Client, dataset: str, way: Callable[[str, str, Work], Any]
) -> None:
    async def work(client: Client) -> dict[str, Any]:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert {"list_datasets", "read_analysis", "create_proposal"} <= set(names)
        asked = {"dataset": dataset, "kind": "value_metrics", "idempotency_key": way.__name__}
        started = json.loads(text_of(await client.call_tool("create_analysis", asked)))
        while True:
            answer = await client.call_tool("read_analysis", {"analysis_id": started["id"]})
            found: dict[str, Any] = json.loads(text_of(answer))
            if found["finished_at"] is not None:
                return found
            await anyio.sleep(0.3)

    found = way(server, "dev", work)

    assert found["status"] == "succeeded"
    assert next(iter(found["result"])) == "sentences"
    assert found == ada.get(f"/v1/analyses/{found['id']}").json()


def test_a_key_that_nobody_has_is_refused_in_words(server: str) -> None:
    async def work(client: Client) -> types.CallToolResult:
        return await client.call_tool("list_datasets", {})

    refused = over_stdio(server, "nobody", work)

    assert refused.is_error
    assert "code: unauthenticated" in text_of(refused)
    assert "nobody" not in text_of(refused)
