"""The audit over HTTP: everything that was done to prices, page by page, for administrators."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.proposals import ProposalDesk

BOOK = {"name": "Job board", "currency": "EUR", "plans": [{"name": "team", "price": 210}]}


def test_what_is_done_to_prices_is_in_the_audit(
    client: TestClient, stranger: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProposalDesk, "_approvers", lambda *_: {"dev", "dev2"})
    book = client.post("/v1/price-books", json={"book": BOOK}).json()
    proposal = client.post(
        "/v1/proposals", json={"price_book": book["id"], "title": "Acme pays more", "note": "of Acme"}
    ).json()
    place = f"/v1/proposals/{proposal['id']}"
    dev2 = {"Authorization": "Bearer dev2"}
    client.post(f"{place}/votes", json={"decision": "approve", "comment": "Acme is glad"}, headers=dev2)
    client.put(place, json={"note": "other"})
    client.post(f"{place}/votes", json={"decision": "approve"}, headers=dev2)
    client.post(f"{place}/publish", json={})
    client.post(f"{place}/withdraw")

    audit = client.get("/v1/audit", params={"limit": 10})

    found = audit.json()
    assert [(entry["action"], entry["by"]) for entry in reversed(found["data"])] == [
        ("proposal.created", "dev"),
        ("proposal.voted", "dev2"),
        ("proposal.approved", "dev2"),
        ("proposal.edited", "dev"),
        ("proposal.voted", "dev2"),
        ("proposal.approved", "dev2"),
        ("price_book.published", "dev"),
        ("proposal.published", "dev"),
        ("price_book.withdrawn", "dev"),
        ("proposal.withdrawn", "dev"),
    ]
    newest = found["data"][0]
    assert found["head"] == {"number": newest["number"], "hash": newest["hash"]}
    assert found["data"][1]["hash"] == newest["previous_hash"]
    assert "Acme" not in audit.text, "free words may name customers, who can be forgotten"
    assert client.app.state.storage.audit.verify("ws_local") is None
    theirs = client.get("/v1/audit", headers=stranger).json()["data"]
    assert [(entry["action"], entry["by"]) for entry in theirs] == [("key.made", "operator")]


def test_the_audit_is_read_page_by_page(client: TestClient) -> None:
    for title in ("a", "b", "c"):
        book = client.post("/v1/price-books", json={"book": BOOK}).json()
        client.post("/v1/proposals", json={"price_book": book["id"], "title": title})

    first = client.get("/v1/audit", params={"limit": 2}).json()
    second = client.get("/v1/audit", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    numbers = [entry["number"] for entry in [*first["data"], *second["data"]]]
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))
    assert len(numbers) > 2
    wrong = client.get("/v1/audit", params={"cursor": "WyJhdWRpdCIsIngiXQ"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_cursor")
