"""A menu of tiers and its proposal are stored together, or neither is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.proposal_evidence import Evidence
from pricing_service.config import Settings
from pricing_service.price_book import PriceBook
from pricing_service.storage import DraftContent, NotFound, ProposedContent, Storage

BOOK = PriceBook.model_validate(
    {"name": "Job board", "currency": "EUR", "plans": [{"name": "pro", "price": 490}]}
)
DRAFT = DraftContent(BOOK, {"kind": "json", "id": None})


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with Storage.open(Settings(data_folder=tmp_path, dev=True)) as opened:
        opened.workspaces.create("ours", workspace_id="ws_ours")
        yield opened


def about(storage: Storage, title: str) -> ProposedContent:
    evidence = {"book": BOOK.content_hash, "beyond": [], "simulation": None}
    return ProposedContent("price_book", title, "", None, storage.price_books.next_id("ws_ours"), evidence)


def fail(*_: object, **__: object) -> None:
    raise KeyboardInterrupt  # as a process that dies between the two


def test_a_draft_is_stored_with_its_proposal(storage: Storage) -> None:
    content = about(storage, "Dearer")

    storage.proposals.create("ws_ours", content, by="Ada", draft=DRAFT)

    assert storage.price_books.get("ws_ours", str(content.price_book_id)).status == "draft"


def test_a_draft_whose_proposal_is_not_stored_is_not_left_behind(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = storage.proposals.create("ws_ours", about(storage, "Dearer"), by="Ada", draft=DRAFT)
    monkeypatch.setattr(storage.audit, "record", fail)

    with pytest.raises(KeyboardInterrupt):
        storage.proposals.create("ws_ours", about(storage, "Other"), by="Ada", draft=DRAFT)
    with pytest.raises(KeyboardInterrupt):
        storage.proposals.edit("ws_ours", stored.id, about(storage, "Edited"), by="Ada", draft=DRAFT)

    assert len(storage.price_books.page("ws_ours").rows) == 1
    assert storage.proposals.get("ws_ours", stored.id).title == "Dearer"


def test_a_draft_that_is_not_there_is_not_proposed(storage: Storage) -> None:
    evidence = Evidence(storage, storage.settings)
    source = evidence.source("ws_ours", analysis=None, price_book=storage.price_books.next_id("ws_ours"))

    with pytest.raises(NotFound):
        evidence.content("ws_ours", source, title="Dearer", note="")
