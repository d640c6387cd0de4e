"""Progress: parts are told as shares of the whole."""

from __future__ import annotations

from models.progress import FINEST, silent, stretch


def told_by(first: float, last: float, steps: int) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    part = stretch(lambda done, total: told.append((done, total)), first, last)
    for step in range(steps + 1):
        part(step, steps)
    return told


def test_a_part_runs_from_its_first_to_its_last_share_of_the_whole() -> None:
    assert told_by(0.2, 0.6, 2) == [(200, FINEST), (400, FINEST), (600, FINEST)]


def test_a_part_of_a_part_is_a_part_of_the_whole() -> None:
    told: list[tuple[int, int]] = []

    whole = stretch(lambda done, total: told.append((done, total)), 0.5, 1.0)
    stretch(whole, 0.5, 1.0)(1, 2)

    assert told == [(875, FINEST)]


def test_nobody_need_listen() -> None:
    stretch(silent, 0.0, 1.0)(1, 2)
