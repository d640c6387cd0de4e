"""A pricing committee goes from exports to a report, over real HTTP, with a worker in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.api import small_business
from tests.journeys.conftest import PROGRAM

pytestmark = pytest.mark.slow

WAIT = {"Prefer": "wait=60"}


@pytest.fixture(scope="module")
def dataset(server: str) -> dict[str, Any]:
    files = small_business.parts(small_business.tables())
    answer = httpx.post(
        f"{server}/v1/datasets",
        data={"name": "Job board", "currency": "EUR"},
        files=files,
        headers={"Authorization": "Bearer dev"},
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def ask(client: httpx.Client, dataset: dict[str, Any], kind: str) -> dict[str, Any]:
    """Ask and wait, as long as it takes."""
    answer = client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": kind}, headers=WAIT)
    assert answer.status_code in (200, 202), answer.text
    return finished(client, answer.headers["location"])


def finished(client: httpx.Client, location: str) -> dict[str, Any]:
    for _ in range(600):
        analysis: dict[str, Any] = client.get(location).json()
        if analysis["finished_at"]:
            return analysis
        time.sleep(0.2)
    pytest.fail(f"not finished within two minutes: {analysis}")


def test_exports_become_a_report_that_names_the_value_metric(
    ada: httpx.Client, dataset: dict[str, Any]
) -> None:
    analysis = ask(ada, dataset, "report")

    assert analysis["status"] == "succeeded", analysis["error"]
    assert analysis["result"]["analyses"]["value_metrics"]["recommended"] == "postings"
    page = ada.get(f"/v1/analyses/{analysis['id']}/report")
    assert "postings" in page.text
    assert "postings" in httpx.get(f"{ada.base_url}/").text, "the local service shows it at /"


def test_http_and_the_command_line_give_equal_results(
    ada: httpx.Client, dataset: dict[str, Any], tmp_path: Path
) -> None:
    served = ask(ada, dataset, "unit_worth")
    out, folder = tmp_path / "out.json", tmp_path / "exports"
    folder.mkdir()

    command = [
        *PROGRAM,
        "analyze",
        small_business.folder(folder),
        "--kind",
        "unit_worth",
        "--currency",
        "EUR",
    ]
    subprocess.run([*command, "--json", out], check=True, capture_output=True)

    local = json.loads(out.read_bytes())
    rows = local.pop("rows")
    assert local == served["result"]
    assert rows == ada.get(f"/v1/analyses/{served['id']}/rows", params={"limit": 1000}).json()["data"]


def test_an_analysis_survives_the_death_of_its_worker(ada: httpx.Client, dataset: dict[str, Any]) -> None:
    undisturbed = ask(ada, dataset, "value_metrics")["result"]
    location = ada.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "value_metrics"}).headers[
        "location"
    ]
    while ada.get(location).json()["status"] == "queued":
        time.sleep(0.02)

    os.kill(_worker(ada).pid, signal.SIGKILL)

    analysis = finished(ada, location)
    assert analysis["status"] == "succeeded", analysis["error"]
    assert analysis["result"] == undisturbed


def test_a_cancelled_analysis_stops_and_says_so(ada: httpx.Client, dataset: dict[str, Any]) -> None:
    location = ada.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "report"}).headers["location"]

    assert ada.delete(location).status_code == 200

    assert finished(ada, location)["status"] == "cancelled"
    assert ada.delete(location).status_code == 409


def _worker(client: httpx.Client) -> psutil.Process:
    """The worker of the server that the client speaks with."""
    server = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if str(client.base_url.port) in (process.info["cmdline"] or []) and "serve" in process.info["cmdline"]
    )
    return next(child for child in server.children() if "worker" in child.cmdline())
