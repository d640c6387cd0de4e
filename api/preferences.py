"""What a caller prefers beside what it asks: how long to wait, and which form to read."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request

LONGEST_WAIT_SECONDS = 60
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


def seconds_to_wait(
    prefer: Annotated[
        str | None, Header(description="wait=30: answer when it has ended, or after 30 seconds")
    ] = None,
) -> float:
    """Read ``Prefer: wait=<seconds>`` (RFC 7240); what is not understood is not preferred.

    Examples
    --------
    >>> seconds_to_wait("respond-async, wait=30"), seconds_to_wait("wait=9999"), seconds_to_wait("soon")
    (30, 60, 0)
    """
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0


def wants_csv(request: Request) -> bool:
    """Whether the caller reads CSV rather than JSON; OpenAPI forbids to declare the header."""
    return _rather_than_json(request, ("text/csv",))


def wants_yaml(request: Request) -> bool:
    """Whether the caller reads YAML rather than JSON."""
    return _rather_than_json(request, YAML_TYPES)


def wants_html(request: Request) -> bool:
    """Whether the caller reads HTML rather than Markdown."""
    return _rather(request, ("text/html",), than="text/markdown")


def _rather_than_json(request: Request, kinds: tuple[str, ...]) -> bool:
    return _rather(request, kinds, than="application/json")


def _rather(request: Request, kinds: tuple[str, ...], *, than: str) -> bool:
    offered = [
        part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")
    ]
    known = [kind for kind in offered if kind in (*kinds, than, "*/*")]
    return bool(known) and known[0] in kinds


Wait = Annotated[float, Depends(seconds_to_wait)]
WantsCsv = Annotated[bool, Depends(wants_csv)]
WantsHtml = Annotated[bool, Depends(wants_html)]
WantsYaml = Annotated[bool, Depends(wants_yaml)]
"""What routes take of a caller's preferences."""
