"""What is shipped for CRMs stays small, names one address, and has one file of logic; answers stay below a megabyte."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date

from pricing_service.recommendations import Answer, Basis, recommendations
from tests.api import decided
from tests.api.crm.conftest import CRM, ORIGIN, Service
from tests.house.tree import ROOT

MEGABYTE = 1_000_000
CARDS = CRM / "hubspot" / "src" / "app" / "cards"
LWC = CRM / "salesforce" / "force-app" / "main" / "default" / "lwc"


def test_all_that_is_shipped_is_far_below_a_megabyte() -> None:
    sizes = [path.stat().st_size for path in CRM.rglob("*") if path.is_file()]

    assert len(sizes) > 15
    assert sum(sizes) < 0.1 * MEGABYTE


def test_both_platforms_have_the_same_logic_to_the_byte() -> None:
    assert (CARDS / "recommendation.js").read_bytes() == (
        LWC / "recommendation" / "recommendation.js"
    ).read_bytes()


def test_the_logic_needs_no_platform() -> None:
    logic = (CARDS / "recommendation.js").read_text("utf-8")

    assert not re.search(r"^\s*import\b|\brequire\(|\bwindow\b|\bdocument\b|\bhubspot\.", logic, re.MULTILINE)


def test_hubspots_card_asks_where_hubspot_permits_it_to() -> None:
    app = json.loads((CARDS.parent / "app-hsmeta.json").read_text("utf-8"))
    said = (CARDS / "service.ts").read_text("utf-8")

    assert app["config"]["permittedUrls"]["fetch"] == [ORIGIN]
    assert re.findall(r"ORIGIN = '(.+)'", said) == [ORIGIN]
    assert re.findall(r"SYSTEM = '(.+)'", said) == ["hubspot"]


def test_hubspots_files_name_each_other() -> None:
    project = json.loads((CRM / "hubspot" / "hsproject.json").read_text("utf-8"))
    card = json.loads((CARDS / "recommendation-hsmeta.json").read_text("utf-8"))

    assert (CRM / "hubspot" / project["srcDir"] / card["config"]["entrypoint"].lstrip("/")).is_file()
    assert card["type"] == "card"


def test_the_card_imports_hubspots_package_react_and_its_neighbours_alone() -> None:
    modules = set(re.findall(r"from '([^']+)'", (CARDS / "RecommendationCard.tsx").read_text("utf-8")))

    assert modules == {"@hubspot/ui-extensions", "react", "./recommendation.js", "./service"}
    assert all(
        (CARDS / f"{name}.ts").exists() or (CARDS / name).exists() for name in modules if name[0] == "."
    )


def test_the_wheel_leaves_them_out() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"] == ["/api/crm"]


def test_a_thousand_short_recommendations_at_once_stay_below_a_megabyte(service: Service) -> None:
    wanted = (decided.WHO * 25)[:1000]

    many = service.person.post("/v1/recommendations", json={"customer_ids": wanted})

    assert len(many.json()["data"]) == 1000
    assert len(many.content) < MEGABYTE, len(many.content)


def test_five_hundred_at_once_stay_below_a_megabyte_however_much_there_is_to_say() -> None:
    """Long ids and names, every part decided, digits to the last bit, a price book, five reasons."""
    who, plan, awkward = "customer-" + "x" * 55, "Professional plan, " + "y" * 30, 1234.5678901234567
    tier = {"name": plan, "price": awkward, "included_units": awkward, "overage_price": awkward}
    rows = {
        "tiers": {"tier": plan, "bill": awkward, "change": -awkward},
        "raises": {
            "current_mrr": 1200.12, "recommended_mrr": awkward, "raise": 0.0287654321098765, "effective": "2026-03-01",
            "reasons": ["value_added", *(f"released:{name * 20}" for name in "abcd")], "value": awkward,
            "value_basis": "measured", "captured_share": 0.1234567890123456, "churn_before": 0.1234567890123456,
        },
        "ideal_customers": {"score": 0.1234567890123456, "ideal": True},
    }  # fmt: skip
    results = {"tiers": {"tiers": [tier]}, "raises": decided.RAISES, "ideal_customers": {}}
    answers = {kind: Answer("an_1", results[kind], {who: row}, published=True) for kind, row in rows.items()}
    basis = Basis(
        "ws_local",
        date(2025, 12, 31),
        "EUR",
        {who: (plan, 1200.12)},
        answers,
        price_book_version="pb_" + "0" * 26,
    )
    (told,) = recommendations(basis)

    item = {"customer_id": who, "status": 200, "recommendation": told | {"etag": "0" * 32}, "error": None}
    assert told["raise"]
    assert told["tier"]
    assert 500 * (len(json.dumps(item)) + 1) < MEGABYTE, len(json.dumps(item))
