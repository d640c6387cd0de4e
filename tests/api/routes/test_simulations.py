"""A simulation is queued, done by the worker's steps, read as numbers, rows and a page, and opens the guard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pricing_service.jobs import Refused
from tests.api import small_business
from tests.api.routes.test_price_books import made, publish


def draft_at(price: float) -> dict[str, Any]:
    return {"book": {"name": "Jobs", "currency": "EUR", "plans": [{"name": "team", "price": price}]}}


@pytest.fixture
def simulated(
    client: TestClient, dataset: dict[str, Any], work: Callable[[str], None]
) -> Callable[..., dict[str, Any]]:
    """Simulate a draft here and now."""

    def run(draft: dict[str, Any], **asked: Any) -> dict[str, Any]:
        body = {"dataset": dataset["id"], "against": "paid", **asked}
        queued = client.post(f"/v1/price-books/{draft['id']}/simulations", json=body)
        assert queued.status_code == 202, queued.text
        assert queued.json()["status"] == "queued"
        work(queued.json()["id"])
        found: dict[str, Any] = client.get(queued.headers["location"]).json()
        return found

    return run


def test_a_simulation_says_what_everyone_would_pay(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    draft = made(client, draft_at(210))

    found = simulated(draft)

    assert found["status"] == "succeeded"
    assert found["id"].startswith("sim_")
    result = found["result"]
    assert result["counted"]["customers"] == small_business.CUSTOMERS
    assert result["total"]["after"] == 210 * result["counted"]["customer_months"]
    assert (found["content_hash"], found["compared_with"]) == (draft["content_hash"], None)
    listed = client.get(f"/v1/price-books/{draft['id']}/simulations").json()["data"]
    assert [one["id"] for one in listed] == [found["id"]]


def test_customers_and_lines_are_read_by_the_page_and_as_csv(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    draft = made(client, draft_at(210))
    place = f"/v1/price-books/{draft['id']}/simulations/{simulated(draft)['id']}/rows"

    page = client.get(place, params={"limit": 3}).json()
    lines = client.get(place, params={"table": "lines", "limit": 1000}).json()
    written = client.get(place, params={"table": "lines"}, headers={"Accept": "text/csv"})

    assert [row["customer_id"] for row in page["data"]] == ["c00", "c01", "c02"]
    assert page["has_more"]
    assert {row["line"] for row in lines["data"]} == {"(price)"}
    rows = list(csv.DictReader(io.StringIO(written.text)))
    assert len(rows) == len(lines["data"])
    assert rows[0]["after"] == "210.0"


def test_the_page_shows_the_picture(client: TestClient, simulated: Callable[..., dict[str, Any]]) -> None:
    draft = made(client, draft_at(230))

    page = client.get(f"/v1/price-books/{draft['id']}/simulations/{simulated(draft)['id']}/report")

    assert page.headers["content-type"].startswith("text/html")
    assert "<svg" in page.text
    assert "customers pay more" in page.text


@pytest.fixture(scope="module")
def asked(served: TestClient) -> dict[str, Any]:
    """A dataset that tells what prospects paid and refused."""
    files = small_business.parts(small_business.tables() | small_business.offers())
    answer = served.post(
        "/v1/datasets",
        data={"name": "Asked", "currency": "EUR"},
        files=files,
        headers={"Authorization": "Bearer dev"},
    )
    found: dict[str, Any] = answer.json()
    return found


def test_who_leaves_rests_on_evidence_unless_it_is_to_be_assumed(
    client: TestClient, simulated: Callable[..., dict[str, Any]], asked: dict[str, Any]
) -> None:
    draft = made(client, draft_at(300))

    told, assumed = (
        simulated(draft, dataset=asked["id"], options=options)
        for options in ({"leaving_metric": "postings"}, {"leaving": "assumed"})
    )

    by_evidence, by_assumption = (found["result"]["behaviour"] for found in (told, assumed))
    assert by_evidence["rests_on"] == "evidence"
    assert by_evidence["evidence"]["sources"] == ["quotes"]
    assert (by_assumption["rests_on"], by_assumption["reasons"]) == ("assumption", {"evidence": "not_asked"})
    assert by_evidence["leave"] != by_assumption["leave"]
    place = f"/v1/price-books/{draft['id']}/simulations/{told['id']}/report"
    assert "among those in which a customer pays today" in client.get(place).text


def test_a_metric_that_nobody_uses_cannot_tell_who_leaves(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(Refused, match="tokens"):
        simulated(made(client, draft_at(300)), options={"leaving_metric": "tokens"})


def test_a_draft_within_the_guard_is_published_without_a_word(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    draft = made(client, draft_at(229))
    simulated(draft)

    answer = client.post(f"/v1/price-books/{draft['id']}/publish", json={})

    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged"] == []


def test_a_draft_beyond_the_guard_needs_its_breaches_by_name(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    draft = made(client, draft_at(400))
    simulated(draft)

    refused = client.post(f"/v1/price-books/{draft['id']}/publish", json={})
    half = publish(client, draft, "total_change")
    whole = publish(client, draft, "p95_rise", "total_change")

    assert [error["code"] for error in refused.json()["errors"]] == ["p95_rise", "total_change"]
    assert (refused.status_code, half.status_code, whole.status_code) == (409, 409, 200)


def test_a_draft_that_changed_after_its_simulation_was_not_simulated(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    draft = made(client, draft_at(229))
    simulated(draft)
    client.put(f"/v1/price-books/{draft['id']}", json=draft_at(999))

    answer = client.post(f"/v1/price-books/{draft['id']}/publish", json={})

    assert [error["code"] for error in answer.json()["errors"]] == ["not_simulated"]


def test_a_draft_can_be_compared_with_another_version(
    client: TestClient, simulated: Callable[..., dict[str, Any]]
) -> None:
    base, draft = made(client, draft_at(200)), made(client, draft_at(220))

    found = simulated(draft, against=base["id"])

    assert found["compared_with"] == base["id"]
    assert found["result"]["total"]["change_share"] == pytest.approx(0.1)
    assert found["result"]["against"] == "price_book"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"dataset": "ds_" + "0" * 26}, 404, "not_found"),
        ({"against": "pb_" + "0" * 26}, 404, "not_found"),
        ({"against": "nonsense"}, 404, "not_found"),
        ({"options": {"months": 0}}, 422, "invalid_request"),
        ({"options": {"leaving": "guessed"}}, 422, "invalid_request"),
        ({"options": {"leaving_low": 0.9}}, 422, "invalid_input"),
        ({"against": "dataset"}, 422, "price_book_refused"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    client: TestClient, dataset: dict[str, Any], *, change: dict[str, Any], status: int, code: str
) -> None:
    draft = made(client, draft_at(210))

    answer = client.post(
        f"/v1/price-books/{draft['id']}/simulations", json={"dataset": dataset["id"], **change}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_book_in_another_currency_is_refused_at_once(client: TestClient, dataset: dict[str, Any]) -> None:
    book = {**draft_at(5)["book"], "currency": "USD"}
    draft = made(client, {"book": book})

    answer = client.post(f"/v1/price-books/{draft['id']}/simulations", json={"dataset": dataset["id"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_simulation_is_found_with_its_own_book_alone(
    client: TestClient, simulated: Callable[..., dict[str, Any]], finished: dict[str, Any]
) -> None:
    draft, other = made(client, draft_at(210)), made(client, draft_at(220))
    found = simulated(draft)

    for version, simulation in ((other["id"], found["id"]), (draft["id"], finished["id"])):
        for part in ("", "/rows", "/report"):
            assert client.get(f"/v1/price-books/{version}/simulations/{simulation}{part}").status_code == 404
