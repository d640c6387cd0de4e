"""A seat belongs to one living worker, and is free the moment that worker is dead."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pricing_service.jobs.seats import seat_name, seat_number, take_free_seat, try_seat
from tests.pricing_service.jobs.conftest import Bench

SITTER = """
import sys, time
from pathlib import Path
from pricing_service.config import Settings
from pricing_service.jobs.seats import take_free_seat
from pricing_service.storage import Storage
storage = Storage(Settings(data_folder=Path(sys.argv[1]), database_url=sys.argv[2] or None, dev=True))
seat = take_free_seat(storage)
print(seat.number, flush=True)
time.sleep(600)
"""


def test_two_workers_sit_on_two_seats_and_a_left_one_is_free(each_bench: Bench) -> None:
    storage = each_bench.storage
    first, second = take_free_seat(storage), take_free_seat(storage)

    assert (first.number, second.number) == (0, 1)
    assert try_seat(storage, 0) is None
    assert first.held()
    first.leave()
    third = take_free_seat(storage)
    assert third.number == 0
    second.leave()
    third.leave()


def test_a_killed_workers_seat_is_free(each_bench: Bench) -> None:
    settings = each_bench.settings
    command = [sys.executable, "-c", SITTER, str(settings.data_folder), settings.database_url or ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sitter:
        assert sitter.stdout is not None
        assert sitter.stdout.readline() == "0\n"
        assert try_seat(each_bench.storage, 0) is None
        sitter.kill()

    seat = None
    while seat is None:  # the server notices the closed connection a moment later
        seat = try_seat(each_bench.storage, 0)
    seat.leave()


@pytest.mark.parametrize(
    ("name", "number"), [(seat_name(7), 7), ("local", None), ("seat-x", None), ("", None)]
)
def test_a_name_tells_its_seat_or_is_not_ours(name: str, number: int | None) -> None:
    assert seat_number(name) == number
