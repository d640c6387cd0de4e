"""Salesforce's example against a service that listens: what Apex names is there, what is said fits Apex."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from tests.api import decided
from tests.api.crm.conftest import CRM, Service
from tests.api.pages.test_report import browser

__all__ = ["browser"]

FORCE = CRM / "salesforce" / "force-app" / "main" / "default"
APEX = (FORCE / "classes" / "PricingRecommendations.cls").read_text("utf-8")
APEX_TEST = (FORCE / "classes" / "PricingRecommendationsTest.cls").read_text("utf-8")
PATHS = dict(re.findall(r"String (\w+_PATH) = '(/v1/[^']+)';", APEX))
METHODS = {"READ_PATH": "get", "TELL_PATH": "post"}
RENAMED = dict(re.findall(r"'(\w+)' => '(\w+)'", APEX))
SYSTEM = re.findall(r"EXTERNAL_SYSTEM = '(\w+)'", APEX)[0]
NOT_DECLARED = {"next_value"}
"""What no analysis tells yet, and whose shape is open."""
RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
    abstract activate and any array as asc autonomous begin bigdecimal blob boolean break bulk by
    byte case cast catch char class collect commit const continue currency date datetime decimal
    default delete desc do double else end enum exception exit export extends false final finally
    float for from global goto group having hint if implements import in inner insert instanceof int
    integer interface into join like limit list long loop map merge new not null nulls number object
    of on or outer override package parallel pragma private protected public retrieve return
    rollback select set short sobject sort static string super switch synchronized system testmethod
    then this throw time transaction trigger true try undelete update upsert using virtual void
    webservice when where while
    """,
    )
)
RECORD = "001000000000003AAA"
_NS = "{http://soap.sforce.com/2006/04/metadata}"


def declared() -> dict[str, dict[str, str]]:
    """Apex classes that hold answers: name → field → type."""
    bodies = re.findall(r"public class (\w+) \{(.*?)\n    \}", APEX, re.DOTALL)
    return {
        name: {field: kind for kind, field in re.findall(r"public ([\w<>, ]+) (\w+);", body)}
        for name, body in bodies
        if name != "Answer"
    }


def sample(name: str) -> dict[str, Any]:
    """An answer as Apex's own test has it."""
    (text,) = re.findall(rf"String {name} =\n(.*?);\n", APEX_TEST, re.DOTALL)
    found: dict[str, Any] = json.loads("".join(re.findall(r"'((?:[^'\\]|\\.)*)'", text)))
    return found


def misfits(value: Any, kind: str, where: str) -> Iterator[str]:
    """Whatever of a JSON value does not go into an Apex type."""
    classes = declared()
    if value is None:
        return
    if kind in classes:
        if not isinstance(value, dict):
            yield f"{where}: {kind}"
            return
        fields = classes[kind]
        for name, each in value.items():
            name_here = RENAMED.get(name, name)
            if name_here in fields:
                yield from misfits(each, fields[name_here], f"{where}.{name}")
            elif name not in NOT_DECLARED:
                yield f"{where}.{name} is not declared"
        return
    if not _fits(value, kind):
        yield f"{where}: {value!r} is no {kind}"


def _fits(value: Any, kind: str) -> bool:
    if kind == "List<String>":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if kind == "Map<String, String>":
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if kind == "Date":
        return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    if kind == "Datetime":
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    if kind == "Decimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, {"String": str, "Boolean": bool}[kind])


@pytest.fixture(scope="module")
def described(service: Service) -> Mapping[str, Any]:
    found: Mapping[str, Any] = service.person.get("/openapi-3.0.json").json()
    return found


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_path_of_apex_is_an_operation_of_the_description(
    name: str, described: Mapping[str, Any]
) -> None:
    assert set(PATHS) == set(METHODS)
    operation = described["paths"][PATHS[name]][METHODS[name]]

    in_path = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
    assert set(re.findall(r"\{(\w+)\}", PATHS[name])) == in_path


@pytest.mark.parametrize(
    ("shape", "kind"),
    [("Recommendation", "Recommendation"), ("Tier", "Tier"), ("Raise", "RaiseTo"), ("Current", "Current"),
     ("IdealFit", "Ideal"), ("Value", "Worth"), ("KeptFeedback", "Kept")],
)  # fmt: skip
def test_apex_declares_every_field_of_the_description_and_no_other(
    shape: str, kind: str, described: Mapping[str, Any]
) -> None:
    told = {RENAMED.get(name, name) for name in described["components"]["schemas"][shape]["properties"]}

    assert set(declared()[kind]) == told - NOT_DECLARED


def test_no_field_has_a_name_that_apex_keeps_for_itself() -> None:
    fields = {name for fields in declared().values() for name in fields}

    assert len(fields) > 30
    assert {name for name in fields if name.lower() in RESERVED} == set()
    assert set(RENAMED) <= RESERVED


def test_every_answer_of_the_service_goes_into_apexs_fields(service: Service) -> None:
    for who in decided.WHO:
        told = service.recommendation(who)
        assert list(misfits(told, "Recommendation", who)) == []
    kept = service.person.post(f"/v1/recommendations/{told['id']}/feedback", json={"accepted": True})
    assert list(misfits(kept.json(), "Kept", "kept")) == []
    assert list(misfits({"id": 5, "new": 1, "valid_until": "2026-01-01T00:00:00"}, "Recommendation", "x")) == [
        "x.id: 5 is no String", "x.new is not declared", "x.valid_until: '2026-01-01T00:00:00' is no Date",
    ]  # fmt: skip


