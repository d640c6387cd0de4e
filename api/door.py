"""`Door`: the route class of everything behind a key: first who asks, then the body, then at most once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api import idempotency, keys
from api.strict_json import StrictRequest


class Door(APIRoute):
    """A route that asks for the key before it reads a byte of the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            request.state.caller = await keys.identify(request)
            try:
                if request.method == "POST":
                    return await idempotency.once(request, answer)
                return await answer(request)
            finally:
                await request.close()  # files that were read for the key's sake alone

        return guarded
