"""HubSpot's signature stands in for a key where a card asks, for five minutes, for one account's workspace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import hubspot_callers
from api.app import create_app
from api.hubspot_callers import signature
from pricing_service.config import HubSpotPortal, Settings, UnsafeSettings
from pricing_service.storage import Storage
from tests.api import decided, small_business
from tests.api.recommendations.conftest import EXTERNAL

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
ORIGIN = "https://pricing.example.com/svc"
OURS = {"workspace": "ws_local", "secret": SECRET, "origin": ORIGIN}
THEIRS = {"workspace": "stranger", "secret": "another-apps-secret", "origin": ORIGIN}
WHO = "portalId=4711&userId=7&userEmail=ada%40example.com&appId=99"
CARD = f"/v1/customers/by-external-id/hubspot/17/recommendation?{WHO}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        data_folder=tmp_path_factory.mktemp("cards") / "data",
        dev=True,
        hubspot_portals={"4711": OURS, "4712": THEIRS},
    )
    with Storage.open(settings) as storage:
        storage.workspaces.create("stranger", workspace_id="ws_stranger")
        app = create_app(settings, storage=storage)
        with TestClient(app) as client:
            files = small_business.parts({**small_business.tables(), "external_ids.csv": EXTERNAL})
            dev = {"Authorization": "Bearer dev"}
            made = client.post(
                "/v1/datasets", data={"name": "Jobs", "currency": "EUR"}, files=files, headers=dev
            )
            raised = decided.store(
                storage, made.json()["id"], "raises", decided.RAISES, rows=decided.raise_rows()
            )
            decided.publish(storage, raised)
            yield client


def signed(method: str, path: str, body: bytes = b"", **changed: Any) -> dict[str, str]:
    """Sign as HubSpot does, but for what is changed."""
    moment = str(int((time.time() + changed.get("late", 0.0)) * 1000))
    address = changed.get("origin", ORIGIN) + path
    proof = signature(changed.get("secret", SECRET), method=method, address=address, body=body, moment=moment)
    return {hubspot_callers.SIGNATURE: proof, hubspot_callers.MOMENT: moment}


def test_a_card_reads_without_a_key_what_hubspot_signed(service: TestClient) -> None:
    answer = service.get(CARD, headers=signed("GET", CARD))

    assert answer.status_code == 200, answer.text
    assert answer.json()["customer_id"] == "c00"


def test_what_a_card_posts_is_signed_with_its_body_and_names_the_person(service: TestClient) -> None:
    told = service.get(CARD, headers=signed("GET", CARD)).json()
    place = f"/v1/recommendations/{told['id']}/feedback?{WHO}"
    body = b'{"accepted":true,"etag":"%b"}' % told["etag"].encode()
    json = {"Content-Type": "application/json"}

    kept = service.post(place, content=body, headers=json | signed("POST", place, body))
    changed = service.post(place, content=body[:-1] + b" }", headers=json | signed("POST", place, body))

    assert (kept.status_code, kept.json()["given_by"], kept.json()["currency"]) == (
        201,
        "HubSpot user 7",
        "EUR",
    )
    assert changed.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "changed"),
    [
        ("GET", CARD, {"secret": "another-apps-secret"}),
        ("GET", CARD, {"origin": "https://elsewhere.example.com"}),
        ("GET", CARD, {"late": -301.0}),
        ("GET", CARD, {"late": 302.0}),
        ("GET", CARD.replace("4711", "4713"), {}),
        ("GET", CARD.replace("portalId=4711", "portalId=4711&portalId=4712"), {}),
        ("GET", CARD.partition("?")[0], {}),
        ("POST", CARD, {}),
    ],
    ids=["secret", "address", "old", "early", "unknown", "two_accounts", "no_account", "method"],
)
def test_whatever_hubspot_did_not_sign_for_us_now_gets_one_answer(
    service: TestClient, method: str, path: str, changed: dict[str, Any]
) -> None:
    refused = service.get(path, headers=signed(method, path, **changed))
    forged = {hubspot_callers.SIGNATURE: "é", hubspot_callers.MOMENT: "nan"}

    assert refused.status_code == 401
    assert refused.content == service.get(path, headers={k: v.encode() for k, v in forged.items()}).content


def test_anothers_account_reads_its_own_workspace_alone(service: TestClient) -> None:
    theirs = CARD.replace("4711", "4712")

    assert service.get(theirs, headers=signed("GET", theirs, secret="another-apps-secret")).status_code == 404


def test_a_signature_opens_no_other_door_and_no_body_is_read_for_it(service: TestClient) -> None:
    for path in ("/v1/datasets", "/v1/keys", "/v1/audit", "/v1/proposals"):
        asked = f"{path}?{WHO}"
        assert service.get(asked, headers=signed("GET", asked)).status_code == 401


def test_a_key_wins_over_a_signature(service: TestClient) -> None:
    headers = {"Authorization": "Bearer nobody", **signed("GET", CARD)}

    assert service.get(CARD, headers=headers).status_code == 401


def test_an_address_is_signed_with_twelve_escapes_decoded_and_no_others(service: TestClient) -> None:
    path = CARD.replace("hubspot/17", "hubspot/soci%C3%A9t%C3%A9%2D1") + "&x=%2a%26"
    moment = str(int(time.time() * 1000))
    decoded = ORIGIN + path.replace("%40", "@").replace("%2a", "*")
    proof = signature(SECRET, method="GET", address=decoded, body=b"", moment=moment)

    answer = service.get(path, headers={hubspot_callers.SIGNATURE: proof, hubspot_callers.MOMENT: moment})

    assert (answer.status_code, answer.json()["customer_id"]) == (200, "c02")


def test_without_accounts_in_the_settings_nobody_is_vouched_for(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_folder=tmp_path / "data", dev=True))) as client:
        assert client.get(CARD, headers=signed("GET", CARD)).status_code == 401


def test_a_service_does_not_start_with_an_account_of_an_unknown_workspace(tmp_path: Path) -> None:
    settings = Settings(
        data_folder=tmp_path / "data", dev=True, hubspot_portals={"4711": OURS | {"workspace": "Acmee"}}
    )

    with pytest.raises(UnsafeSettings, match="Acmee"):
        create_app(settings)


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "http://pricing.example.com"}, {"origin": "https://pricing.example.com/"}, {"secret": "short"},
     {"origin": "https://a.example/?x"}],
)  # fmt: skip
def test_an_account_without_https_or_a_real_secret_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HubSpotPortal(**{**OURS, **wrong})
