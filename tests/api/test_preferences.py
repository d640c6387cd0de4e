"""What is preferred is understood, and what is not understood is not preferred."""

import pytest
from starlette.requests import Request

from api.preferences import LONGEST_WAIT_SECONDS, seconds_to_wait, wants_csv


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("wait=30", 30),
        ("respond-async; wait=5", 5),
        ("WAIT = 7", 7),
        ("await=30", 0),
        ("wait=-1", 0),
        ("wait=100000", LONGEST_WAIT_SECONDS),
    ],
)
def test_the_wait_is_read_from_the_prefer_header(prefer: str | None, seconds: int) -> None:
    assert seconds_to_wait(prefer) == seconds


@pytest.mark.parametrize(
    ("accept", "csv"),
    [
        ("text/csv", True),
        ("text/csv;q=0.9, application/json;q=0.1", True),
        ("application/json, text/csv", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_csv_is_written_for_those_who_ask_for_it_first(accept: str, csv: bool) -> None:
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})

    assert wants_csv(request) is csv
