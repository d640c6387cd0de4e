"""Retries follow the standard's steps, later by chance, and never before the receiver says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pricing_service.webhooks.retries import LONGEST_WISH, STEPS, next_try

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def wait(tried: int = 0, *, chance: float = 0.0, retry_after: str | None = None) -> float:
    moment = next_try(tried, now=NOW, chance=chance, retry_after=retry_after)
    assert moment is not None
    return (moment - NOW).total_seconds()


def test_the_steps_add_up_to_those_of_the_standard() -> None:
    assert sum(STEPS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert [wait(tried) for tried in range(9)] == [step.total_seconds() for step in STEPS]
    assert next_try(9, now=NOW, chance=0.0) is None


def test_chance_makes_a_step_up_to_a_fifth_longer_and_never_shorter() -> None:
    assert wait(1, chance=0.0) == 300
    assert wait(1, chance=1.0) == pytest.approx(360)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("1", 5),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 5),
        ("999999999999999999999", LONGEST_WISH.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WISH.total_seconds()),
        ("-5", 5),
        ("²", 5),
        ("soon", 5),
        ("", 5),
    ],
)
def test_the_receivers_wish_counts_where_it_is_longer_and_can_be_read(header: str, seconds: float) -> None:
    assert wait(retry_after=header) == seconds
