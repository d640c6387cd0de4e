"""A PostgreSQL that is restarted every few seconds loses no acknowledged write and hangs no request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.page import write
from tests.durability.restarts import Postgres, postgres, run, show
from tests.durability.service import Service, settings_of

pytestmark = pytest.mark.timeout(0)


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres() as opened:
        yield opened


@pytest.mark.slow
def test_five_restarts_under_load_lose_and_hang_nothing(server: Postgres, tmp_path: Path) -> None:
    report = run(Service(settings_of(tmp_path, server.url)), server, restarts=5, seed=1)

    assert report.clean, report
    assert report.turned_away > 0


@pytest.mark.chaos
def test_fifty_restarts_under_load_lose_and_hang_nothing(server: Postgres, tmp_path: Path) -> None:
    report = run(Service(settings_of(tmp_path, server.url)), server, restarts=50, seed=2)

    write(show(report))
    assert report.clean, report
    assert report.turned_away > 0


@pytest.mark.slow
def test_a_lost_connection_that_is_swallowed_is_found(server: Postgres, tmp_path: Path) -> None:
    program = ("-m", "tests.durability.planted", "swallow_a_lost_connection")
    service = Service(settings_of(tmp_path, server.url), program=program)

    report = run(service, server, restarts=3, seed=3, writes=["create_price_book"])

    assert report.lost, report
