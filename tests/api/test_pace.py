"""A key may ask as often as its bucket holds, and again as time fills it."""

from __future__ import annotations

from api.pace import Pace
from tests.api.standing_time import Seconds


def granted(pace: Pace, times: int, key: str = "key_1", kind: str = "read") -> int:
    taken = [pace.take(key, kind) for _ in range(times)]
    return sum(allowance is not None and allowance.granted for allowance in taken)


def test_a_rested_key_may_send_a_minutes_worth_at_once_and_no_more() -> None:
    pace = Pace({"read": 60}, clock=Seconds())

    assert granted(pace, 100) == 60


def test_the_bucket_fills_with_time_and_never_above_its_brim() -> None:
    clock = Seconds()
    pace = Pace({"read": 60}, clock=clock)
    granted(pace, 60)

    clock.now += 7
    assert granted(pace, 100) == 7
    clock.now += 3600
    assert granted(pace, 100) == 60


def test_a_clock_that_steps_back_takes_nothing_and_gives_nothing() -> None:
    clock = Seconds()
    pace = Pace({"read": 60}, clock=clock)
    granted(pace, 50)

    clock.now -= 86_400
    assert granted(pace, 100) == 10
    clock.now += 5
    assert granted(pace, 100) == 5


def test_a_refusal_says_when_the_next_request_may_come_and_is_right() -> None:
    clock = Seconds()
    pace = Pace({"read": 20}, clock=clock)
    granted(pace, 20)

    refused = pace.take("key_1", "read")
    assert refused is not None
    assert not refused.granted
    assert refused.headers == {
        "RateLimit-Limit": "20", "RateLimit-Remaining": "0", "RateLimit-Reset": "60", "Retry-After": "3",
    }  # fmt: skip

    clock.now += refused.next_in
    assert granted(pace, 1) == 1


def test_keys_and_classes_have_buckets_of_their_own() -> None:
    pace = Pace({"read": 1, "write": 1}, clock=Seconds())

    assert granted(pace, 2) == 1
    assert granted(pace, 2, key="key_2") == 1
    assert granted(pace, 2, kind="write") == 1


def test_a_class_without_a_limit_and_no_class_are_never_held_up() -> None:
    pace = Pace({"read": 1}, clock=Seconds())

    assert {pace.take("key_1", kind) for kind in ("crm", None) for _ in range(5)} == {None}
