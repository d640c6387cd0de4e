"""The committee at a terminal, over real HTTP: proposes, looks, votes, publishes and goes back with keys of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from api.app import create_app
from api.command_line import app
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api.at_a_port import listening
from tests.journeys.conftest import free_port

BOOK = {"name": "Job board", "currency": "EUR", "plans": [{"name": "team", "price": 210}]}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(data_folder=tmp_path_factory.mktemp("committee") / "data", dev=True)
    port = free_port()
    with Storage.open(settings) as storage, listening(create_app(settings, storage=storage), port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def known(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICING_SERVICE_URL", address)


@pytest.fixture
def draft(address: str) -> str:
    headers = {"Authorization": "Bearer dev"}
    made = httpx.post(f"{address}/v1/price-books", json={"book": BOOK}, headers=headers)
    return str(made.json()["id"])


def run(*arguments: str, key: str = "dev") -> Result:
    return CliRunner().invoke(app, ["proposals", *arguments], env={"PRICING_SERVICE_KEY": key})


def proposed(draft: str) -> str:
    answer = run("propose", "Dearer", "--price-book", draft, "--note", "why")
    assert answer.exit_code == 0, answer.output
    return re.search(r"pr_\w+", answer.output).group()  # type: ignore[union-attr]


def test_a_draft_goes_from_its_proposal_into_force_and_back(draft: str, tmp_path: Path) -> None:
    proposal = proposed(draft)
    approved = run("vote", proposal, "approve", "--comment", "fine", key="dev2")
    published = run("publish", proposal)
    listed = run("list")
    page = tmp_path / "proposal.html"
    shown = run("show", proposal, "--report", str(page))
    back = run("withdraw", proposal)

    said = [answer.output for answer in (approved, published, shown, back)]
    for answer, words in zip(said, ("approved", "published", "published", "withdrawn"), strict=True):
        assert f"It is {words}" in answer
    assert f"{proposal}  published  1 of 1 approve  Dearer" in listed.output
    assert "<h1" in page.read_text()
    assert "Dearer" in page.read_text()


def test_a_refusal_is_told_in_the_services_own_words_and_ends_with_2(draft: str) -> None:
    proposal = proposed(draft)

    own = run("vote", proposal, "approve")
    unknown = run("show", "pr_nobody")
    past = run("publish", proposal, "--effective", "2020-01-01")

    assert [answer.exit_code for answer in (own, unknown, past)] == [2, 2, 2]
    assert "Refused. Authors cannot approve." in own.output
    assert "/effective" in past.output


def test_what_was_edited_since_it_was_seen_is_not_approved(draft: str, address: str) -> None:
    proposal = proposed(draft)
    seen = re.search(r"content hash (\w+)", run("show", proposal).output).group(1)  # type: ignore[union-attr]
    headers = {"Authorization": "Bearer dev"}
    httpx.put(f"{address}/v1/proposals/{proposal}", json={"title": "Other"}, headers=headers)

    answer = run("vote", proposal, "approve", "--content-hash", seen, key="dev2")

    assert answer.exit_code == 2
    assert "It is open" in run("show", proposal).output


def test_a_key_that_opens_nothing_is_refused_and_not_shown() -> None:
    answer = run("list", key="psk_not_to_be_shown")

    assert answer.exit_code == 2
    assert "psk_not_to_be_shown" not in answer.output
