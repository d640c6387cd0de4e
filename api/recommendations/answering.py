"""A recommendation as the framework's routes answer it: to the letter what the door in front answers."""

from __future__ import annotations

from fastapi import Response

from api.recommendations.etags import matches
from api.recommendations.front import CACHING


def answered(found: tuple[bytes, bytes], if_none_match: str | None) -> Response:
    """Answer with the body, or with 304 where the caller has it."""
    body, etag = found
    headers = {**CACHING, "etag": etag.decode()}
    condition = None if if_none_match is None else if_none_match.encode("latin-1", "replace")
    if matches(condition, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
