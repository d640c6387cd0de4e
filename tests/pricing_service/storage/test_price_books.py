"""Drafts change, published versions never do, and every day has its current book; on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from pricing_service.price_book import PriceBook
from pricing_service.storage import (
    AlreadyPublished,
    ContentMoved,
    DraftContent,
    NewAnalysis,
    NotFound,
    Publication,
    Storage,
    StoredDataset,
    StoredPriceBook,
)
from pricing_service.storage.ids import is_id
from tests.pricing_service.storage.conftest import Clock

TODAY = date(2026, 3, 1)


def content(price: float = 490) -> DraftContent:
    book = PriceBook.model_validate(
        {"name": "Job board", "currency": "EUR", "plans": [{"name": "pro", "price": price}]}
    )
    return DraftContent(book, {"kind": "json", "id": None}, [{"code": "a", "message": "words"}])


@pytest.fixture
def draft(storage: Storage, workspace: str) -> StoredPriceBook:
    return storage.price_books.create(workspace, content(), by="Ada")


def publication(draft: StoredPriceBook, effective: date = TODAY) -> Publication:
    return Publication(effective, draft.content_hash, "Ada", ["p95_rise"])


def test_a_draft_comes_back_as_it_was_given(storage: Storage, workspace: str, draft: StoredPriceBook) -> None:
    read = storage.price_books.get(workspace, draft.id)

    assert is_id(read.id)
    assert read.id.startswith("pb_")
    assert (read.status, read.created_by, read.effective) == ("draft", "Ada", None)
    assert read.book == content().book
    assert read.content_hash == content().book.content_hash
    assert read.remarks == [{"code": "a", "message": "words"}]


def test_a_draft_may_change_and_keeps_its_id(
    storage: Storage, workspace: str, draft: StoredPriceBook
) -> None:
    changed = storage.price_books.replace(workspace, draft.id, content(590))

    assert (changed.id, changed.book.plans[0].price) == (draft.id, 590)
    assert changed.content_hash != draft.content_hash


def test_a_published_version_never_changes(storage: Storage, workspace: str, draft: StoredPriceBook) -> None:
    published = storage.price_books.publish(workspace, draft.id, publication(draft))

    assert (published.status, published.effective, published.published_by) == ("published", TODAY, "Ada")
    assert published.acknowledged == ["p95_rise"]
    with pytest.raises(AlreadyPublished):
        storage.price_books.replace(workspace, draft.id, content(590))
    with pytest.raises(AlreadyPublished):
        storage.price_books.publish(workspace, draft.id, publication(draft))
    assert storage.price_books.get(workspace, draft.id) == published


def test_only_the_content_that_was_meant_is_published(
    storage: Storage, workspace: str, draft: StoredPriceBook
) -> None:
    storage.price_books.replace(workspace, draft.id, content(590))

    with pytest.raises(ContentMoved):
        storage.price_books.publish(workspace, draft.id, publication(draft))

    assert storage.price_books.get(workspace, draft.id).status == "draft"


def test_each_day_has_the_version_that_became_effective_last(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    days = [date(2026, 1, 1), date(2026, 6, 1), date(2026, 6, 1)]
    for number, effective in enumerate(days):
        clock.move(minutes=1)
        one = storage.price_books.create(workspace, content(100 + number), by="Ada")
        storage.price_books.publish(workspace, one.id, publication(one, effective))
    storage.price_books.create(workspace, content(999), by="Ada")

    def price(day: date) -> object:
        found = storage.price_books.current(workspace, on=day)
        return found and found.book.plans[0].price

    assert price(date(2025, 12, 31)) is None
    assert price(date(2026, 5, 31)) == 100
    assert price(date(2026, 6, 1)) == 102, "of two on one day the later published"


def test_another_workspace_sees_nothing(storage: Storage, workspace: str, draft: StoredPriceBook) -> None:
    storage.price_books.publish(workspace, draft.id, publication(draft))
    other = storage.workspaces.create("Eve").id

    for ask in (
        lambda: storage.price_books.get(other, draft.id),
        lambda: storage.price_books.replace(other, draft.id, content()),
        lambda: storage.price_books.publish(other, draft.id, publication(draft)),
    ):
        with pytest.raises(NotFound):
            ask()
    assert storage.price_books.current(other, on=TODAY) is None
    assert storage.price_books.page(other).rows == []


def test_versions_are_listed_newest_first(storage: Storage, workspace: str, clock: Clock) -> None:
    made = []
    for number in range(3):
        clock.move(seconds=1)
        made.append(storage.price_books.create(workspace, content(number), by="Ada").id)

    first = storage.price_books.page(workspace, limit=2)
    rest = storage.price_books.page(workspace, limit=2, cursor=first.next_cursor)

    assert [one.id for one in [*first.rows, *rest.rows]] == made[::-1]


def test_simulations_belong_to_their_draft_and_content(
    storage: Storage, workspace: str, draft: StoredPriceBook, dataset: StoredDataset
) -> None:
    def simulate(price_book: str, content_hash: str) -> str:
        options = {"price_book": price_book, "content_hash": content_hash}
        new = NewAnalysis(dataset.id, "simulation", options, prefix="sim")
        return storage.analyses.create(workspace, new).id

    old, new, other = simulate(draft.id, "a"), simulate(draft.id, "b"), simulate("pb_other", "b")
    for simulation in (old, new, other):
        storage.analyses.finish(workspace, simulation, "succeeded", files={})

    assert {one.id for one in storage.analyses.simulations(workspace, draft.id).rows} == {old, new}
    newest = storage.analyses.newest_simulation(workspace, draft.id, "b")
    assert newest is not None
    assert newest.id == new
    assert storage.analyses.newest_simulation(workspace, draft.id, "c") is None
    assert storage.analyses.page(workspace).rows == [], "they are no analyses that somebody asked for"
