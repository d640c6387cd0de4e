"""One call of a tool: the request that it is, asked with the caller's key, and what the model is told.

The client that is handed in is the whole difference between an agent's door over HTTP, where it leads into the
application itself, and one over stdio, where it leads to a service elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
from starlette.concurrency import run_in_threadpool

from api.agents.catalogue import USUAL_PAGE, Tool
from api.agents.fitting import MOST_CHARACTERS, NoSuchPart, fitted, part_of, sentences_first, text_of

_WAYS_OUT = {
    "unauthenticated": "Ask who runs the service for a valid key.",
    "forbidden": "Ask who runs the service for a key with this scope, or do without.",
    "not_found": "Take ids from the list_… tools, to the letter.",
    "conflict": "Read the object again; what is running may need to finish first.",
}
# Other ids hold no slash; one would lead the request to another operation.
_MAY_HOLD_SLASHES = {"customer_id", "external_id"}
_IDEMPOTENCY_KEY = re.compile("[!-~]{1,255}")


@dataclass(frozen=True)
class Told:
    """What a model is told.

    Parameters
    ----------
    text
        JSON, or a refusal in plain words.
    refused
        Whether it is a refusal.
    """

    text: str
    refused: bool = False


class CannotAsk(ValueError):
    """The arguments make no request; the message says what is wrong with them."""


async def ask(tool: Tool, arguments: Mapping[str, Any], client: httpx2.AsyncClient) -> Told:
    """Answer one call; whatever goes wrong is told in words and never raised."""
    try:
        _check(tool, arguments)
        call = _Call(tool=tool, path=_path(tool, arguments), arguments=arguments, client=client)
        answer = await call.send()
        return Told(await _shown(call, answer)) if answer.is_success else Told(_refusal(answer), refused=True)
    except (CannotAsk, NoSuchPart) as error:
        return Told(str(error), refused=True)
    except (httpx2.HTTPError, json.JSONDecodeError):
        return Told(f"No pricing-service answers at {client.base_url}. Try again in a minute.", refused=True)


def _check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    known = tool.input_schema["properties"]
    strange = sorted(set(arguments) - set(known))
    missing = [name for name in tool.input_schema["required"] if name not in arguments]
    if strange:
        raise CannotAsk(
            f"{tool.name} takes no {', '.join(strange)}; it takes {', '.join(known) or 'nothing'}."
        )
    if missing:
        raise CannotAsk(f"{tool.name} needs {', '.join(missing)}.")
    if not isinstance(arguments.get("pointer", ""), str) or not isinstance(arguments.get("start", 0), int):
        raise CannotAsk("pointer is a text and start a whole number.")
    name = arguments.get("idempotency_key", "read")
    if not isinstance(name, str) or not _IDEMPOTENCY_KEY.fullmatch(name):
        raise CannotAsk("idempotency_key has 1 to 255 visible characters of ASCII, and no blanks.")


def _path(tool: Tool, arguments: Mapping[str, Any]) -> str:
    for name in tool.in_path:
        value = arguments[name]
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise CannotAsk(f"{name} is the text of an id.")
        if "/" in value and name not in _MAY_HOLD_SLASHES:
            raise CannotAsk(f"{name} is an id, and ids hold no slash.")
    return tool.path.format(**{name: quote(arguments[name], safe="") for name in tool.in_path})


@dataclass(frozen=True)
class _Call:
    tool: Tool
    path: str
    arguments: Mapping[str, Any]
    client: httpx2.AsyncClient

    async def send(self, *, limit: int | None = None) -> httpx2.Response:
        """Send the request; `limit` stands in for the page's own."""
        answer = await self.client.send(self._request(limit), stream=True)
        try:
            if not (answer.is_success and self.tool.offer.link):
                await answer.aread()  # of a page that is only linked to, nobody reads the rest
        finally:
            await answer.aclose()
        return answer

    def _request(self, limit: int | None) -> httpx2.Request:
        tool, asked = self.tool, self.arguments
        query = {name: asked[name] for name in tool.in_query if asked.get(name) is not None}
        if tool.paged:
            query["limit"] = limit or query.get("limit", USUAL_PAGE)
        headers = {"Accept": "text/html" if tool.offer.link else "application/json"}
        if tool.reads:
            return self.client.build_request("GET", self.path, params=query, headers=headers)
        headers["Idempotency-Key"] = asked["idempotency_key"]
        body = {name: asked[name] for name in tool.in_body if name in asked}
        return self.client.build_request("POST", self.path, params=query, headers=headers, json=body)


async def _shown(call: _Call, answer: httpx2.Response) -> str:
    if call.tool.offer.link:
        return text_of({"report": str(answer.url), "needs": "a key with the scope data:read"})
    if call.tool.paged:
        answer = await _shorter(call, answer)
    pointer, start = call.arguments.get("pointer", ""), max(0, call.arguments.get("start", 0))
    # A long result takes a while, in which the process answers others.
    return await run_in_threadpool(_part, answer, pointer, start)


async def _shorter(call: _Call, answer: httpx2.Response) -> httpx2.Response:
    """Ask for fewer items until they fit, so that the cursor goes on where the answer ends."""
    while (length := len(answer.text)) > MOST_CHARACTERS and (shown := len(answer.json()["data"])) > 1:
        fitting = int(0.9 * shown * MOST_CHARACTERS / length)  # items differ in length
        shorter = await call.send(limit=max(1, fitting))
        if not shorter.is_success:
            break
        answer = shorter
    return answer


def _part(answer: httpx2.Response, pointer: str, start: int) -> str:
    document = sentences_first(answer.json())
    part = fitted(part_of(document, pointer), pointer=pointer, start=start)
    return text_of(part if not (pointer or start) else {"pointer": pointer, "start": start, "part": part})


def _refusal(answer: httpx2.Response) -> str:
    """Tell a problem in plain words: what is wrong, where, its code, and the way out."""
    try:
        problem = answer.json()
        lines = [f"{problem['title']}. {problem['detail']}", f"code: {problem['code']}"]
    except (ValueError, KeyError, TypeError):  # a proxy's page, say
        return f"The service answered {answer.status_code} and no words. Try again later."
    lines += [
        f"{fault.get('pointer') or fault.get('table') or 'it'}: {fault['message']}"
        for fault in problem.get("errors", [])
        if fault["message"] not in problem["detail"]
    ]
    if problem.get("retryable"):
        lines.append(f"Try again in {answer.headers.get('retry-after', '1')} s.")
    elif problem["code"] in _WAYS_OUT:
        lines.append(_WAYS_OUT[problem["code"]])
    return "\n".join(lines)
