"""A clock that jumps by a day, and back: what is stored stays right, and nobody has to mend anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.local_workspace import LOCAL
from pricing_service.config import Settings
from pricing_service.storage import StillRunning, Storage
from pricing_service.storage.claims import UNRENEWED
from pricing_service.storage.idempotency import Claim

DAY = timedelta(days=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_jumps_and_returns_changes_no_answer(tmp_path: Path, jump: timedelta) -> None:
    clock = Clock()
    settings = Settings(data_folder=tmp_path, dev=True)
    with (
        Storage.open(settings, clock=clock) as storage,
        TestClient(create_app(settings, storage=storage)) as client,
    ):
        client.headers["authorization"] = "Bearer dev"
        made = []
        for by in (timedelta(0), jump, -jump):
            clock.now += by
            files = [("files", ("usage.csv", b"customer_id,date,metric,units\nc1,2024-01-01,m,1\n"))]
            answer = client.post("/v1/datasets", files=files, data={"currency": "EUR"})
            key = client.post("/v1/keys", json={"name": "Ada", "scopes": ["data:read"]})
            assert (answer.status_code, key.status_code) == (201, 201)
            made.append(answer.json()["id"])

        seen, cursor = [], None
        while True:
            page = client.get(
                "/v1/datasets", params={"limit": 1, **({"cursor": cursor} if cursor else {})}
            ).json()
            seen += [each["id"] for each in page["data"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert sorted(seen) == sorted(made)
        assert storage.audit.verify(LOCAL) is None
        row = {"customer_id": "c2", "date": "2024-01-01", "metric": "m", "units": 1}
        for dataset in made:
            assert client.post(f"/v1/datasets/{dataset}/rows/usage", json=[row]).status_code == 200


def test_a_claim_of_a_killed_request_from_a_clock_ahead_holds_its_key_no_longer_than_others(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with Storage.open(Settings(data_folder=tmp_path, dev=True), clock=clock) as storage:
        workspace = storage.workspaces.create("Acme").id
        clock.now += DAY
        assert isinstance(storage.idempotency.begin(workspace, "k", fingerprint="f"), Claim)
        clock.now -= DAY

        assert isinstance(storage.idempotency.begin(workspace, "k", fingerprint="f"), Claim)
        with pytest.raises(StillRunning):
            storage.idempotency.begin(workspace, "k", fingerprint="f")
        clock.now += UNRENEWED + timedelta(seconds=1)
        assert isinstance(storage.idempotency.begin(workspace, "k", fingerprint="f"), Claim)
