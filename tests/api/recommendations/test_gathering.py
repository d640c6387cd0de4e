"""What recommendations rest on: the newest publication's dataset, and whatever is forgotten is forgotten here, too."""

from __future__ import annotations

from datetime import date

from fastapi.testclient import TestClient

from api.recommendations.gathering import sources_of
from pricing_service.storage import Storage
from tests.api import decided, small_business

DAY = date(2026, 1, 10)


def stamp(storage: Storage) -> str:
    found = sources_of(storage, "ws_local", DAY)
    assert found is not None
    return found.stamp


def test_the_stamp_moves_with_whatever_changes_what_is_shown(storage: Storage, dataset: str) -> None:
    assert sources_of(storage, "ws_local", DAY) is None
    raises = decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    stamps = [stamp(storage)]
    published = decided.publish(storage, raises)
    stamps.append(stamp(storage))
    decided.publish(storage, raises, effective=date(2026, 3, 1))
    stamps.append(stamp(storage))
    decided.store(storage, dataset, "unit_worth", decided.WORTH)
    stamps.append(stamp(storage))
    assert len(set(stamps)) == 4

    assert stamp(storage) == stamps[-1]
    decided.withdraw(storage, published)
    assert stamp(storage) != stamps[-1]


def test_the_dataset_is_that_of_the_newest_publication(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    other = client.post(
        "/v1/datasets",
        data={"name": "Other", "currency": "EUR"},
        files=small_business.parts(small_business.tables()),
    ).json()["id"]
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    )
    ours = decided.store(storage, dataset, "unit_worth", decided.WORTH)
    decided.store(storage, other, "ideal_customers", {"scorecard": {}}, rows=decided.ideal_rows())

    found = sources_of(storage, "ws_local", DAY)

    assert found is not None
    assert found.base.dataset_id == dataset
    assert found.analyses["unit_worth"].id == ours.id
    assert "ideal_customers" not in found.analyses


def test_an_analysis_that_is_forgotten_is_decided_no_more(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    )
    told = client.get("/v1/customers/c00/recommendation").json()
    client.post(f"/v1/recommendations/{told['id']}/feedback", json={"accepted": True})

    client.delete(f"/v1/datasets/{dataset}/customers/c00")

    assert client.get("/v1/customers/c00/recommendation").status_code == 404
    assert storage.feedback.of_customer("ws_local", "c00") == []
    assert not list(storage.blobs.recommendations("ws_local").glob("*.snapshot"))
