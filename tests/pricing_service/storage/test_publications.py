"""What is published is in force from its day on, until it is withdrawn or followed; on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from pricing_service.storage import NotFound, Storage, StoredPublication
from pricing_service.storage.ids import is_id
from tests.pricing_service.storage.conftest import Clock

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def publish(storage: Storage, workspace: str, analysis: str, effective: date = MARCH) -> StoredPublication:
    return storage.publications.publish(
        workspace, kind="tiers", analysis_id=analysis, price_book_id=None, proposal_id=None,
        effective=effective, content_hash="a" * 64, by="Ada",
    )  # fmt: skip


def withdraw(storage: Storage, workspace: str, publication_id: str) -> StoredPublication:
    with storage.database.writing() as connection:
        return storage.publications.withdraw(connection, workspace, publication_id)


def test_a_publication_is_in_force_from_its_day_on(storage: Storage, workspace: str) -> None:
    made = publish(storage, workspace, "an_1", APRIL)

    assert is_id(made.id)
    assert storage.publications.in_force(workspace, date(2026, 3, 31)) == {}
    assert storage.publications.in_force(workspace, APRIL) == {"tiers": made}
    assert storage.publications.next_effective(workspace, MARCH) == APRIL
    assert storage.publications.next_effective(workspace, APRIL) is None


def test_the_one_that_became_effective_last_is_in_force(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    later = publish(storage, workspace, "an_1", APRIL)
    clock.move(minutes=1)
    first = publish(storage, workspace, "an_2", MARCH)
    clock.move(minutes=1)
    mended = publish(storage, workspace, "an_3", MARCH)

    assert storage.publications.in_force(workspace, MARCH) == {"tiers": mended}
    assert storage.publications.in_force(workspace, APRIL) == {"tiers": later}
    assert first.published_at < mended.published_at


def test_what_is_withdrawn_gives_way_to_what_was_before(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    before = publish(storage, workspace, "an_1")
    clock.move(minutes=1)
    wrong = publish(storage, workspace, "an_2")

    withdrawn = withdraw(storage, workspace, wrong.id)
    clock.move(minutes=1)

    assert storage.publications.in_force(workspace, MARCH) == {"tiers": before}
    assert withdraw(storage, workspace, wrong.id) == withdrawn


def test_the_sequence_rises_with_whatever_changes_anywhere(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    seen = [storage.publications.sequence()]
    made = publish(storage, workspace, "an_1")
    seen.append(storage.publications.sequence())
    publish(storage, other, "an_2")
    seen.append(storage.publications.sequence())
    withdraw(storage, workspace, made.id)
    seen.append(storage.publications.sequence())

    assert seen == sorted(set(seen))


def test_anothers_publication_is_not_there(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    made = publish(storage, workspace, "an_1")

    assert storage.publications.in_force(other, MARCH) == {}
    with pytest.raises(NotFound):
        withdraw(storage, other, made.id)
    assert storage.publications.in_force(workspace, MARCH) == {"tiers": made}


def test_a_publication_is_undone_with_the_transaction_that_it_was_written_in(
    storage: Storage, workspace: str
) -> None:
    def publish_and_fail() -> None:
        with storage.database.writing() as connection:
            storage.publications.record(
                connection, workspace, kind="tiers", analysis_id="an_1", price_book_id=None, proposal_id="pr_1",
                effective=MARCH, content_hash="a" * 64, by="Ada",
            )  # fmt: skip
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()

    assert storage.publications.in_force(workspace, MARCH) == {}
    assert storage.publications.sequence() == 0
