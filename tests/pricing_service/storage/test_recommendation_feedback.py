"""Feedback is kept beside what was recommended, once however often it is said; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pricing_service.storage import ContentMoved, Feedback, RequestReused, Storage
from tests.pricing_service.storage.conftest import Clock

SAID = Feedback("rec_1", "A-1", "e1", accepted=False, price=90.5, reason="long contract",
                recommendation={"tier": None}, given_by="Ada")  # fmt: skip


def test_feedback_comes_back_with_what_was_recommended(storage: Storage, workspace: str) -> None:
    kept = storage.feedback.keep(workspace, SAID)

    assert storage.feedback.of_customer(workspace, "A-1") == [kept]
    assert (kept.accepted, kept.price, kept.reason) == (False, 90.5, "long contract")
    assert kept.recommendation == {"tier": None}


def test_the_same_said_again_and_at_once_is_kept_once(storage: Storage, workspace: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _: storage.feedback.keep(workspace, SAID).id, range(8)))

    assert len(set(kept)) == 1
    assert len(storage.feedback.of_customer(workspace, "A-1")) == 1


def test_another_price_or_another_person_is_other_feedback(storage: Storage, workspace: str) -> None:
    storage.feedback.keep(workspace, SAID)
    storage.feedback.keep(workspace, replace(SAID, price=80.0))
    storage.feedback.keep(workspace, replace(SAID, given_by="Bo"))

    assert len(storage.feedback.of_customer(workspace, "A-1")) == 3


def test_anothers_feedback_is_not_seen(storage: Storage, workspace: str) -> None:
    other = storage.workspaces.create("Other").id
    storage.feedback.keep(workspace, SAID)

    assert storage.feedback.of_customer(other, "A-1") == []


def test_what_is_forgotten_is_gone(storage: Storage, workspace: str) -> None:
    storage.feedback.keep(workspace, SAID)
    kept = storage.feedback.keep(workspace, replace(SAID, customer_id="B", recommendation_id="rec_2"))

    storage.feedback.forget(workspace, "A-1")

    assert storage.feedback.of_customer(workspace, "A-1") == []
    assert storage.feedback.of_customer(workspace, "B") == [kept]


def test_who_changes_its_mind_and_changes_it_back_has_said_three_things(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    said = [SAID, replace(SAID, accepted=True, price=None, reason=None), SAID]
    for each in said:
        storage.feedback.keep(workspace, each)
        clock.move(minutes=1)

    assert [kept.accepted for kept in storage.feedback.of_customer(workspace, "A-1")] == [False, True, False]


def test_a_repetition_counts_once_though_the_recommendation_changed_in_between(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    first = storage.feedback.keep(workspace, SAID)
    clock.move(minutes=4)

    again = storage.feedback.keep(workspace, replace(SAID, etag="e2"))

    assert again == first
    clock.move(minutes=2)
    assert storage.feedback.keep(workspace, replace(SAID, etag="e2")) != first


def test_a_request_id_is_one_saying_however_late_it_comes_again(
    storage: Storage, workspace: str, clock: Clock
) -> None:
    first = storage.feedback.keep(workspace, SAID, request_id="click-1")
    storage.feedback.keep(workspace, replace(SAID, accepted=True), request_id="click-2")
    clock.move(days=40)

    again = storage.feedback.keep(workspace, replace(SAID, etag="e2"), request_id="click-1")

    assert again == first
    assert len(storage.feedback.of_customer(workspace, "A-1")) == 2
    with pytest.raises(RequestReused):
        storage.feedback.keep(workspace, replace(SAID, price=1.0), request_id="click-1")
    assert storage.feedback.keep(workspace, replace(SAID, given_by="Bo"), request_id="click-1") != first


def test_at_once_with_one_request_id_it_is_kept_once(storage: Storage, workspace: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = set(pool.map(lambda _: storage.feedback.keep(workspace, SAID, request_id="r").id, range(8)))

    assert len(kept) == 1


def test_who_saw_another_recommendation_is_told_unless_it_was_heard_already(
    storage: Storage, workspace: str
) -> None:
    with pytest.raises(ContentMoved):
        storage.feedback.keep(workspace, SAID, seen="e0")
    first = storage.feedback.keep(workspace, SAID, seen="e1")

    assert storage.feedback.keep(workspace, replace(SAID, etag="e2"), seen="e1") == first
    assert storage.feedback.keep(workspace, replace(SAID, etag="e2"), seen="e2") != first
