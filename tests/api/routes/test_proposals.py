"""The committee over HTTP: from an analysis to what is in force, and back; four eyes on exactly the content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.analysis_steps import RESULT
from api.keys import SCOPES
from api.proposals import ProposalDesk
from tests.api import small_business

BOOK = {"name": "Job board", "currency": "EUR", "plans": [{"name": "team", "price": 210}]}
OTHER = {"name": "Job board", "currency": "EUR", "plans": [{"name": "team", "price": 220}]}
DEV2 = {"Authorization": "Bearer dev2"}
DAY = timedelta(days=1)


def today() -> Any:
    return datetime.now(UTC).date()


def draft(client: TestClient, book: dict[str, Any] = BOOK) -> dict[str, Any]:
    made: dict[str, Any] = client.post("/v1/price-books", json={"book": book}).json()
    return made


def propose(client: TestClient, **source: str) -> dict[str, Any]:
    answer = client.post("/v1/proposals", json={"title": "Dearer", "note": "why", **source})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/proposals/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    return made


def vote(client: TestClient, proposal: dict[str, Any], decision: str = "approve", **more: Any) -> Any:
    headers = more.pop("headers", DEV2)
    place = f"/v1/proposals/{proposal['id']}/votes"
    return client.post(place, json={"decision": decision, **more}, headers=headers)


def publish(client: TestClient, proposal: dict[str, Any], **body: Any) -> Any:
    return client.post(f"/v1/proposals/{proposal['id']}/publish", json=body)


def page(client: TestClient, proposal: dict[str, Any]) -> str:
    answer = client.get(f"/v1/proposals/{proposal['id']}/report")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return answer.text


@pytest.fixture(autouse=True)
def two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests make keys in this workspace, too; here dev and dev2 are the committee."""
    monkeypatch.setattr(ProposalDesk, "_approvers", lambda *_: {"dev", "dev2"})


@pytest.fixture
def of_draft(client: TestClient) -> dict[str, Any]:
    return propose(client, price_book=draft(client)["id"])


@pytest.fixture(scope="session")
def analysed(
    served: TestClient, dataset: dict[str, Any], work: Callable[[str], None]
) -> Callable[[str], str]:
    """Runs an analysis of a kind once."""
    known: dict[str, str] = {}

    def run(kind: str) -> str:
        if kind not in known:
            asked = {"dataset": dataset["id"], "kind": kind}
            answer = served.post("/v1/analyses", json=asked, headers={"Authorization": "Bearer dev"})
            work(answer.json()["id"])
            known[kind] = answer.json()["id"]
        return known[kind]

    return run


