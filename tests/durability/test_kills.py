"""Kills of the whole service at random moments lose no acknowledged write, tear none and do none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.kills import Report, run, show
from tests.durability.page import write
from tests.durability.service import Service, settings_of

pytestmark = pytest.mark.timeout(0)


def service_of(request: pytest.FixtureRequest, folder: Path, *program: str) -> Service:
    """A service on the database that the test's parameter names."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Service(settings_of(folder, url), **({"program": program} if program else {}))


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    return service_of(request, tmp_path)


@pytest.mark.slow
def test_ten_kills_lose_tear_and_repeat_nothing(service: Service) -> None:
    report = run(service, kills=10, seed=1)

    assert report.clean, report
    assert report.kills == 10
    assert report.acknowledged > 50


@pytest.mark.chaos
def test_two_hundred_kills_lose_tear_and_repeat_nothing(service: Service) -> None:
    report = run(service, kills=200, seed=2)

    write(show(report))
    assert report.clean, report
    assert report.kills == 200


@pytest.mark.slow
def test_an_answer_before_its_commit_is_found(tmp_path: Path) -> None:
    report = _planted(tmp_path, "acknowledge_before_commit", "create_recommendation_feedback")

    assert report.lost, report


@pytest.mark.slow
def test_an_effect_outside_the_transaction_of_its_answer_is_found_by_kills(tmp_path: Path) -> None:
    report = _planted(tmp_path, "effect_outside", "create_price_book")

    assert report.twice, report


def _planted(folder: Path, fault: str, write: str) -> Report:
    program = ("-m", "tests.durability.planted", fault)
    return run(Service(settings_of(folder, None), program=program), kills=40, seed=3, writes=[write])
