"""Feedback is kept beside what was recommended, once however often it is said; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pricing_service.storage import Feedback, Storage

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
