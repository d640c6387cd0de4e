"""The door for agents: the Model Context Protocol, which describes its tools itself and is in no OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.door import Door

router = APIRouter(route_class=Door, include_in_schema=False)


def _agents(request: Request) -> Any:
    if not hasattr(request.app.state, "agents"):
        from api.agents.mounted import Agents  # noqa: PLC0415  the protocol's library takes half a second

        request.app.state.agents = Agents(request.app)
    return request.app.state.agents


@router.post("/mcp")
async def ask_as_agent(request: Request, agents: Annotated[Any, Depends(_agents)]) -> Response:
    """Answer one message of the protocol; each tool needs the scope of its operation."""
    answer: Response = await agents.answer(request)
    return answer
