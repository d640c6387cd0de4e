"""One call of a tool: the request that it is, asked with the caller's key, and what the model is told.

The client that is handed in is the whole difference between an agent's door over HTTP, where it leads into the
application itself, and one over stdio, where it leads to a service elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

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
        path = _path(tool, arguments)
        answer = await _send(tool, path, arguments, client)
        if answer.status_code >= 400:
            return Told(_refusal(answer), refused=True)
        return Told(await _shown(tool, path, arguments, answer=answer, client=client))
    except (CannotAsk, NoSuchPart) as error:
        return Told(str(error), refused=True)
    except httpx2.HTTPError:
        return Told(f"The service at {client.base_url} does not answer. Try again in a minute.", refused=True)


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


def _path(tool: Tool, arguments: Mapping[str, Any]) -> str:
    for name in tool.in_path:
        value = arguments[name]
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise CannotAsk(f"{name} is the text of an id.")
        if "/" in value and name not in _MAY_HOLD_SLASHES:
            raise CannotAsk(f"{name} is an id, and ids hold no slash.")
    return tool.path.format(**{name: quote(arguments[name], safe="") for name in tool.in_path})


async def _send(
    tool: Tool, path: str, arguments: Mapping[str, Any], client: httpx2.AsyncClient
) -> httpx2.Response:
    query = {name: arguments[name] for name in tool.in_query if arguments.get(name) is not None}
    if tool.paged:
        query.setdefault("limit", USUAL_PAGE)
    headers = {"Accept": "text/html" if tool.offer.link else "application/json"}
    if tool.reads:
        return await client.get(path, params=query, headers=headers)
    body = {name: arguments[name] for name in tool.in_body if name in arguments}
    headers["Idempotency-Key"] = str(arguments["idempotency_key"])
    return await client.post(path, params=query, headers=headers, json=body)


async def _shown(
    tool: Tool,
    path: str,
    arguments: Mapping[str, Any],
    *,
    answer: httpx2.Response,
    client: httpx2.AsyncClient,
) -> str:
    if tool.offer.link:
        return text_of({"report": str(client.base_url.join(path)), "needs": "a key with the scope data:read"})
    if tool.paged:
        answer = await _shorter(tool, path, arguments, answer=answer, client=client)
        return text_of(fitted(sentences_first(answer.json())))
    pointer, start = arguments.get("pointer", ""), max(0, arguments.get("start", 0))
    document = sentences_first(answer.json())
    part = fitted(part_of(document, pointer), pointer=pointer, start=start)
    return text_of(part if not (pointer or start) else {"pointer": pointer, "start": start, "part": part})


async def _shorter(
    tool: Tool,
    path: str,
    arguments: Mapping[str, Any],
    *,
    answer: httpx2.Response,
    client: httpx2.AsyncClient,
) -> httpx2.Response:
    """Ask for fewer items until they fit, so that the cursor goes on where the answer ends."""
    limit = int(arguments.get("limit") or USUAL_PAGE)
    while len(text_of(answer.json())) > MOST_CHARACTERS and limit > 1:
        limit = max(1, limit // 2)
        shorter = await _send(tool, path, {**arguments, "limit": limit}, client)
        if shorter.status_code >= 400:
            return answer
        answer = shorter
    return answer


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
