"""The log and the meters name routes, never paths: paths carry customers' ids."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.telemetry import Meters, Telemetry, log_to_stderr
from pricing_service.storage import Tally


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()

    @app.get("/customers/{customer_id}")
    def read(customer_id: str) -> str:
        if customer_id == "broken":
            raise RuntimeError(customer_id)
        return customer_id

    app.add_middleware(Telemetry, meters=Meters())
    yield TestClient(app, raise_server_exceptions=False)
    structlog.reset_defaults()


def test_a_line_a_request_without_the_callers_data(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr()

    answer = client.get("/customers/canary-7?name=canary-8")

    captured = capsys.readouterr()
    line = json.loads(captured.err.splitlines()[-1])
    assert (line["route"], line["status"], line["method"]) == ("/customers/{customer_id}", 200, "GET")
    assert line["id"] == answer.headers["x-request-id"]
    assert "canary" not in captured.err
    assert captured.out == ""


def test_a_request_that_breaks_is_counted_as_500(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr()

    client.get("/customers/broken")

    assert json.loads(capsys.readouterr().err.splitlines()[-1])["status"] == 500


def test_a_quiet_log_holds_troubles_only(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(quiet=True)

    client.get("/customers/c1")

    assert capsys.readouterr().err == ""


def test_the_meters_can_be_read_by_prometheus() -> None:
    meters = Meters()
    meters.requests.labels("GET", "/livez", "200").inc()

    page = meters.page(waiting=3, webhooks=Tally({"failed": 2}, 61.5)).decode()

    assert 'http_requests_total{method="GET",route="/livez",status="200"} 1.0' in page
    assert "analyses_waiting 3.0" in page
