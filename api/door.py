"""`Door`: the route class of everything behind a key: who asks, how often, then the body, then at most once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api import idempotency, keys
from api.hubspot_callers import vouched
from api.pace import Pace
from api.problems import TooFast
from api.strict_request import StrictRequest
from api.traffic import route_class


class Door(APIRoute):
    """A route that asks for the key before it reads a byte of the body.

    Where HubSpot's signature stands in for a key, the body is part of what is signed.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            who = request.app.state.hubspot if vouched(request) else keys
            request.state.caller = await who.identify(request)
            _keep_pace(request)
            try:
                if request.method == "POST":
                    return await idempotency.once(request, answer)
                if request.method in ("PUT", "DELETE"):
                    return await idempotency.whole(request, answer)
                return await answer(request)
            finally:
                await request.close()  # files that were read for the key's sake alone

        return guarded


def _keep_pace(request: Request) -> None:
    """Count the request; what is left goes out with the answer, whatever it is."""
    pace: Pace = request.app.state.pace
    kind = route_class(request.method, request.url.path)
    allowance = pace.take(request.state.caller.key_id, kind)
    request.state.allowance = allowance
    if allowance is not None and not allowance.granted:
        detail = f"This key may send {allowance.limit} {kind} requests a minute; wait {allowance.next_in} s."
        raise TooFast(detail, headers=allowance.headers)
