"""The whole report: every kind that the tables allow, each on its own."""

from __future__ import annotations

import pytest

from models.errors import InvalidInput
from pricing_service.decisions import DECISIONS, canonical_json
from pricing_service.decisions.unit_worth import UnitWorth
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import decided


def test_every_other_kind_is_in_the_report(ordinary: StoredPanel) -> None:
    result = decided("report", ordinary).result

    assert set(result["analyses"]) == set(DECISIONS) - {"report"}
    assert (result["missing"], result["failed"]) == ([], [])
    assert result["dataset"]["tables"]["usage"] == 720


def test_the_report_says_what_the_kinds_say(ordinary: StoredPanel) -> None:
    result = decided("report", ordinary, segment_by="country").result

    for kind, options in (("value_metrics", {}), ("unit_worth", {"metric": "postings"})):
        alone = decided(kind, ordinary, segment_by="country", **options).result
        assert canonical_json(result["analyses"][kind]) == canonical_json(alone)


def test_a_kind_without_its_tables_is_missing_and_the_others_stand(silent: StoredPanel) -> None:
    result = decided("report", silent).result

    kinds = {"growth", "ideal_customers", "tiers", "value_metrics", "willingness_to_pay"}
    assert set(result["analyses"]) == kinds
    assert {each["kind"]: each["tables"] for each in result["missing"]} == {
        "unit_worth": ["outcomes", "worth_checks"],
        "raises": ["outcomes", "alternatives", "worth_checks"],
    }
    assert all(each["unlocks"] and each["cheapest"] for each in result["missing"])


def test_a_kind_that_breaks_does_not_take_the_others_along(
    ordinary: StoredPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(UnitWorth, "decide", break_down)

    result = decided("report", ordinary).result

    kinds = {"growth", "ideal_customers", "raises", "tiers", "value_metrics", "willingness_to_pay"}
    assert set(result["analyses"]) == kinds
    assert [each["kind"] for each in result["failed"]] == ["unit_worth"]
    assert "ZeroDivisionError" in result["failed"][0]["reason"]


def test_an_unknown_trait_is_refused_as_a_whole(ordinary: StoredPanel) -> None:
    with pytest.raises(InvalidInput, match="planet"):
        decided("report", ordinary, segment_by="planet")
