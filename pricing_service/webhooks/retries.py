"""When to try again: the steps of Standard Webhooks, stretched by chance, and never before the receiver says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

STEPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_WISH = timedelta(hours=24)
_STRETCH = 0.2


def next_try(tried: int, *, now: datetime, chance: float, retry_after: str | None = None) -> datetime | None:
    """Give the moment of the next attempt; null after the last.

    Parameters
    ----------
    tried
        Attempts before the one that has just failed.
    now
        When it failed.
    chance
        From 0 to 1, drawn anew each time: the step becomes up to a fifth longer, so that a crowd spreads out.
    retry_after
        The receiver's header: seconds or a date. It may make the wait longer, up to a day.

    Examples
    --------
    >>> moment = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [str(next_try(tried, now=moment, chance=0.5) - moment) for tried in (0, 1, 8)]
    ['0:00:05.500000', '0:05:30', '1 day, 2:24:00']
    >>> next_try(9, now=moment, chance=0.5) is None
    True
    """
    if tried >= len(STEPS):
        return None
    return now + max(STEPS[tried] * (1 + _STRETCH * chance), _wished(retry_after, now))


def _wished(header: str | None, now: datetime) -> timedelta:
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    return min((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, LONGEST_WISH)
