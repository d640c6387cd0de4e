"""A pricing committee drafts, simulates and publishes a price book over real HTTP, with a worker of its own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml

from tests.api import small_business
from tests.journeys.test_pricing_committee import WAIT, finished

pytestmark = pytest.mark.slow

TABLE = "plan,price,metric,included_units,overage_price\nteam,200,postings,10,4\n"


@pytest.fixture(scope="module")
def dataset(server: str) -> str:
    answer = httpx.post(
        f"{server}/v1/datasets",
        data={"name": "Job board", "currency": "EUR"},
        files=small_business.parts({**small_business.tables(), "price_book.csv": TABLE}),
        headers={"Authorization": "Bearer dev"},
        timeout=120,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def simulated(ada: httpx.Client, draft: dict[str, Any], dataset: str) -> dict[str, Any]:
    answer = ada.post(f"/v1/price-books/{draft['id']}/simulations", json={"dataset": dataset}, headers=WAIT)
    assert answer.status_code in (200, 202), answer.text
    return finished(ada, answer.headers["location"])


def test_from_todays_prices_to_a_new_book_that_everyone_understands(ada: httpx.Client, dataset: str) -> None:
    today = ada.post("/v1/price-books", json={"dataset": dataset}).json()
    checked = simulated(ada, today, dataset)
    assert checked["result"]["total"]["change"] == 0, "today's book against itself"
    first = ada.post(f"/v1/price-books/{today['id']}/publish", json={"effective": "2025-01-01"})
    assert first.status_code == 200, first.text

    book = today["book"]
    book["plans"][0]["price"] = 300
    keep = {"keeps": ["price"], "on_plan_before": "2024-06-02"}
    draft = ada.post("/v1/price-books", json={"book": book}).json()
    kept = ada.post("/v1/price-books", json={"book": book, "keep": keep}).json()

    far, near = simulated(ada, draft, dataset), simulated(ada, kept, dataset)

    assert far["status"] == near["status"] == "succeeded", (far["error"], near["error"])
    assert far["compared_with"] == today["id"]
    assert far["result"]["change"]["p95"] > 0.25
    assert near["result"]["total"]["change"] == 0, "everybody keeps the old price"
    stopped = ada.post(f"/v1/price-books/{draft['id']}/publish", json={})
    assert stopped.json()["code"] == "guard_exceeded"
    published = ada.post(f"/v1/price-books/{kept['id']}/publish", json={"effective": "2025-06-01"})
    assert published.status_code == 200, published.text

    current = ada.get("/v1/price-books/current", headers={"Accept": "application/yaml"}).text
    assert yaml.safe_load(current)["plans"]["team"]["price"] == 300
    page = ada.get(f"/v1/price-books/{draft['id']}/simulations/{far['id']}/report")
    assert "customers pay more" in page.text
    rows = ada.get(
        f"/v1/price-books/{draft['id']}/simulations/{far['id']}/rows",
        params={"table": "lines"},
        headers={"Accept": "text/csv"},
    )
    assert rows.text.splitlines()[0].startswith("customer_id,product,month")