def test_the_samples_of_apexs_own_test_are_what_the_service_says(service: Service) -> None:
    told = service.recommendation("c00")
    kept = service.person.post(
        f"/v1/recommendations/{told['id']}/feedback", json={"overridden": True, "price": 205, "reason": "x"}
    ).json()

    assert list(sample("SAMPLE")) == list(told)
    assert {name: list(part) for name, part in sample("SAMPLE").items() if isinstance(part, dict)} == {
        name: list(part) if name != "ideal" else ["score", "ideal", "reasons"]
        for name, part in told.items()
        if isinstance(part, dict)
    }
    assert set(sample("KEPT")) == set(kept)
    assert list(misfits(sample("SAMPLE"), "Recommendation", "sample")) == []
    assert list(misfits(sample("KEPT"), "Kept", "sample")) == []


def test_apex_sends_no_headers_of_its_own_and_holds_no_key() -> None:
    assert set(re.findall(r"setHeader\(\s*'([^']+)'", APEX)) == {"If-None-Match", "Content-Type"}
    assert set(re.findall(r"'callout:(\w+)'", APEX)) == {"Pricing_Service"}
    everything = "".join(path.read_text("utf-8") for path in FORCE.rglob("*") if path.is_file())
    assert not re.search(r"Bearer (?!' &amp; \$Credential)", everything)


def test_the_credentials_and_the_permission_set_name_each_other() -> None:
    files = {path.name.partition(".")[2]: path for path in FORCE.glob("*/*.*-meta.xml")}
    roots = {kind: ElementTree.parse(path).getroot() for kind, path in files.items()}
    said = {
        kind: [element.text for element in root.iter() if element.text and element.text.strip()]
        for kind, root in roots.items()
    }

    assert "Pricing_Service" in said["namedCredential-meta.xml"]
    assert "Pricing_Service-CRM" in said["permissionset-meta.xml"]
    assert "PricingRecommendations" in said["permissionset-meta.xml"]
    assert "{!'Bearer ' & $Credential.Pricing_Service.Key}" in said["externalCredential-meta.xml"]
    assert "CRM" in said["externalCredential-meta.xml"]
    assert roots["namedCredential-meta.xml"].findtext(f"{_NS}allowMergeFieldsInBody") == "false"
    assert roots["namedCredential-meta.xml"].findtext(f"{_NS}generateAuthorizationHeader") == "false"


class Apex:
    """The class PricingRecommendations, played: its paths and headers, and the key that the named credential adds."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.lost = 0
        self.seen: list[int] = []

    def read(self, asked: dict[str, Any]) -> dict[str, Any]:
        path = _at(PATHS["READ_PATH"], SYSTEM, asked["recordId"])
        headers = {"If-None-Match": f'"{asked["etag"]}"'} if asked["etag"] else {}
        return self._answered("GET", path, headers=headers)

    def tell(self, asked: dict[str, Any]) -> dict[str, Any]:
        path = _at(PATHS["TELL_PATH"], asked["recommendationId"])
        json_body = {"Content-Type": "application/json"}
        answer = self._answered("POST", path, headers=json_body, content=asked["said"])
        if self.lost:
            self.lost -= 1
            return {"status": 0, "body": None}
        return answer

    def _answered(self, method: str, path: str, *, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        key = {"Authorization": "Bearer crm"}
        answer = httpx.request(method, self.address + path, headers=key | headers, timeout=10, **body)
        self.seen.append(answer.status_code)
        return {"status": answer.status_code, "body": answer.text}


def _at(path: str, *parts: str) -> str:
    for part in parts:
        path = re.sub(r"\{\w+\}", quote(part, safe=""), path, count=1)
    return path


@pytest.fixture
def page(browser: Any, service: Service) -> Iterator[tuple[Any, Apex]]:
    opened, apex = browser.new_page(), Apex(service.address)
    opened.expose_function("apex_read", apex.read)
    opened.expose_function("apex_tell", apex.tell)
    module = FORCE / "lwc" / "recommendation" / "recommendation.js"
    opened.route(
        "https://org.example/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    opened.route(
        "https://org.example/recommendation.js",
        lambda route: route.fulfill(body=module.read_bytes(), content_type="text/javascript"),
    )
    opened.goto("https://org.example/")
    opened.evaluate(
        """async (id) => {
          const logic = await import('/recommendation.js');
          window.card = logic.openCard(logic.overApex(apex_read, apex_tell, id), () => {});
          await card.load();
        }""",
        RECORD,
    )
    yield opened, apex
    opened.close()


@pytest.mark.browser
def test_the_component_reads_an_account_and_asks_again_by_etag(page: tuple[Any, Apex]) -> None:
    opened, apex = page
    first = opened.evaluate("card.state()")
    opened.evaluate("card.load()")
    again = opened.evaluate("card.state()")

    assert apex.seen == [200, 304]
    assert (first["recommendation"]["customer_id"], again) == ("c03", first)


@pytest.mark.browser
def test_an_answer_that_is_lost_and_sent_again_counts_once(page: tuple[Any, Apex], service: Service) -> None:
    opened, apex = page
    apex.lost = 1
    opened.evaluate("card.override('99.50', 'they asked')")
    assert opened.evaluate("card.state()")["phase"] == "failed"
    opened.evaluate("card.again()")

    assert opened.evaluate("card.state()")["phase"] == "told"
    assert apex.seen == [200, 201, 201]
    (kept,) = service.storage.feedback.of_customer("ws_local", "c03")
    assert (kept.price, kept.given_by) == (99.5, "CRM")
