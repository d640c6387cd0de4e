"""Events are written with what they tell, or not at all; endpoints belong to their workspace; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from pricing_service.price_book import PriceBook
from pricing_service.storage import (
    DraftContent,
    Endpoint,
    NewAnalysis,
    NotFound,
    Publication,
    Storage,
    StoredDataset,
    TooManyEndpoints,
    schema,
)
from pricing_service.storage.webhooks import BOTH_SECRETS, MOST_ENDPOINTS, Outbox
from tests.pricing_service.storage.conftest import Clock

URL = "https://hooks.example.com/"


@pytest.fixture
def endpoint(storage: Storage, workspace: str) -> Endpoint:
    wanted = ["price_book.published", "analysis.succeeded"]
    return storage.webhook_endpoints.create(workspace, url=URL, events=wanted, by="Ada")


def told(storage: Storage, workspace: str) -> list[tuple[str, object]]:
    table = schema.outbox
    query = sa.select(table.c.type, table.c.data).where(table.c.workspace_id == workspace)
    with storage.database.reading() as connection:
        return [(row.type, row.data) for row in connection.execute(query.order_by(table.c.id))]


def queued(storage: Storage, workspace: str, endpoint: Endpoint) -> list[str]:
    return [one.type for one in storage.webhook_deliveries.page(workspace, endpoint.id).rows]


def publish(storage: Storage, workspace: str) -> str:
    book = PriceBook.model_validate(
        {"name": "Board", "currency": "EUR", "plans": [{"name": "pro", "price": 49}]}
    )
    draft = storage.price_books.create(workspace, DraftContent(book, {"kind": "json", "id": None}), by="Ada")
    publication = Publication(date(2026, 7, 1), draft.content_hash, "Ada")
    return storage.price_books.publish(workspace, draft.id, publication).id


def test_an_analysis_that_succeeds_is_told_once(
    storage: Storage, workspace: str, dataset: StoredDataset, endpoint: Endpoint
) -> None:
    analysis = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {})).id
    for _ in range(2):
        storage.analyses.finish(workspace, analysis, "succeeded", files={})

    data = {"analysis": analysis, "kind": "report", "dataset": dataset.id}
    assert told(storage, workspace) == [("analysis.succeeded", data)]
    assert queued(storage, workspace, endpoint) == ["analysis.succeeded"]


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_other_ends_and_simulations_are_not_told(
    storage: Storage, workspace: str, dataset: StoredDataset, end: str
) -> None:
    ended = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {})).id
    storage.analyses.finish(workspace, ended, end)  # type: ignore[arg-type]  # the parameter is a word of `End`
    simulated = storage.analyses.create(workspace, NewAnalysis(dataset.id, "simulation", {})).id
    storage.analyses.finish(workspace, simulated, "succeeded", files={})

    assert told(storage, workspace) == []


def test_a_cancel_that_came_before_the_success_is_not_told_as_one(
    storage: Storage, workspace: str, dataset: StoredDataset
) -> None:
    analysis = storage.analyses.create(workspace, NewAnalysis(dataset.id, "report", {})).id
    storage.analyses.start(workspace, analysis)
    storage.analyses.request_cancel(workspace, analysis)
    storage.analyses.finish(workspace, analysis, "succeeded", files={})

    assert told(storage, workspace) == []


def test_a_published_price_book_is_told(storage: Storage, workspace: str, endpoint: Endpoint) -> None:
    book = publish(storage, workspace)

    data = {"price_book": book, "effective": "2026-07-01"}
    assert told(storage, workspace) == [("price_book.published", data)]
    assert queued(storage, workspace, endpoint) == ["price_book.published"]


def test_what_is_rolled_back_is_not_told(
    storage: Storage, workspace: str, clock: Clock, endpoint: Endpoint
) -> None:
    def fail() -> None:
        with storage.database.writing() as connection:
            Outbox(clock).add(connection, workspace, type="price_book.published", data={})
            raise RuntimeError("what happened did not happen")

    with pytest.raises(RuntimeError):
        fail()

    assert told(storage, workspace) == []
    assert queued(storage, workspace, endpoint) == []


def test_only_who_wants_a_type_gets_it_and_only_in_its_workspace(
    storage: Storage, workspace: str, endpoint: Endpoint
) -> None:
    other = storage.workspaces.create("Eve").id
    hers = storage.webhook_endpoints.create(other, url=URL, events=["price_book.published"], by="Eve")
    uninterested = storage.webhook_endpoints.create(
        workspace, url=URL, events=["proposal.approved"], by="Ada"
    )

    publish(storage, workspace)

    assert queued(storage, workspace, endpoint) == ["price_book.published"]
    assert queued(storage, workspace, uninterested) == []
    assert queued(storage, other, hers) == []


def test_rotation_counts_up_and_keeps_the_secret_before_for_a_day(
    storage: Storage, workspace: str, clock: Clock, endpoint: Endpoint
) -> None:
    rotated = storage.webhook_endpoints.rotate(workspace, endpoint.id)

    assert (endpoint.secret_version, endpoint.previous_until) == (1, None)
    assert (rotated.secret_version, rotated.previous_until) == (2, clock.now + BOTH_SECRETS)


def test_replacing_keeps_the_secret_and_says_what_changed(
    storage: Storage, workspace: str, endpoint: Endpoint
) -> None:
    other = "https://other.example.com/"
    changed = storage.webhook_endpoints.replace(
        workspace, endpoint.id, url=other, events=["proposal.approved"]
    )

    assert (changed.id, changed.secret_version) == (endpoint.id, endpoint.secret_version)
    assert (changed.url, changed.events) == (other, ["proposal.approved"])


def test_a_workspace_has_a_bounded_number_of_endpoints(
    storage: Storage, workspace: str, endpoint: Endpoint
) -> None:
    for _ in range(MOST_ENDPOINTS - 1):
        storage.webhook_endpoints.create(workspace, url=URL, events=["proposal.approved"], by="Ada")

    with pytest.raises(TooManyEndpoints):
        storage.webhook_endpoints.create(workspace, url=URL, events=["proposal.approved"], by="Ada")
    storage.webhook_endpoints.delete(workspace, endpoint.id)
    storage.webhook_endpoints.create(workspace, url=URL, events=["proposal.approved"], by="Ada")
    assert len(storage.webhook_endpoints.page(workspace).rows) == MOST_ENDPOINTS


def test_a_deleted_endpoint_takes_its_deliveries_along_and_gets_no_more(
    storage: Storage, workspace: str, endpoint: Endpoint
) -> None:
    publish(storage, workspace)
    storage.webhook_endpoints.delete(workspace, endpoint.id)
    publish(storage, workspace)

    with storage.database.reading() as connection:
        assert connection.execute(schema.webhook_deliveries.select()).all() == []
    with pytest.raises(NotFound):
        storage.webhook_endpoints.get(workspace, endpoint.id)


def test_another_workspaces_endpoint_is_unknown(storage: Storage, endpoint: Endpoint) -> None:
    other = storage.workspaces.create("Eve").id
    endpoints = storage.webhook_endpoints

    for ask in (
        lambda: endpoints.get(other, endpoint.id),
        lambda: endpoints.replace(other, endpoint.id, url=URL, events=[]),
        lambda: endpoints.rotate(other, endpoint.id),
        lambda: endpoints.delete(other, endpoint.id),
    ):
        with pytest.raises(NotFound):
            ask()
    assert endpoints.page(other).rows == []
