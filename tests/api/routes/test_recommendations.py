"""Recommendations over HTTP: only what is published, one read, many at once, leads, offers, feedback."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.today import utc_today
from pricing_service.storage import Storage
from tests.api import decided
from tests.api.recommendations.conftest import client, dataset, storage

__all__ = ["client", "dataset", "storage"]


def read(client: TestClient, customer_id: str = "c00") -> dict[str, Any]:
    answer = client.get(f"/v1/customers/{customer_id}/recommendation")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def everything(storage: Storage, dataset: str) -> None:
    """Tiers and raises that are published, worth and ideal customers that are known."""
    decided.publish(
        storage, decided.store(storage, dataset, "tiers", {"tiers": decided.TIERS, "metric": "postings"},
                               rows=decided.tier_rows({"c02": None}))
    )  # fmt: skip
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    )
    decided.store(storage, dataset, "ideal_customers", {"scorecard": {}}, rows=decided.ideal_rows())
    decided.store(storage, dataset, "unit_worth", decided.WORTH)


@pytest.mark.usefixtures("everything")
def test_one_read_says_all_that_is_decided_of_a_customer(client: TestClient) -> None:
    told = read(client)

    assert told["customer_id"] == "c00"
    assert told["as_of"] == decided.AS_OF
    assert told["current"] == {"plan": "team", "mrr": 200.0}
    assert (told["tier"]["name"], told["tier"]["price"]) == ("Basic", 150.0)
    assert told["raise"] == {
        "to_mrr": 220.0, "share": 0.1, "effective": "2026-03-01", "reasons": ["value_added"],
    }  # fmt: skip
    assert told["ideal"] == {"score": 0.5, "ideal": True}
    assert told["value"] == {"monthly": 900.0, "captured_share": 0.2}
    assert told["renewal_risk"] == 0.12
    assert told["confidence"] == "high"
    assert "220.00 EUR" in told["headline"]
    assert told["reasons"] == {"next_value": "not_built", "price_book_version": "no_price_book"}


def test_before_anything_is_published_tier_and_raise_are_null_and_the_rest_is_there(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())

    told = read(client)

    assert (told["tier"], told["raise"]) == (None, None)
    assert told["reasons"]["tier"] == told["reasons"]["raise"] == "nothing_published"
    assert told["value"]["monthly"] == 900.0
    assert told["ideal"]["reasons"] == {"score": "not_analysed", "ideal": "not_analysed"}
    assert told["confidence"] == "none"


@pytest.mark.usefixtures("everything")
def test_who_would_leave_or_was_raised_recently_is_told_so(client: TestClient) -> None:
    told = read(client, "c02")

    assert (told["tier"], told["reasons"]["tier"]) == (None, "would_leave")
    assert (told["raise"], told["reasons"]["raise"]) == (None, "raised_recently")


def test_what_is_published_is_read_at_once_and_no_more_after_it_is_withdrawn(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    first = decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows(0.1))
    decided.publish(storage, first)
    assert read(client)["raise"]["share"] == 0.1

    second = decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows(0.2))
    )
    assert read(client)["raise"]["share"] == 0.2

    decided.withdraw(storage, second)
    assert read(client)["raise"]["share"] == 0.1


def test_a_decision_counts_from_its_day_on_and_ends_what_was_valid(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    analysis = decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    tomorrow = utc_today() + timedelta(days=1)
    decided.publish(storage, analysis, effective=tomorrow)

    told = read(client)

    assert told["reasons"]["raise"] == "nothing_published"
    end = date.fromisoformat(decided.AS_OF) + timedelta(days=92)
    assert told["valid_until"] == min(utc_today(), end).isoformat()


@pytest.mark.usefixtures("everything")
def test_an_unchanged_recommendation_is_not_sent_again(client: TestClient, storage: Storage) -> None:
    first = client.get("/v1/customers/c00/recommendation")
    etag = first.headers["etag"]

    again = client.get("/v1/customers/c00/recommendation", headers={"If-None-Match": f'"other", {etag}'})

    assert etag == f'"{first.json()["etag"]}"'
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get("/v1/customers/c01/recommendation").headers["etag"] != etag


@pytest.mark.usefixtures("everything")
def test_an_unknown_customer_is_the_same_404_as_anothers(client: TestClient) -> None:
    unknown = client.get("/v1/customers/c00/recommendation", headers={"Authorization": "Bearer eve"})
    missing = client.get("/v1/customers/nobody/recommendation")

    assert (unknown.status_code, missing.status_code) == (404, 404)
    assert unknown.content == missing.content
    assert set(unknown.headers) == set(missing.headers)


@pytest.mark.usefixtures("everything")
def test_many_are_read_at_once_each_with_its_status(client: TestClient) -> None:
    answer = client.post("/v1/recommendations", json={"customer_ids": ["c01", "nobody", "c00"]})

    items = answer.json()["data"]
    assert [(item["customer_id"], item["status"]) for item in items] == [
        ("c01", 200), ("nobody", 404), ("c00", 200),
    ]  # fmt: skip
    assert items[2]["recommendation"] == read(client, "c00")
    assert items[1]["recommendation"] is None
    assert items[1]["error"]["code"] == "not_found"
    too_many = {"customer_ids": [f"c{at}" for at in range(1001)]}
    assert client.post("/v1/recommendations", json=too_many).status_code == 422


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("path", "customer"),
    [("hubspot/17", "c00"), ("salesforce/001%2FA", "c01"), ("hubspot/soci%C3%A9t%C3%A9-1", "c02")],
)
def test_a_customer_is_found_by_its_id_elsewhere(client: TestClient, path: str, customer: str) -> None:
    answer = client.get(f"/v1/customers/by-external-id/{path}/recommendation")

    assert answer.status_code == 200
    assert answer.json()["customer_id"] == customer


@pytest.mark.usefixtures("everything")
def test_an_id_of_another_system_is_not_found(client: TestClient) -> None:
    assert client.get("/v1/customers/by-external-id/salesforce/17/recommendation").status_code == 404


def test_what_changed_is_listed_after_a_moment_page_by_page(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows())
    )
    everyone = client.get("/v1/recommendations", params={"limit": 1000}).json()["data"]
    assert [each["customer_id"] for each in everyone] == decided.WHO
    before = storage.snapshots._now()

    tiers = {"tiers": decided.TIERS, "metric": "postings"}
    rows = decided.raise_rows()
    rows["churn_before"][3] = rows["churn_before"][30] = 0.5
    decided.publish(storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=rows))
    page = client.get("/v1/recommendations", params={"changed_since": before, "limit": 1}).json()
    assert [each["customer_id"] for each in page["data"]] == ["c03"]
    assert page["has_more"]
    rest = client.get("/v1/recommendations", params={"limit": 5, "cursor": page["next_cursor"]}).json()
    assert [each["customer_id"] for each in rest["data"]] == ["c30"]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)

    decided.publish(storage, decided.store(storage, dataset, "tiers", tiers, rows=decided.tier_rows()))
    later = client.get("/v1/recommendations", params={"changed_since": before, "limit": 1000}).json()
    assert len(later["data"]) == len(decided.WHO), "a tier changes every recommendation"


@pytest.mark.usefixtures("everything")
def test_a_lead_is_offered_the_tier_that_costs_it_least(client: TestClient) -> None:
    told = client.post("/v1/leads/recommendation", json={"traits": {"country": "DE"}, "expected_units": 8})

    answer = told.json()
    assert (answer["tier"]["name"], answer["quote"]["monthly"]) == ("Basic", 210.0)
    assert (answer["worth"]["value"], answer["worth"]["unit"]) == (800.0, "EUR/month")
    assert answer["reasons"] == {"ideal": "not_analysed"}


@pytest.mark.usefixtures("everything")
def test_an_offer_is_guided_between_what_is_fair_and_what_is_paid(client: TestClient) -> None:
    told = client.post("/v1/quotes/guidance", json={"customer_id": "c00", "units": 10}).json()

    assert (told["floor"], told["target"], told["stretch"]) == (100.0, 200.0, 200.0)
    assert told["win_probability"] == pytest.approx(1 - 20 / 60)
    assert told["reasons"] == [
        "target_above_corridor", "rests_on_willingness", "asks_no_more_than_today",
    ]  # fmt: skip
    no_plan = client.post("/v1/quotes/guidance", json={"units": 10, "plan": "Gold"}).json()
    assert (no_plan["target"], no_plan["reasons_for_null"]["target"]) == (None, "no_such_plan")


@pytest.mark.usefixtures("everything")
def test_feedback_is_kept_once_with_what_was_recommended(client: TestClient, storage: Storage) -> None:
    told = read(client)
    place = f"/v1/recommendations/{told['id']}/feedback"

    said = {"overridden": True, "price": 205, "reason": "three years"}
    first, again = client.post(place, json=said), client.post(place, json=said)

    assert (first.status_code, first.json()) == (201, again.json())
    (kept,) = storage.feedback.of_customer("ws_local", "c00")
    assert (kept.accepted, kept.price, kept.given_by) == (False, 205, "dev")
    assert kept.recommendation == told
    assert client.post(place, json={}).status_code == 422
    assert client.post(place, json={"accepted": True, "overridden": True}).status_code == 422


@pytest.mark.usefixtures("everything")
def test_feedback_on_what_is_not_recommended_any_more_is_refused_unless_it_was_heard(
    client: TestClient, storage: Storage, dataset: str
) -> None:
    told = read(client)
    place = f"/v1/recommendations/{told['id']}/feedback"
    said = {"accepted": True, "etag": told["etag"], "request_id": "click-1"}
    first = client.post(place, json=said)
    decided.publish(
        storage, decided.store(storage, dataset, "raises", decided.RAISES, rows=decided.raise_rows(0.2))
    )

    again, late = client.post(place, json=said), client.post(place, json=said | {"request_id": "click-2"})
    other = client.post(place, json=said | {"accepted": False})

    assert (first.status_code, first.json()["currency"], again.json()) == (201, "EUR", first.json())
    assert (late.status_code, late.json()["code"]) == (409, "content_moved")
    assert (other.status_code, other.json()["code"]) == (422, "request_id_reused")
    assert len(storage.feedback.of_customer("ws_local", "c00")) == 1


@pytest.mark.usefixtures("everything")
def test_feedback_on_anothers_recommendation_is_a_404(client: TestClient) -> None:
    place = f"/v1/recommendations/{read(client)['id']}/feedback"

    stranger = client.post(place, json={"accepted": True}, headers={"Authorization": "Bearer eve"})

    assert stranger.status_code == 404
