"""A POST with an Idempotency-Key happens once: the answer is kept for a day and given again.

Only successes are kept. A refusal changed nothing, so the same key may try again with a mended payload. A route whose
answer holds a secret names it by `shown_once`, and no repetition shows it. The answer is kept in the transaction of the
effect: whatever happens in between, a repetition finds both or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.keys import Caller
from api.problems import Invalid
from pricing_service.storage.idempotency import Claim, Idempotency, Replay

HEADER = "idempotency-key"
LONGEST_KEY = 255
_CHUNK = 1 << 20
_ACCEPTED = 202
# What belongs to the first answer; the rest is dressed anew.
_KEPT = ("content-type", "location", "preference-applied")

Answer = Callable[[Request], Awaitable[Response]]


async def once(request: Request, answer: Answer) -> Response:
    """Answer a POST, or replay the answer that its key got before.

    Raises
    ------
    PayloadDiffers
        If the key came before with another payload.
    StillRunning
        If the first request with this key has not been answered yet.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return await whole(request, answer)
    if not 1 <= len(key) <= LONGEST_KEY:
        message = f"a key has 1 to {LONGEST_KEY} characters"
        raise Invalid(
            f"Idempotency-Key: {message}",
            errors=[
                {"pointer": "/Idempotency-Key", "in": "header", "code": "bad_length", "message": message}
            ],
        )
    caller: Caller = request.state.caller
    records: Idempotency = request.app.state.storage.idempotency
    ask = partial(records.begin, caller.workspace_id, key, fingerprint=await fingerprint(request))
    begun = await run_in_threadpool(ask)
    if isinstance(begun, Claim):
        return await _first(request, answer, keep=partial(records.complete, caller.workspace_id, begun),
                            forget=partial(records.abandon, caller.workspace_id, begun))  # fmt: skip
    headers = {**begun.headers, "idempotency-replayed": "true"}
    return Response(begun.body, status_code=begun.status, headers=headers)


async def _first(
    request: Request, answer: Answer, *, keep: Callable[..., None], forget: Callable[[], None]
) -> Response:
    kept: list[int] = []

    def keep_accepted(body: bytes, place: str) -> None:
        keep(Replay(_ACCEPTED, {"content-type": "application/json", "location": place}, body))
        kept.append(_ACCEPTED)

    def keep_answer(response: Response) -> None:
        if response.status_code < 300:
            headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
            before = {"instead_of": kept[0]} if kept else {}
            keep(Replay(response.status_code, headers, _to_keep(request, response)), **before)
            kept.append(response.status_code)

    done = False
    try:
        response = await whole(request, answer, before_waiting=keep_accepted, before_commit=keep_answer)
        done = response.status_code < 300
        return response
    finally:
        if not done:
            await run_in_threadpool(forget)


async def whole(
    request: Request,
    answer: Answer,
    *,
    before_waiting: Callable[[bytes, str], None] | None = None,
    before_commit: Callable[[Response], None] | None = None,
) -> Response:
    """Answer a request whose writes are one transaction; it ends before the answer leaves."""
    with request.app.state.storage.database.together() as joined:
        joined.before_waiting = before_waiting
        response = await answer(request)
        if before_commit is not None:
            await run_in_threadpool(before_commit, response)
        await run_in_threadpool(joined.commit)
        return response


def shown_once(*fields: str) -> Callable[[Request], None]:
    """Make the dependency that keeps secret fields of an answer out of what is stored for its repetitions.

    A repetition shows null there, with the reason `shown_once` in `reasons`.
    """

    def mark(request: Request) -> None:
        request.state.shown_once = fields

    return mark


def _to_keep(request: Request, response: Response) -> bytes:
    fields: tuple[str, ...] = getattr(request.state, "shown_once", ())
    if not fields:
        return bytes(response.body)
    answer = json.loads(bytes(response.body))
    hidden = dict.fromkeys(fields)
    reasons = {**answer.get("reasons", {}), **dict.fromkeys(fields, "shown_once")}
    return json.dumps({**answer, **hidden, "reasons": reasons}).encode()


async def fingerprint(request: Request) -> str:
    """Hash what was asked: method, path, query and payload, a multipart one by its parts.

    What the asker may do belongs to it: the replay must not show a key what its own scopes would refuse.
    """
    digest = hashlib.sha256()
    caller: Caller = request.state.caller
    _add(digest, request.method, request.url.path, request.url.query, *sorted(caller.scopes))
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/"):
        _add(digest, kind)
        digest.update(await request.body())
        return digest.hexdigest()
    # The boundary differs from one sending to the next, so the bytes as such cannot be compared.
    form = await request.form()
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            _add(digest, name, value.filename or "", str(value.size))
            while chunk := await value.read(_CHUNK):
                digest.update(chunk)
            await value.seek(0)
        else:
            _add(digest, name, value)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, *texts: str) -> None:
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