def test_a_draft_goes_from_its_proposal_into_force_and_back(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    before = client.get("/v1/price-books/current")
    assert (of_draft["status"], of_draft["kind"], of_draft["authors"]) == ("open", "price_book", ["dev"])
    assert [each["code"] for each in of_draft["approvals"]["beyond"]] == ["not_simulated"]

    approved = vote(client, of_draft, comment="fine").json()
    assert (approved["status"], approved["approvals"]["given"]) == ("approved", 1)
    published = publish(client, of_draft)

    assert published.status_code == 200, published.text
    assert (published.json()["status"], published.json()["effective"]) == ("published", str(today()))
    current = client.get("/v1/price-books/current").json()
    assert (current["id"], current["published_by"]) == (of_draft["price_book"], "dev")
    back = client.post(f"/v1/proposals/{of_draft['id']}/withdraw")
    assert (back.status_code, back.json()["status"]) == (200, "withdrawn")
    after = client.get("/v1/price-books/current")
    assert (after.status_code, after.json().get("id")) == (before.status_code, before.json().get("id"))
    assert client.get(f"/v1/price-books/{current['id']}").json()["withdrawn_at"] is not None


def test_who_proposed_cannot_approve_and_without_approval_nothing_is_published(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    own = vote(client, of_draft, headers={"Authorization": "Bearer dev"})
    too_early = publish(client, of_draft)

    assert (own.status_code, own.json()["code"]) == (409, "own_proposal")
    assert (too_early.status_code, too_early.json()["code"]) == (409, "not_approved")


def test_an_edit_voids_the_votes_and_makes_its_editor_an_author(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    vote(client, of_draft)

    edited = client.put(f"/v1/proposals/{of_draft['id']}", json={"title": "Much dearer"}, headers=DEV2).json()

    assert (edited["title"], edited["note"], edited["status"]) == ("Much dearer", "why", "open")
    assert edited["authors"] == ["dev", "dev2"]
    assert [each["counts"] for each in edited["votes"]] == [False]
    assert publish(client, of_draft).json()["code"] == "not_approved"
    assert vote(client, of_draft).json()["code"] == "own_proposal"


def test_a_draft_that_moved_can_be_neither_approved_nor_published_until_it_is_proposed_anew(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    vote(client, of_draft)
    client.put(f"/v1/price-books/{of_draft['price_book']}", json={"book": OTHER})

    for answer in (publish(client, of_draft), vote(client, of_draft)):
        assert (answer.status_code, answer.json()["code"]) == (409, "content_moved")

    anew = client.put(f"/v1/proposals/{of_draft['id']}", json={}).json()
    assert (anew["content_hash"] != of_draft["content_hash"], anew["status"]) == (True, "open")
    assert vote(client, of_draft).json()["status"] == "approved"
    assert publish(client, of_draft).status_code == 200


def test_a_vote_and_a_publication_may_name_what_was_seen(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    seen = of_draft["content_hash"]
    client.put(f"/v1/proposals/{of_draft['id']}", json={"note": "another"})

    assert vote(client, of_draft, content_hash=seen).json()["code"] == "content_moved"
    vote(client, of_draft)
    assert publish(client, of_draft, content_hash=seen).json()["code"] == "content_moved"


def test_a_rejection_stops_it_until_its_voter_thinks_again(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    assert vote(client, of_draft, "reject", comment="too much").json()["status"] == "rejected"
    assert publish(client, of_draft).json()["code"] == "not_approved"

    assert vote(client, of_draft).json()["status"] == "approved"


def test_prices_change_from_today_or_later_on(client: TestClient, of_draft: dict[str, Any]) -> None:
    vote(client, of_draft)

    past = publish(client, of_draft, effective=str(today() - DAY))
    later = publish(client, of_draft, effective=str(today() + 30 * DAY))

    assert (past.status_code, past.json()["errors"][0]["code"]) == (422, "in_the_past")
    assert later.json()["effective"] == str(today() + 30 * DAY)
    current = client.get("/v1/price-books/current")
    assert current.json().get("id") != of_draft["price_book"]
    client.post(f"/v1/proposals/{of_draft['id']}/withdraw")


def test_a_big_change_needs_more_people_where_there_are_more(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # here keys are counted
    storage = client.app.state.storage
    home = storage.workspaces.create("committee").id
    people = {}
    for name in ("Ann", "Bob", "Cid", "BOB"):
        storage.keys.create(home, name=name, scopes=SCOPES, dev_token=f"of {name}")
        people[name] = {"Authorization": f"Bearer of {name}"}
    gone, _ = storage.keys.create(home, name="Dan", scopes=SCOPES, dev_token="of Dan")
    storage.keys.create(home, name="Eve", scopes=["data:read"], dev_token="of Eve")
    client.headers.update(people["Ann"])
    big = propose(client, price_book=draft(client)["id"])
    assert (big["approvals"]["needed"], big["approvals"]["asked"]) == (2, 2)

    first = vote(client, big, headers=people["Bob"])
    same = vote(client, big, headers=people["BOB"])
    refused = publish(client, big)
    second = vote(client, big, headers=people["Cid"])

    assert [answer.json()["status"] for answer in (first, same, second)] == ["open", "open", "approved"]
    assert refused.json()["code"] == "not_approved"
    assert publish(client, big).status_code == 200
    # Of two people one has to be enough; a key that was revoked or may not approve is nobody.
    for key in [gone, *(key for key in storage.keys.list(home) if key.name == "Cid")]:
        storage.keys.revoke(home, key.id)
    assert propose(client, price_book=draft(client)["id"])["approvals"]["needed"] == 1


def test_where_publishing_is_the_committees_a_draft_is_not_published_directly(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.app.state.price_books, "_committee_only", True)
    book = draft(client)
    confirm = {"hash": book["content_hash"], "breaches": ["not_simulated"]}

    directly = client.post(f"/v1/price-books/{book['id']}/publish", json={"confirm": confirm})

    assert (directly.status_code, directly.json()["code"]) == (409, "conflict")
    proposal = propose(client, price_book=book["id"])
    vote(client, proposal)
    assert publish(client, proposal).status_code == 200
    client.post(f"/v1/proposals/{proposal['id']}/withdraw")


def test_a_result_that_was_changed_on_the_disk_is_neither_approved_nor_published(
    client: TestClient, analysed: Callable[[str], str]
) -> None:
    proposal = propose(client, analysis=analysed("value_metrics"))
    vote(client, proposal)
    place = client.app.state.storage.analyses.get("ws_local", proposal["analysis"]).folder / RESULT
    written = place.read_bytes()
    place.write_bytes(written.replace(b'"verdict":"', b'"verdict":"x'))
    try:
        answers = [vote(client, proposal), publish(client, proposal)]
    finally:
        place.write_bytes(written)

    assert [answer.json()["code"] for answer in answers] == ["content_moved"] * 2


@pytest.mark.parametrize("kind", ["value_metrics", "ideal_customers", "raises"])
def test_an_analysis_is_proposed_with_what_the_committee_has_to_know(
    client: TestClient, analysed: Callable[[str], str], kind: str
) -> None:
    proposal = propose(client, analysis=analysed(kind))

    assert (proposal["kind"], proposal["price_book"]) == (kind, None)
    facts = proposal["facts"]
    assert facts["reason"] is None
    assert facts["cases"]
    for case in facts["cases"]:
        assert (case["worst"] is None) == (case["reason"] is not None)
    assert facts["flips"]["flips_at"] is not None or facts["flips"]["reason"]
    assert (facts["cost_of_waiting"]["value"] is None) == (facts["cost_of_waiting"]["reason"] is not None)
    assert "It needs one more person other than dev." in page(client, proposal)
    assert vote(client, proposal).json()["status"] == "approved"
    assert publish(client, proposal).json()["status"] == "published"
    assert "with 1 of 1 approvals" in page(client, proposal)


def test_a_menu_of_tiers_becomes_a_draft_that_is_published_with_it(
    client: TestClient, work: Callable[[str], None]
) -> None:
    files = small_business.parts(small_business.tables() | small_business.offers())
    offered = client.post("/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files).json()
    asked = {"dataset": offered["id"], "kind": "tiers"}
    analysis = client.post("/v1/analyses", json=asked).json()["id"]
    work(analysis)

    proposal = propose(client, analysis=analysis)

    assert (proposal["kind"], proposal["analysis"]) == ("price_book", analysis)
    book = client.get(f"/v1/price-books/{proposal['price_book']}").json()
    assert (book["status"], book["made_from"]) == ("draft", {"kind": "analysis", "id": analysis})
    accounts = proposal["facts"]["most_affected"]["accounts"]
    changes = [abs(each["change"]) for each in accounts]
    assert 0 < len(accounts) <= 10
    assert changes == sorted(changes, reverse=True)
    vote(client, proposal)
    assert publish(client, proposal).status_code == 200
    assert client.get("/v1/price-books/current").json()["id"] == book["id"]
    client.post(f"/v1/proposals/{proposal['id']}/withdraw")


def test_a_simulated_draft_shows_whom_it_moves(
    client: TestClient, dataset: dict[str, Any], work: Callable[[str], None]
) -> None:
    book = draft(client)
    place = f"/v1/price-books/{book['id']}/simulations"
    simulation = client.post(place, json={"dataset": dataset["id"], "against": "paid"}).json()["id"]
    proposal = propose(client, price_book=book["id"])
    assert (proposal["simulation"], proposal["facts"]["reason"]) == (None, "not_simulated")
    work(simulation)

    shown = client.put(f"/v1/proposals/{proposal['id']}", json={}).json()

    assert shown["simulation"] == simulation
    accounts = shown["facts"]["most_affected"]["accounts"]
    assert len(accounts) == 10
    assert accounts[0]["before"] + accounts[0]["change"] == pytest.approx(accounts[0]["after"])
    assert shown["facts"]["cases"][0]["measure"] == "total_change"
    assert f"It moves {accounts[0]['customer_id']} most" in page(client, proposal)


def test_what_rests_on_a_forgotten_customers_data_names_nobody_and_is_not_published(
    client: TestClient, new_dataset: dict[str, Any], work: Callable[[str], None]
) -> None:
    book = draft(client)
    passing = [{"customer_id": "passing-2", "signed_up": "2024-06-01"}]  # others are every test's
    client.post(f"/v1/datasets/{new_dataset['id']}/rows/customers", json=passing)
    place = f"/v1/price-books/{book['id']}/simulations"
    simulation = client.post(place, json={"dataset": new_dataset["id"], "against": "paid"}).json()["id"]
    work(simulation)
    proposal = propose(client, price_book=book["id"])
    vote(client, proposal)
    accounts = proposal["facts"]["most_affected"]["accounts"]
    assert accounts

    client.delete(f"/v1/datasets/{new_dataset['id']}/customers/passing-2")

    read = client.get(f"/v1/proposals/{proposal['id']}")
    assert read.status_code == 200
    assert read.json()["facts"]["reason"] == "forgotten"
    assert not [row for row in accounts if f'"{row["customer_id"]}"' in read.text]
    assert publish(client, proposal).json()["code"] == "content_moved"


def test_what_has_not_succeeded_or_cannot_be_proposed_is_refused(
    client: TestClient, dataset: dict[str, Any], finished: dict[str, Any]
) -> None:
    queued = client.post("/v1/analyses", json={"dataset": dataset["id"], "kind": "raises"}).json()["id"]
    cases = [
        ({"analysis": queued}, 409, "conflict"),
        ({"analysis": finished["id"]}, 422, "invalid_request"),
        ({"analysis": "an_" + "0" * 26}, 404, "not_found"),
        ({"price_book": "nothing"}, 404, "not_found"),
        ({}, 422, "invalid_request"),
        ({"analysis": queued, "price_book": "pb_1"}, 422, "invalid_request"),
    ]
    for source, status, code in cases:
        answer = client.post("/v1/proposals", json={"title": "x", **source})
        assert (source, answer.status_code, answer.json()["code"]) == (source, status, code)


def test_a_published_or_withdrawn_proposal_is_closed(client: TestClient, of_draft: dict[str, Any]) -> None:
    client.post(f"/v1/proposals/{of_draft['id']}/withdraw")

    place = f"/v1/proposals/{of_draft['id']}"
    answers = [
        vote(client, of_draft), publish(client, of_draft), client.put(place, json={"title": "x"}),
        client.post(f"{place}/withdraw"),
    ]  # fmt: skip
    assert [answer.json()["code"] for answer in answers] == ["proposal_closed"] * 4


def test_a_repeated_request_proposes_and_votes_once(client: TestClient) -> None:
    book = draft(client)["id"]
    body = {"price_book": book, "title": "Once"}
    first, second = (
        client.post("/v1/proposals", json=body, headers={"Idempotency-Key": f"p-{book}"}) for _ in range(2)
    )

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotency-replayed"] == "true"
    place = f"/v1/proposals/{first.json()['id']}/votes"
    again = [
        client.post(place, json={"decision": "approve"}, headers={**DEV2, "Idempotency-Key": f"v-{book}"})
        for _ in range(2)
    ]
    assert [len(answer.json()["votes"]) for answer in again] == [1, 1]
    assert len(client.get(f"/v1/proposals/{first.json()['id']}").json()["votes"]) == 1


def test_proposals_are_listed_a_page_at_a_time_as_they_stand(
    client: TestClient, of_draft: dict[str, Any]
) -> None:
    vote(client, of_draft)

    page = client.get("/v1/proposals", params={"limit": 1}).json()

    assert len(page["data"]) == 1
    read = client.get(f"/v1/proposals/{page['data'][0]['id']}").json()
    assert page["data"][0] == {name: read[name] for name in page["data"][0]}
    following = client.get("/v1/proposals", params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert following["data"][0]["id"] < page["data"][0]["id"]
