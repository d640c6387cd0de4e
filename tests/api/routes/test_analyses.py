"""Analyses are asked for, waited for, read and cancelled; what cannot be answered is refused at once."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.analyses import AnalysisDesk
from api.app import create_app
from pricing_service.config import Settings
from tests.api import small_business


def ask(client: TestClient, dataset: dict[str, Any], /, **more: Any) -> Any:
    return client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "value_metrics"} | more)


def test_an_analysis_is_queued_and_found_at_its_location(client: TestClient, dataset: dict[str, Any]) -> None:
    answer = ask(client, dataset, seed=3)

    assert answer.status_code == 202, answer.text
    found = client.get(answer.headers["location"]).json()
    assert found["status"] == "queued"
    assert (found["dataset"], found["dataset_version"]) == (dataset["id"], dataset["version"])
    assert found["seed"] == 3
    assert found["result"] is None
    assert found["finished_at"] is None
    assert found["progress"].keys() == {"step", "done", "total"}


def test_a_finished_analysis_has_its_result_without_nan(finished: dict[str, Any]) -> None:
    assert finished["status"] == "succeeded"
    assert finished["finished_at"] is not None
    assert finished["result"]["metric"] == "postings"
    json.dumps(finished, allow_nan=False)


def test_the_rows_lead_page_by_page_to_every_customer(client: TestClient, finished: dict[str, Any]) -> None:
    path = f"/v1/analyses/{finished['id']}/rows"
    first = client.get(path, params={"limit": 30}).json()
    rest = client.get(path, params={"limit": 30, "cursor": first["next_cursor"]}).json()

    customers = [row["customer_id"] for row in first["data"] + rest["data"]]
    assert len(set(customers)) == len(customers) == small_business.CUSTOMERS
    assert rest["next_cursor"] is None
    assert {"customer_id", "worth", "low", "high"} <= first["data"][0].keys()


def test_the_rows_are_csv_for_those_who_ask(client: TestClient, finished: dict[str, Any]) -> None:
    answer = client.get(f"/v1/analyses/{finished['id']}/rows", headers={"Accept": "text/csv"})

    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == small_business.CUSTOMERS
    assert all(math.isfinite(float(row["worth"])) for row in rows if row["worth"])


def test_the_report_is_one_page_that_loads_nothing(client: TestClient, finished: dict[str, Any]) -> None:
    answer = client.get(f"/v1/analyses/{finished['id']}/report")

    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "postings" in answer.text


def test_a_queued_analysis_is_cancelled_once(client: TestClient, dataset: dict[str, Any]) -> None:
    location = ask(client, dataset).headers["location"]

    assert client.delete(location).json()["status"] == "cancelled"
    again = client.delete(location)
    assert (again.status_code, again.json()["code"]) == (409, "already_finished")


def test_a_finished_analysis_cannot_be_cancelled(client: TestClient, finished: dict[str, Any]) -> None:
    assert client.delete(f"/v1/analyses/{finished['id']}").status_code == 409


@pytest.mark.parametrize("part", ["rows", "report"])
def test_what_is_not_there_yet_is_a_conflict(client: TestClient, dataset: dict[str, Any], part: str) -> None:
    location = ask(client, dataset).headers["location"]

    answer = client.get(f"{location}/{part}")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "horoscope"}, "/kind", "unknown_kind"),
        ({"kind": None}, "/kind", "unknown_kind"),
        ({"options": {"levle": 0.9}}, "/options/levle", "unknown_option"),
        ({"options": {"level": 2}}, "/options/level", "less_than"),
        ({"options": {"level": "0.9"}}, "/options/level", "float_type"),
        ({"options": {"as_of": "yesterday"}}, "/options/as_of", "date_parsing"),
        ({"seed": -1}, "/seed", "greater_than_equal"),
        ({"seed": True}, "/seed", "int_type"),
        ({"sede": 1}, "/sede", "unknown_field"),
        ({"dataset": 5}, "/dataset", "string_type"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_pointer(
    client: TestClient, dataset: dict[str, Any], *, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = ask(client, dataset, **body)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


def test_a_kind_whose_tables_are_missing_is_refused_with_the_way_out(client: TestClient) -> None:
    only = {"customers.csv": small_business.tables()["customers.csv"]}
    created = client.post("/v1/datasets", data={"currency": "EUR"}, files=small_business.parts(only)).json()

    answer = ask(client, created)

    assert (answer.status_code, answer.json()["code"]) == (422, "missing_tables")
    fault = answer.json()["errors"][0]
    assert fault["table"] == "usage"
    assert "unlocks" in fault["message"]
    assert "Cheapest way" in fault["message"]


def test_a_wait_that_runs_out_answers_202(client: TestClient, dataset: dict[str, Any]) -> None:
    body = {"dataset": dataset["id"], "kind": "value_metrics"}

    answer = client.post("/v1/analyses", json=body, headers={"Prefer": "wait=1"})

    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


def test_more_than_may_wait_are_told_to_come_later(
    client: TestClient, dataset: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.app.state.analyses._storage.analyses, "count_queued", lambda _: 1000)

    answer = ask(client, dataset)

    assert (answer.status_code, answer.json()["retryable"]) == (429, True)
    assert answer.headers["retry-after"]


def test_the_list_shows_analyses_without_their_results(client: TestClient, finished: dict[str, Any]) -> None:
    page = client.get("/v1/analyses", params={"limit": 1000}).json()

    mine = [one for one in page["data"] if one["id"] == finished["id"]]
    assert mine[0]["status"] == "succeeded"
    assert "result" not in mine[0]


@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("DELETE", ""), ("GET", "/rows"), ("GET", "/report")]
)
def test_anothers_analysis_is_equal_to_an_unknown_one(
    client: TestClient, finished: dict[str, Any], *, stranger: dict[str, str], method: str, rest: str
) -> None:
    theirs = client.request(method, f"/v1/analyses/{finished['id']}{rest}", headers=stranger)
    unknown = client.request(method, f"/v1/analyses/an_unknown{rest}", headers=stranger)

    assert theirs.status_code == 404
    assert theirs.content == unknown.content


def test_anothers_dataset_cannot_be_asked_about(
    client: TestClient, dataset: dict[str, Any], stranger: dict[str, str]
) -> None:
    def asked(dataset_id: str) -> Any:
        body = {"dataset": dataset_id, "kind": "value_metrics"}
        return client.post("/v1/analyses", json=body, headers=stranger)

    assert asked(dataset["id"]).status_code == 404
    assert asked(dataset["id"]).content == asked("ds_unknown").content


def test_equal_questions_have_equal_answers(
    client: TestClient, dataset: dict[str, Any], finished: dict[str, Any], work: Callable[[str], None]
) -> None:
    again = ask(client, dataset, kind="unit_worth").json()
    work(again["id"])

    assert client.get(f"/v1/analyses/{again['id']}").json()["result"] == finished["result"]


def test_a_full_queue_takes_no_more_and_says_when_to_come_back(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, dev=True, max_queued_analyses=1)
    with TestClient(create_app(settings), headers={"Authorization": "Bearer dev"}) as client:
        files = small_business.parts(small_business.tables())
        dataset = client.post("/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files).json()
        asked = {"dataset": dataset["id"], "kind": "value_metrics"}
        first, second = (client.post("/v1/analyses", json=asked) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 429)
    assert (second.json()["code"], second.headers["retry-after"]) == ("too_many_waiting", "30")


def test_whoever_waits_holds_nobody_up_and_a_lost_wait_is_no_second_analysis(
    client: TestClient, dataset: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body, key = {"dataset": dataset["id"], "kind": "value_metrics"}, {"Idempotency-Key": "lost in the wait"}
    before = len(client.get("/v1/analyses?limit=100").json()["data"])

    def end(desk: AnalysisDesk, workspace_id: str, queued: dict[str, Any], **_: Any) -> None:
        with ThreadPoolExecutor(1) as another:  # sees and cancels it while its caller waits
            cancel = desk._storage.analyses.request_cancel
            another.submit(cancel, workspace_id, queued["id"]).result(timeout=10)
        raise ConnectionError("the process ends here")

    with monkeypatch.context() as ended:
        ended.setattr(AnalysisDesk, "wait_for", end)
        client.post("/v1/analyses", json=body, headers={"Prefer": "wait=5", **key})
    again = client.post("/v1/analyses", json=body, headers={"Prefer": "wait=5", **key})

    assert (again.status_code, again.headers["idempotency-replayed"]) == (202, "true")
    assert client.get(again.headers["location"]).json()["status"] == "cancelled"
    assert len(client.get("/v1/analyses?limit=100").json()["data"]) == before + 1
