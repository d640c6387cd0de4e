"""A request as every door reads it: its JSON as the standard means it, its form with few and short fields."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from api import strict_json

MOST_FILES = 200
_MOST_FIELDS, _LONGEST_FIELD = 10, 64 << 10


class StrictRequest(Request):
    """Reads a body the same way, whoever asks for it first."""

    def form(self, **_: Any) -> Any:
        """Return the form; the framework would take 1,000 fields of 1 MB each, and keep them in memory."""
        return super().form(max_files=MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD)

    async def json(self) -> Any:
        """Return the body's document."""
        return strict_json.loads(await self.body())
