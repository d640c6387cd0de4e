"""A bucket holds so much a minute, whichever process takes out of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api import buckets
from api.buckets import Buckets, shared_file


def taken(table: Buckets, times: int, *, now: float = 0.0, name: str = "key") -> int:
    return sum(table.take(name, 60, now=now)[1] for _ in range(times))


def test_a_bucket_holds_a_minutes_worth_and_fills_up_to_its_brim() -> None:
    table = Buckets()

    assert taken(table, 100) == 60
    assert taken(table, 100, now=7.0) == 7
    assert taken(table, 100, now=3600.0) == 60


def test_a_look_takes_nothing() -> None:
    table = Buckets()
    taken(table, 10)

    assert [table.left("key", 60, now=0.0) for _ in range(3)] == [50.0] * 3
    assert table.left("other", 60, now=0.0) == 60.0


def test_where_all_places_are_taken_the_one_touched_longest_ago_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "_SETS", 1)
    table = Buckets()
    for at in range(9):
        taken(table, 60, now=float(at), name=f"key {at}")

    left = [table.left(f"key {at}", 60, now=8.0) for at in range(9)]

    assert left[0] == 60.0, "forgotten"
    assert all(each < 10 for each in left[1:]), left


def test_two_tables_of_one_file_never_meet() -> None:
    with shared_file() as file:
        first, second = Buckets(file, table=0), Buckets(file, table=1)
        taken(first, 60)

        assert (first.left("key", 60, now=0.0), second.left("key", 60, now=0.0)) == (0.0, 60.0)


HOLD = """
import fcntl, sys, time
fcntl.lockf(int(sys.argv[1]), fcntl.LOCK_EX, 1, int(sys.argv[2]))
print("held", flush=True)
time.sleep(600)
"""


def test_one_takes_at_a_time_and_a_process_that_stands_still_or_is_killed_stops_nobody() -> None:
    with shared_file() as file:
        table = Buckets(file)
        _, begin = table._place("key")
        command = [sys.executable, "-c", HOLD, str(file), str(begin)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=(file,)) as other:
            assert other.stdout is not None
            other.stdout.readline()

            assert table._lock(begin) is None
            assert taken(table, 3) == 3
            other.kill()
        assert table._lock(begin) == file


PROGRAM = """
import sys
from api.buckets import Buckets
table = Buckets(int(sys.argv[1]))
sys.stdin.readline()
print(sum(table.take("key", 20_000, now=0.0)[1] for _ in range(15_000)))
"""


def test_two_processes_that_take_at_once_take_out_of_one_bucket() -> None:
    with shared_file() as file:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(file)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(file,), text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        counts = [int(process.communicate()[0]) for process in processes]

    # A process that stands still while it has a bucket does not stop the other, which may cost a few.
    assert 20_000 <= sum(counts) <= 21_000, counts
    assert min(counts) > 0
