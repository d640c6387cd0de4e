"""Deliveries are counted by what became of them, and the oldest that waits by its age; on both databases."""

from __future__ import annotations

from pricing_service.storage import Storage
from pricing_service.storage.webhook_deliveries import Settlement
from pricing_service.storage.webhooks import Outbox
from tests.pricing_service.storage.conftest import Clock


def test_nothing_was_sent(storage: Storage, workspace: str) -> None:
    tally = storage.webhook_tally.read()

    assert (tally.deliveries, tally.oldest_waiting) == ({"waiting": 0, "delivered": 0, "failed": 0}, 0.0)


def test_deliveries_of_all_workspaces_are_counted(storage: Storage, workspace: str, clock: Clock) -> None:
    for home in (workspace, storage.workspaces.create("Other").id):
        storage.webhook_endpoints.create(
            home, url="https://example.com/x", events=["proposal.approved"], by="Ada"
        )
        with storage.database.writing() as connection:
            Outbox(clock).add(connection, home, type="proposal.approved", data={"proposal": "pr_1"})
        clock.move(seconds=30)
    due = storage.webhook_deliveries.claim()
    assert due is not None
    ended = Settlement("delivered", {"at": clock().isoformat(), "status": 200, "error": None})
    storage.webhook_deliveries.settle(due.workspace_id, due, ended)
    clock.move(seconds=5)

    tally = storage.webhook_tally.read()

    assert tally.deliveries == {"waiting": 1, "delivered": 1, "failed": 0}
    assert tally.oldest_waiting == (35.0 if due.workspace_id == workspace else 65.0)
