"""What people do with a proposal at once is done one after the other, or refused: the desk's reads do not grow old."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.proposal_evidence import Evidence
from api.proposal_request import EditRequest, ProposalRequest, VoteRequest
from api.proposals import ProposalDesk
from pricing_service.config import Settings
from pricing_service.price_book import PriceBook
from pricing_service.storage import AlreadyPublished, ContentMoved, DraftContent, Publication, Storage

OURS, TODAY = "ws_ours", date(2026, 3, 1)


def content(price: int) -> DraftContent:
    book = {"name": "Job board", "currency": "EUR", "plans": [{"name": "pro", "price": price}]}
    return DraftContent(PriceBook.model_validate(book), {"kind": "json", "id": None})


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as opened:
        opened.workspaces.create("ours", workspace_id=OURS)
        yield opened


@pytest.fixture
def draft(storage: Storage) -> str:
    return storage.price_books.create(OURS, content(490), by="Ada").id


@pytest.fixture
def desk(storage: Storage) -> ProposalDesk:
    return ProposalDesk(storage, storage.settings)


@pytest.fixture
def proposal(desk: ProposalDesk, draft: str) -> str:
    asked = ProposalRequest(title="Dearer", price_book=draft)
    return str(desk.propose(OURS, asked, by="Ada", today=TODAY)["id"])


def in_between(monkeypatch: pytest.MonkeyPatch, reading: str, act: Callable[[], object]) -> None:
    """Let something happen, once, after the desk has read and before it writes."""
    read, left = getattr(Evidence, reading), [act]

    def then_act(*args: Any, **named: Any) -> Any:
        found = read(*args, **named)
        while left:
            left.pop()()
        return found

    monkeypatch.setattr(Evidence, reading, then_act)


def test_an_edit_takes_nothing_back_of_another_that_came_in_between(
    desk: ProposalDesk, proposal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(**asked: str) -> dict[str, Any]:
        return desk.edit(OURS, proposal, EditRequest(**asked), by="Ada", today=TODAY)

    in_between(monkeypatch, "content", lambda: edit(title="Other"))
    with pytest.raises(ContentMoved):
        edit(note="since costs rose")

    assert desk.read(OURS, proposal, today=TODAY)["title"] == "Other"
    assert edit(note="since costs rose")["title"] == "Other"


@pytest.mark.parametrize("write", ["propose", "edit"])
def test_what_is_proposed_is_the_draft_as_it_is_and_not_as_it_was_read(
    *,
    desk: ProposalDesk,
    storage: Storage,
    draft: str,
    proposal: str,
    monkeypatch: pytest.MonkeyPatch,
    write: str,
) -> None:
    writes: dict[str, Callable[[], object]] = {
        "propose": lambda: desk.propose(
            OURS, ProposalRequest(title="New", price_book=draft), by="Ada", today=TODAY
        ),
        "edit": lambda: desk.edit(OURS, proposal, EditRequest(title="New"), by="Ada", today=TODAY),
    }
    in_between(monkeypatch, "content", lambda: storage.price_books.replace(OURS, draft, content(590)))
    with pytest.raises(ContentMoved):
        writes[write]()

    held = storage.price_books.get(OURS, draft).content_hash
    publication = Publication(TODAY, held, "Ada")
    in_between(monkeypatch, "content", lambda: storage.price_books.publish(OURS, draft, publication))
    with pytest.raises(AlreadyPublished):
        writes[write]()

    assert [one.title for one in storage.proposals.page(OURS).rows] == ["Dearer"]


def test_nobody_approves_a_draft_that_changed_while_the_vote_was_cast(
    *, desk: ProposalDesk, storage: Storage, draft: str, proposal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_between(monkeypatch, "require_unmoved", lambda: storage.price_books.replace(OURS, draft, content(590)))
    with pytest.raises(ContentMoved):
        desk.vote(OURS, proposal, VoteRequest(decision="approve"), by="Bob", today=TODAY)

    assert not storage.proposals.get(OURS, proposal).votes
    rejected = desk.vote(OURS, proposal, VoteRequest(decision="reject"), by="Bob", today=TODAY)
    assert rejected["status"] == "rejected"
