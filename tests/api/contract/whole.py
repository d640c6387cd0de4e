"""The whole application, arranged for a run: two workspaces, a business with everything in it, and what is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.keys import SCOPES
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api import small_business
from tests.api.contract import run, settings
from tests.api.contract.meanings import CONNECTION, meanings
from tests.api.contract.objects import Objects, Parameters

_SIMULATIONS = "GET /v1/price-books/{version}/simulations/{simulation_id}"
_ANALYSES = "GET /v1/analyses/{analysis_id}"


def asked(folder: Path, *, examples: int, phases: Collection[str] = settings.PHASES) -> run.Outcome:
    """Run schemathesis over the application with so many random cases of an operation in a phase."""
    exports = folder / "exports"
    exports.mkdir()
    service = Settings(
        data_folder=folder / "data",
        dev=True,
        committee_approvals_beyond=1,
        connections={CONNECTION: str(small_business.folder(exports))},
    )
    people = run.identities(folder / "people.json", {"ours": "dev", "theirs": "theirs"})
    with Storage.open(service) as storage:
        app = create_app(service, storage=storage)
        storage.workspaces.create("theirs", workspace_id="ws_theirs")
        storage.keys.create("ws_theirs", name="theirs", scopes=SCOPES, dev_token="theirs")
        with (
            TestClient(app, headers=_key("dev")) as client,
            TestClient(app, headers=_key("theirs")) as stranger,
        ):
            objects = Objects(client, colleague=_key("dev2"))
            config = settings.write(
                folder / "schemathesis.toml",
                examples=examples,
                people=people,
                standing=objects.standing(),
                own=_own(objects),
                phases=phases,
            )
            return run.run(app, config, fresh=_fresh(objects), meanings=meanings(objects), stranger=stranger)


def _key(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _own(objects: Objects) -> Mapping[str, Parameters]:
    """Reads of what has ended."""
    simulation, raises = objects.simulation(), objects.raises
    return {
        **{_SIMULATIONS + part: simulation for part in ("", "/rows", "/report")},
        **{_ANALYSES + part: raises for part in ("", "/rows", "/letters/{customer_id}")},
        f"{_ANALYSES}/report": objects.report(),
    }


def _fresh(objects: Objects) -> Mapping[str, Callable[[], Parameters]]:
    """What can be done to a thing once."""
    return {
        "PUT /v1/price-books/{version}": objects.draft,
        "POST /v1/price-books/{version}/publish": objects.draft,
        "PUT /v1/proposals/{proposal_id}": objects.proposal,
        "POST /v1/proposals/{proposal_id}/votes": objects.colleagues_proposal,
        "POST /v1/proposals/{proposal_id}/publish": objects.approved,
        "POST /v1/proposals/{proposal_id}/withdraw": objects.proposal,
        "DELETE /v1/analyses/{analysis_id}": objects.queued,
        "DELETE /v1/keys/{key_id}": objects.key,
        "DELETE /v1/webhook-endpoints/{endpoint_id}": objects.endpoint,
        "DELETE /v1/datasets/{dataset_id}": objects.forgettable,
        "DELETE /v1/datasets/{dataset_id}/customers/{customer_id}": objects.forgettable,
    }
