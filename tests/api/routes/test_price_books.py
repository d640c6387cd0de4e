"""Drafts are made, changed and published over HTTP; the guard stops what nobody has looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from api.analysis_steps import RESULT
from pricing_service.storage import NewAnalysis, Storage

BOOK = {
    "name": "Job board",
    "currency": "EUR",
    "plans": [
        {
            "name": "team",
            "price": 190,
            "charges": [{"metric": "postings", "included_units": 10, "blocks": [{"price": 5.5}]}],
        }
    ],
}
YAML = """
syntaxVersion: "2.1"
saasName: Job board
createdAt: 2026-01-01
currency: EUR
plans: {TEAM: {price: 19.9, unit: user/month}}
"""


def made(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/price-books", json=body)
    assert answer.status_code == 201, answer.text
    draft: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/price-books/{draft['id']}"
    return draft


@pytest.fixture
def draft(client: TestClient) -> dict[str, Any]:
    return made(client, {"book": BOOK})


def publish(client: TestClient, draft: dict[str, Any], *breaches: str, **fields: Any) -> Any:
    confirm = {"hash": draft["content_hash"], "breaches": list(breaches)}
    return client.post(f"/v1/price-books/{draft['id']}/publish", json={"confirm": confirm, **fields})


def test_a_draft_comes_back_as_it_was_sent(client: TestClient, draft: dict[str, Any]) -> None:
    read = client.get(f"/v1/price-books/{draft['id']}").json()

    assert read == draft
    assert (read["status"], read["made_from"], read["effective"]) == (
        "draft",
        {"kind": "json", "id": None},
        None,
    )
    (plan,) = read["book"]["plans"]
    assert (plan["price"], plan["charges"][0]["blocks"]) == (190, [{"from_units": 0, "price": 5.5}])


def test_pricing2yaml_goes_in_and_comes_out(client: TestClient) -> None:
    answer = client.post("/v1/price-books", content=YAML, headers={"Content-Type": "application/yaml"})

    assert answer.status_code == 201, answer.text
    assert answer.json()["made_from"]["kind"] == "pricing2yaml"
    out = client.get(
        answer.headers["location"], headers={"Accept": "application/yaml"}, params={"syntax": "2.1"}
    )
    assert out.headers["content-type"].startswith("application/yaml")
    assert yaml.safe_load(out.text)["plans"] == {"TEAM": {"price": 19.9, "unit": "user/month"}}
    again = client.post("/v1/price-books", content=out.text, headers={"Content-Type": "application/yaml"})
    assert again.json()["content_hash"] == answer.json()["content_hash"]


def test_an_export_names_what_the_format_cannot_say(client: TestClient, draft: dict[str, Any]) -> None:
    out = client.get(f"/v1/price-books/{draft['id']}", headers={"Accept": "application/yaml"})

    assert "# plan team: included units and prices per unit is kept under custom" in out.text


def test_yaml_that_is_no_price_book_is_refused_with_its_places(client: TestClient) -> None:
    answer = client.post(
        "/v1/price-books", content=YAML.replace("19.9", "-1"), headers={"Content-Type": "application/yaml"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "price_book_refused")
    assert answer.json()["errors"][0]["pointer"] == "/plans/0/price"


def test_a_datasets_price_book_becomes_a_draft(client: TestClient) -> None:
    table = "plan,price,metric,included_units,overage_price\nteam,190,postings,10,5.5\n"
    dataset = client.post(
        "/v1/datasets",
        data={"name": "Jobs", "currency": "EUR"},
        files=[("files", ("price_book.csv", table.encode()))],
    ).json()

    draft = made(client, {"dataset": dataset["id"]})

    assert draft["made_from"] == {"kind": "dataset", "id": dataset["id"]}
    assert draft["book"]["plans"][0]["charges"][0]["included_units"] == 10


def test_a_recommended_menu_becomes_a_draft(client: TestClient, dataset: dict[str, Any]) -> None:
    storage: Storage = client.app.state.storage  # type: ignore[attr-defined]  # the application under test
    analysis = storage.analyses.create("ws_local", NewAnalysis(dataset["id"], "tiers", {}))
    waiting = client.post("/v1/price-books", json={"analysis": analysis.id})
    analysis.folder.mkdir(parents=True, exist_ok=True)
    (analysis.folder / RESULT).write_text(
        '{"metric": "postings", "tiers": [{"name": "S", "price": 49, "included_units": 5, "overage_price": null}]}'
    )
    storage.analyses.finish("ws_local", analysis.id, "succeeded", files={RESULT: ""})

    draft = made(client, {"analysis": analysis.id})

    assert waiting.status_code == 409
    assert draft["book"]["plans"][0]["name"] == "S"


def test_an_analysis_of_another_kind_is_refused(client: TestClient, finished: dict[str, Any]) -> None:
    answer = client.post("/v1/price-books", json={"analysis": finished["id"]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "wrong_kind")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ""),
        ({"book": BOOK, "dataset": "ds_1"}, ""),
        ({"book": {**BOOK, "currency": "XXQ"}}, "/book/currency"),
        ({"book": {**BOOK, "plans": [{"name": "a", "price": "9"}]}}, "/book/plans/0/price"),
        ({"book": {**BOOK, "plans": [{"name": "a", "price": -9}]}}, "/book/plans/0/price"),
        ({"book": BOOK, "colour": 1}, "/colour"),
        ({"book": BOOK, "keep": {"keeps": ["price"], "on_plan_before": "2026-01-01"}}, "/keep"),
    ],
)
def test_what_is_no_draft_is_refused_with_its_place(
    client: TestClient, body: dict[str, Any], place: str
) -> None:
    answer = client.post("/v1/price-books", json=body, headers={"Authorization": "Bearer stranger"})

    assert answer.status_code == 422, answer.text
    assert place in [error["pointer"] for error in answer.json()["errors"]]


def test_a_draft_may_be_replaced_and_its_hash_changes(client: TestClient, draft: dict[str, Any]) -> None:
    dearer = {**BOOK, "plans": [{"name": "team", "price": 220}]}

    changed = client.put(f"/v1/price-books/{draft['id']}", json={"book": dearer})

    assert changed.status_code == 200, changed.text
    assert changed.json()["book"]["plans"][0]["price"] == 220
    assert changed.json()["content_hash"] != draft["content_hash"]


def test_a_draft_that_nobody_simulated_is_not_published_by_accident(
    client: TestClient, draft: dict[str, Any]
) -> None:
    place = f"/v1/price-books/{draft['id']}/publish"

    for body in ({}, {"confirm": {"hash": draft["content_hash"], "breaches": []}}):
        answer = client.post(place, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "guard_exceeded")
        assert [error["code"] for error in answer.json()["errors"]] == ["not_simulated"]
        assert draft["content_hash"] in answer.json()["detail"]
    wrong = {"hash": "0" * 64, "breaches": ["not_simulated"]}
    assert client.post(place, json={"confirm": wrong}).status_code == 409
    assert client.get(f"/v1/price-books/{draft['id']}").json()["status"] == "draft"


def test_a_published_version_is_current_from_its_day_on_and_never_changes(
    client: TestClient, draft: dict[str, Any]
) -> None:
    later = made(client, {"price_book": draft["id"]})

    now = publish(client, draft, "not_simulated", effective="2020-01-01")
    then = publish(client, later, "not_simulated", effective="2999-01-01")

    assert (now.status_code, then.status_code) == (200, 200), now.text + then.text
    assert now.json()["acknowledged"] == ["not_simulated"]
    assert now.json()["published_by"] == "dev"
    current = client.get("/v1/price-books/current").json()
    assert current["id"] != later["id"]
    for change in (
        client.put(f"/v1/price-books/{draft['id']}", json={"book": BOOK}),
        publish(client, draft, "not_simulated"),
    ):
        assert (change.status_code, change.json()["code"]) == (409, "already_published")


def test_prices_and_allowances_that_customers_keep_are_written_into_the_draft(client: TestClient) -> None:
    current = made(client, {"book": BOOK})
    publish(client, current, "not_simulated")
    charge = {"metric": "postings", "included_units": 5, "blocks": [{"price": 5.5}]}
    dearer = {**BOOK, "plans": [{"name": "team", "price": 220, "charges": [charge]}]}
    keep = {"keeps": ["price", "allowance"], "on_plan_before": "2026-07-01", "until": "2027-07-01"}

    draft = made(client, {"book": dearer, "keep": keep})

    (rule,) = draft["book"]["grandfathered"]
    assert (rule["price"], rule["included_units"], rule["until"]) == (190, {"postings": 10}, "2027-07-01")


def test_where_no_book_is_in_force_there_is_no_current_one(
    client: TestClient, stranger: dict[str, str]
) -> None:
    answer = client.get("/v1/price-books/current", headers=stranger)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "ask",
    [
        lambda c, v, h: c.get(f"/v1/price-books/{v}", headers=h),
        lambda c, v, h: c.put(f"/v1/price-books/{v}", json={"book": BOOK}, headers=h),
        lambda c, v, h: c.post(f"/v1/price-books/{v}/publish", json={}, headers=h),
        lambda c, v, h: c.post(f"/v1/price-books/{v}/simulations", json={"dataset": v}, headers=h),
        lambda c, v, h: c.get(f"/v1/price-books/{v}/simulations", headers=h),
        lambda c, v, h: c.post("/v1/price-books", json={"price_book": v}, headers=h),
    ],
)
def test_another_workspaces_book_is_equal_to_an_unknown_one(
    client: TestClient, draft: dict[str, Any], stranger: dict[str, str], ask: Callable[..., Any]
) -> None:
    theirs, unknown = ask(client, draft["id"], stranger), ask(client, "pb_" + "0" * 26, stranger)

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json() == unknown.json()
    assert ask(client, "nonsense", stranger).json() == unknown.json()


def test_each_call_needs_its_scope(client: TestClient, draft: dict[str, Any]) -> None:
    reader = {"Authorization": "Bearer reader"}

    assert client.get(f"/v1/price-books/{draft['id']}", headers=reader).status_code == 200
    for answer in (
        client.post("/v1/price-books", json={"book": BOOK}, headers=reader),
        client.put(f"/v1/price-books/{draft['id']}", json={"book": BOOK}, headers=reader),
        client.post(f"/v1/price-books/{draft['id']}/publish", json={}, headers=reader),
        client.post(f"/v1/price-books/{draft['id']}/simulations", json={"dataset": "x"}, headers=reader),
    ):
        assert answer.status_code == 403


def test_versions_are_listed_without_their_content(client: TestClient, draft: dict[str, Any]) -> None:
    first = client.get("/v1/price-books", params={"limit": 1}).json()

    assert first["data"][0]["id"] == draft["id"]
    assert "book" not in first["data"][0]


def test_a_draft_that_is_sent_twice_with_one_key_is_one_draft(client: TestClient) -> None:
    headers = {"Idempotency-Key": "one-draft"}

    answers = [client.post("/v1/price-books", json={"book": BOOK}, headers=headers) for _ in range(2)]

    assert answers[0].json()["id"] == answers[1].json()["id"]
