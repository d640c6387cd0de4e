"""Today's date: the doors read the clock, and whatever depends on the day is told it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends


def utc_today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


Today = Annotated[date, Depends(utc_today)]
