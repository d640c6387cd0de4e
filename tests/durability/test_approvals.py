"""Whatever people do with proposals at once, there is an order in which every answer is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.approvals import run, show
from tests.durability.page import write
from tests.durability.service import Service, settings_of

pytestmark = pytest.mark.timeout(0)


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Service(settings_of(tmp_path, url))


@pytest.mark.slow
def test_approvals_happen_in_some_order(service: Service) -> None:
    report = run(service, matters=25, seed=1)

    assert not report.wrong, "\n".join(report.wrong)
    assert report.operations > 1_000
    assert report.effects > 200
    assert report.refused > 200


@pytest.mark.chaos
def test_approvals_of_many_matters_happen_in_some_order(service: Service) -> None:
    report = run(service, matters=400, seed=2)

    write(show(report))
    assert not report.wrong, "\n".join(report.wrong)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["publish_without_votes", "show_a_moment_ago", "forget_that_drafts_move"])
def test_a_planted_fault_is_found(tmp_path: Path, fault: str) -> None:
    program = ("-m", "tests.durability.planted", fault)

    report = run(Service(settings_of(tmp_path, None), program=program), matters=150, seed=3)

    assert report.wrong, report
