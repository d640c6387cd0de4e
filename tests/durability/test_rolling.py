"""API processes that are restarted one after the other fail no request, lose nothing, and let analyses go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.page import write
from tests.durability.rolling import Fleet, run, show

pytestmark = pytest.mark.timeout(0)


@pytest.mark.slow
@pytest.mark.parametrize("one_port", [False, True], ids=["two services", "one port"])
def test_three_restarts_under_load_fail_no_request(
    tmp_path: Path, postgres_url: str, *, one_port: bool
) -> None:
    report = run(Fleet(tmp_path, postgres_url, one_port=one_port), restarts=3, seed=1)

    assert report.clean, report
    assert report.restarts == 3
    assert min(report.acknowledged, report.reads) > 20
    assert report.analyses > 1


@pytest.mark.chaos
@pytest.mark.parametrize("one_port", [False, True], ids=["two services", "one port"])
def test_twenty_restarts_under_load_fail_no_request(
    tmp_path: Path, postgres_url: str, *, one_port: bool
) -> None:
    report = run(Fleet(tmp_path, postgres_url, one_port=one_port), restarts=20, seed=2)

    write(show(report))
    assert report.clean, report
    assert report.restarts == 20


@pytest.mark.slow
def test_a_service_that_goes_at_once_is_found(tmp_path: Path, postgres_url: str) -> None:
    program = ("-m", "tests.durability.planted", "go_at_once")
    fleet = Fleet(tmp_path, postgres_url, one_port=False, program=program)

    report = run(fleet, restarts=2, seed=3, writes=["create_price_book"])

    assert report.faults, report
