"""Ids: `ds_…`, `an_…`; they sort by the time of their making and cannot be guessed."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_ID = re.compile(r"[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}")


def new_id(prefix: str, now: datetime) -> str:
    """Make an id: the prefix, 48 bits of milliseconds, 80 random bits.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> new_id("an", datetime(2026, 1, 1, tzinfo=timezone.utc))[:13]
    'an_01kdvdna00'
    """
    number = ((now - _EPOCH) // _MILLISECOND << 80) | secrets.randbits(80)
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def is_id(text: str) -> bool:
    """Whether a text has the form of an id; everything else is unknown without a look into the database."""
    return _ID.fullmatch(text) is not None
