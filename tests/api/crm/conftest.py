"""A service that listens on a port of this machine, with decisions in force and a HubSpot account that may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.keys import SCOPES
from api.recommendations import callers, held
from pricing_service.config import Settings
from pricing_service.storage import Analysis, Storage
from tests.api import decided, small_business
from tests.api.at_a_port import listening
from tests.journeys.conftest import free_port

CRM = Path(__file__).resolve().parents[3] / "api" / "crm"
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
ORIGIN = "https://pricing.example.com"
PORTAL = "4711"
ACCOUNT = {"workspace": "ws_local", "secret": SECRET, "origin": ORIGIN}
EXTERNAL = "customer_id,system,external_id\n" + "".join(
    f"{who},hubspot,{1000 + at}\n{who},salesforce,001{at:012d}AAA\n" for at, who in enumerate(decided.WHO)
)


@dataclass(frozen=True)
class Service:
    """Where it listens, what it stores, and how a person of the local workspace asks it."""

    address: str
    storage: Storage
    person: httpx.Client
    dataset: str

    def recommendation(self, customer_id: str) -> dict[str, Any]:
        answer = self.person.get(f"/v1/customers/{customer_id}/recommendation")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decide(self, share: float = 0.1) -> Analysis:
        """Put raises by a share into force."""
        rows = decided.raise_rows(share)
        rows["reasons"][0] = ["value_added", "released:calendar sync"]
        analysis = decided.store(self.storage, self.dataset, "raises", decided.RAISES, rows=rows)
        decided.publish(self.storage, analysis)
        return analysis


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Tiers and raises that are published; what is published is seen at once."""
    data, port = tmp_path_factory.mktemp("crm") / "data", free_port()
    settings = Settings(data_folder=data, dev=True, hubspot_portals={PORTAL: ACCOUNT})
    with pytest.MonkeyPatch.context() as patch, Storage.open(settings) as storage:
        patch.setattr(callers, "REMEMBERED_SECONDS", 0.0)
        patch.setattr(held, "LOOK_AFTER_SECONDS", 0.0)
        patch.setattr(held, "STALE_AFTER_SECONDS", 0.0)
        patch.setattr(held, "_PATIENCE_SECONDS", 60.0)
        app = create_app(settings, storage=storage)
        storage.keys.create("ws_local", name="CRM", scopes=["recommendations:read"], dev_token="crm")
        storage.workspaces.create("stranger", workspace_id="ws_stranger")
        storage.keys.create("ws_stranger", name="Eve", scopes=SCOPES, dev_token="eve")
        with listening(app, port), _person(f"http://127.0.0.1:{port}") as person:
            made = Service(f"http://127.0.0.1:{port}", storage, person, _dataset(person))
            tiers = {"tiers": decided.TIERS, "metric": "postings"}
            rows = decided.tier_rows({"c02": None, "c05": None})
            decided.publish(storage, decided.store(storage, made.dataset, "tiers", tiers, rows=rows))
            made.decide()
            yield made


def _person(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": "Bearer dev"}, timeout=60)


def _dataset(person: httpx.Client) -> str:
    files = small_business.parts({**small_business.tables(), "external_ids.csv": EXTERNAL})
    made = person.post("/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])
