"""The API does what its description says: schemathesis asks what the description allows, and what it forbids.

All phases (examples, coverage, fuzzing, stateful) with all checks, over ASGI, from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from api.app import create_app
from pricing_service.config import Settings
from pricing_service.storage import Storage
from tests.api import decided, small_business

pytestmark = pytest.mark.slow

# The objects that reads and posts are about are there; deletions meet ids that are not, or the run's own.
# No schema can say what a usable file, a configured connection, a row of that table, a sound price book or a public
# address is, or that one option must lie below another: there a refusal is right as well.
CONFIG = """
seed = 1
[generation]
max-examples = 10
[auth.openapi.Key]
bearer = "dev"
[[operations]]
include-path-regex = "^/v1/"
include-method = ["GET", "POST", "PUT"]
parameters = {{ {parameters} }}
[[operations]]
include-name = [
  "POST /v1/datasets",
  "POST /v1/analyses",
  "POST /v1/datasets/{{dataset_id}}/rows/{{table}}",
  "POST /v1/price-books",
  "PUT /v1/price-books/{{version}}",
  "POST /v1/price-books/{{version}}/publish",
  "POST /v1/price-books/{{version}}/simulations",
  "POST /v1/webhook-endpoints",
  "PUT /v1/webhook-endpoints/{{endpoint_id}}",
  "POST /v1/proposals",
  "PUT /v1/proposals/{{proposal_id}}",
  "POST /v1/proposals/{{proposal_id}}/votes",
  "POST /v1/proposals/{{proposal_id}}/publish",
  "POST /v1/proposals/{{proposal_id}}/withdraw",
  "POST /v1/quotes/guidance",
  "POST /v1/recommendations/{{recommendation_id}}/feedback",
]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
# A body that is too large is refused for that before anybody looks at what is in it.
[operations.checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
"""


def test_every_operation_keeps_its_description(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data", dev=True)
    with Storage.open(settings) as storage:
        app = create_app(settings, storage=storage)
        with TestClient(app, headers={"Authorization": "Bearer dev"}) as client:
            objects = ", ".join(f'{name} = "{its}"' for name, its in _objects(client).items())
        (tmp_path / "schemathesis.toml").write_text(CONFIG.format(parameters=objects))
        config = SchemathesisConfig.from_path(tmp_path / "schemathesis.toml")
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
        schemathesis.hook("before_call")(_fresh_key)

        try:
            seen = list(_seen(schema))
        finally:
            schemathesis.hooks.unregister(_fresh_key)

    described = {operation.ok().label for operation in schema.get_all_operations()}
    assert {label for label, _, _ in seen} == described, "every operation was asked"
    failures = [failure for _, _, failure in seen if failure]
    assert not failures, "\n\n".join(failures)


def _fresh_key(context: object, case: Any, kwargs: object) -> None:
    """Two cases that drew the same key would be, rightly, refused: every valid one becomes its own."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= 255:
        case.headers["Idempotency-Key"] = case.id


def _objects(client: TestClient) -> dict[str, str]:
    files = small_business.parts(
        {**small_business.tables(), "external_ids.csv": "customer_id,system,external_id\nc00,hubspot,17\n"}
    )
    dataset = client.post("/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files).json()
    analysis = client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "report"}).json()
    book = {"name": "Jobs", "currency": "EUR", "plans": [{"name": "team", "price": 200}]}
    draft = client.post("/v1/price-books", json={"book": book}).json()
    place = f"/v1/price-books/{draft['id']}/simulations"
    simulation = client.post(place, json={"dataset": dataset["id"]}).json()
    raises = decided.store(
        client.app.state.storage, dataset["id"], "raises", decided.RAISES, rows=decided.raise_rows()
    )
    decided.publish(client.app.state.storage, raises)
    recommendation = client.get("/v1/customers/c00/recommendation").json()
    own = client.post("/v1/price-books", json={"book": book}).json()
    proposal = client.post("/v1/proposals", json={"price_book": own["id"], "title": "Dearer"}).json()
    wanted = {"url": "https://hooks.example.com/", "events": ["price_book.published"]}
    endpoint = client.post("/v1/webhook-endpoints", json=wanted).json()
    event = client.post(f"/v1/webhook-endpoints/{endpoint['id']}/test").json()
    return {
        "dataset_id": dataset["id"],
        "analysis_id": analysis["id"],
        "version": draft["id"],
        "simulation_id": simulation["id"],
        "proposal_id": proposal["id"],
        "endpoint_id": endpoint["id"],
        "event_id": event["id"],
        "recommendation_id": recommendation["id"],
        "customer_id": recommendation["customer_id"],
        "system": "hubspot",
        "external_id": "17",
    }


def _seen(schema: Any) -> Iterator[tuple[str, int | None, str]]:
    """Every call: its operation, the answer's status, and what was wrong with it."""
    made: set[str] = set()
    gone: set[str] = set()
    for event in from_schema(schema).execute():
        assert not isinstance(event, FatalError), event
        assert not isinstance(event, NonFatalError), event.value
        if not isinstance(event, ScenarioFinished):
            continue
        for case_id, call in event.recorder.interactions.items():
            case = event.recorder.cases[case_id].value
            status = call.response.status_code if call.response is not None else None
            made.update(call.response.headers.get("location", []) if call.response is not None else [])
            if case.method == "DELETE" and status == 204:
                gone.add(case.formatted_path)
            asked = case.as_curl_command()
            wrong = [
                f"{case.operation.label}, {check.name}, {status}: {check.failure_info.failure.message}\n{asked}"
                for check in event.recorder.checks.get(case_id, [])
                if check.failure_info is not None and not _rightly_missing(check.name, case, made, gone)
            ]
            yield case.operation.label, status, "\n".join(wrong)


def _rightly_missing(check: str, case: Any, made: set[str], gone: set[str]) -> bool:
    """Whether what was looked for is not there for a reason that the check does not know.

    The run deleted it in an earlier scenario, or a simulation was looked for under a book that is not its own.
    """
    if check != "ensure_resource_availability":
        return False
    parts = case.formatted_path.split("/")
    if any("/".join(parts[:length]) in gone for length in range(2, len(parts) + 1)):
        return True
    return "simulation_id" in case.path_parameters and (
        "/".join(parts[: parts.index("simulations") + 2]) not in made
    )
