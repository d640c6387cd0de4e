"""Twenty kills of a real worker change no byte of any result."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.kill_worker import Shop, run, show


@pytest.mark.chaos
def test_a_worker_killed_twenty_times_changes_no_byte_of_any_result(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    try:
        rounds = run(shop, kills=20, seed=1)
    finally:
        shop.close()

    assert sum(len(one.hits) for one in rounds) >= 20
    assert all(one.equal for one in rounds), show(rounds)
