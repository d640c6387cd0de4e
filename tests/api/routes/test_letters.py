"""Letters go out as Markdown or as pages, to whom the plan raises and to nobody else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api import small_business
from tests.pricing_service.decisions.raised_book import raised_book


@pytest.fixture(scope="module")
def planned(served: TestClient, work: Callable[[str], None]) -> dict[str, Any]:
    """An analysis of raises that has ended, with its rows."""
    texts = {f"{name}.csv": small_business.as_csv(rows) for name, rows in raised_book(240).items()}
    mine = {"Authorization": "Bearer dev"}
    dataset = served.post(
        "/v1/datasets", data={"currency": "EUR"}, files=small_business.parts(texts), headers=mine
    ).json()
    asked = served.post(
        "/v1/analyses", json={"dataset": dataset["id"], "kind": "raises"}, headers=mine
    ).json()
    work(asked["id"])
    path = f"/v1/analyses/{asked['id']}"
    return {
        "path": path,
        "rows": served.get(f"{path}/rows", params={"limit": 1000}, headers=mine).json()["data"],
    }


def of_arm(planned: dict[str, Any], arm: str | None) -> str:
    found: str = next(row["customer_id"] for row in planned["rows"] if row["arm"] == arm)
    return f"{planned['path']}/letters/{found}"


def test_a_letter_is_markdown_unless_a_page_is_asked_for(client: TestClient, planned: dict[str, Any]) -> None:
    path = of_arm(planned, "raise")

    plain, page = client.get(path), client.get(path, headers={"Accept": "text/html"})
    rather = client.get(path, headers={"Accept": "text/markdown, text/html"})

    assert plain.headers["content-type"].startswith("text/markdown")
    assert plain.text.startswith("# Your price from ")
    assert rather.text == plain.text
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Your price from " in page.text


@pytest.mark.parametrize("arm", ["hold_out", None])
def test_who_is_told_no_raise_has_no_letter(client: TestClient, planned: dict[str, Any], arm: str) -> None:
    answer = client.get(of_arm(planned, arm))

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("customer", ["nobody", "..%2F..", "a/b", "%00", "c000'--"])
def test_an_unknown_customer_is_not_found(client: TestClient, planned: dict[str, Any], customer: str) -> None:
    answer = client.get(f"{planned['path']}/letters/{customer}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_another_kind_has_no_letters(client: TestClient, finished: dict[str, Any]) -> None:
    answer = client.get(f"/v1/analyses/{finished['id']}/letters/c00")

    assert answer.status_code == 404
    assert "letters" in answer.json()["detail"]


def test_the_rows_tell_evidence_in_one_cell_of_a_spreadsheet(
    client: TestClient, planned: dict[str, Any]
) -> None:
    answer = client.get(f"{planned['path']}/rows", headers={"Accept": "text/csv"})

    told = [row["achieved"] for row in csv.DictReader(io.StringIO(answer.text)) if row["arm"] == "raise"]
    assert told
    assert all(cell.startswith("kpi hires, now ") for cell in told)
