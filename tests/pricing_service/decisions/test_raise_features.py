"""Features must be ranked by what the right customers would pay against cost, and tie raises to releases truthfully."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome, canonical_json
from pricing_service.decisions._raise_features import Feature, Features, _Pay
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.raised_book import raised_book
from tests.pricing_service.decisions.small_business import Row, Tables, decided, panel_from

BRINGS = 40.0
"""Money a month that `matching` brings the mean customer that reports it."""


def with_features(tables: Tables) -> Tables:
    rng = np.random.default_rng(7)
    tables["features"] = [
        {"feature": "matching", "shipped": "2025-09-01", "plans": "small; large", "cost": 6_000},
        {"feature": "video", "shipped": "", "plans": "", "cost": 50_000},
        {"feature": "badges", "shipped": "", "plans": "", "cost": 500},
        {"feature": "export", "shipped": "", "plans": "", "cost": ""},
        {"feature": "old", "shipped": "2023-01-01", "plans": "", "cost": 10},
    ]
    values: list[Row] = []
    for at, row in enumerate(tables["customers"]):
        who = {"customer_id": row["customer_id"]}
        if at % 2:
            brings = round(float(BRINGS * np.exp(rng.normal(-0.08, 0.4))), 2) if at % 4 == 1 else 0
            values.append(who | {"feature": "matching", "value": brings, "source": "outcome"})
        if at % 3 == 0:
            values.append(who | {"feature": "video", "value": 30, "source": "stated"})
            values.append(who | {"feature": "matching", "value": 500, "source": "stated"})
    few = [
        {"customer_id": f"c00{at}", "feature": "badges", "value": 9, "source": "stated"} for at in range(3)
    ]
    return tables | {"feature_values": values + few}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return decided("raises", panel_from(with_features(raised_book(240)), tmp_path_factory.mktemp("featured")))


def ranking(found: Outcome) -> dict[str, dict[str, Any]]:
    section = json.loads(canonical_json(found.result))["features"]
    return {row["feature"]: row for row in section["ranking"]}


def test_what_a_feature_brings_leads_and_what_was_stated_stands_apart(found: Outcome) -> None:
    matching = ranking(found)["matching"]

    assert matching["rests_on"] == "outcome"
    assert matching["outcome"]["a_customer"]["method"] == "15% of value"
    assert matching["stated"]["a_customer"]["method"] == "stated, less the usual exaggeration"
    low, high = (matching["outcome"]["a_customer"][end] for end in ("low", "high"))
    assert low < 0.15 * BRINGS / 2 < high  # half of those who report get nothing
    assert matching["stated"]["a_customer"]["value"] == pytest.approx(500 / 1.16, rel=0.01)


def test_who_reports_nothing_is_counted_as_asked_but_not_as_paying(found: Outcome) -> None:
    rows, paying = ranking(found), found.result["features"]["customers"]
    outcome, stated = rows["matching"]["outcome"], rows["video"]["stated"]

    assert outcome["in_all"]["value"] == pytest.approx(outcome["a_customer"]["value"] * outcome["customers"])
    assert stated["in_all"]["value"] == pytest.approx(stated["a_customer"]["value"] * paying)
    assert stated["customers"] < outcome["customers"] < paying


def test_features_are_ranked_by_pay_against_cost_and_the_unknown_come_last(found: Outcome) -> None:
    rows = ranking(found)

    pay = {name: row[row["rests_on"]]["in_all"]["value"] for name, row in rows.items() if row["rests_on"]}
    known = sorted(pay, key=lambda name: -pay[name] / rows[name]["cost"])
    assert set(pay) == {"matching", "video"}
    assert list(rows)[:2] == known
    assert [row["rank"] for row in rows.values()] == [1, 2, 3, 4, 5]
    video = rows["video"]["months_to_pay_back"]
    assert video["value"] == pytest.approx(50_000 / pay["video"])
    assert video["low"] < video["value"] < video["high"]


def test_nothing_that_is_unknown_stands_without_a_reason(found: Outcome) -> None:
    rows = ranking(found)

    assert rows["export"]["months_to_pay_back"]["reason"] == "no_cost"
    assert rows["old"]["months_to_pay_back"]["reason"] == "no_feature_values"
    assert rows["badges"]["stated"]["a_customer"]["reason"] == "insufficient_customers"
    for row in rows.values():
        empty = {name for name, value in row.items() if value is None}
        assert empty == set(row["reasons"])


def test_where_nobody_is_known_to_be_ideal_all_count_and_it_says_so(found: Outcome) -> None:
    section = found.result["features"]

    assert section["among"] == "all"
    assert section["customers"] == found.result["customers"]
    assert section["reasons"]["ideal"] in {"nobody_known_to_be_ideal", "traits_do_not_predict"}


def test_a_raise_is_tied_to_a_release_only_where_the_customer_gets_value_from_it(found: Outcome) -> None:
    assert found.rows is not None
    columns = ("customer_id", "raise", "reasons", "releases", "priced_on")
    rows = list(zip(*(found.rows[name] for name in columns), strict=True))
    tied = {who for who, _, reasons, *_ in rows if "released:matching" in reasons}
    gets = {each for each in found.rows["customer_id"] if int(str(each)[1:]) % 4 == 1}

    assert tied
    raised = {who for who, share, *_ in rows if share > 0}
    # Stated alone does count where nothing was reported: it is the customer's own figure.
    says = {each for each in found.rows["customer_id"] if int(str(each)[1:]) % 6 == 0}
    assert tied == raised & (gets | says)
    assert not any("released:old" in reasons for _, _, reasons, *_ in rows)
    assert any("are raised after a release" in said for said in found.result["sentences"])


def test_a_book_without_features_says_that_there_are_none(front_door: Any) -> None:
    result = decided("raises", front_door(raised_book(60)), hold_out=0).result

    assert result["features"]["ranking"] == []
    assert result["features"]["reasons"] == {"among": "no_features"}


@pytest.mark.parametrize(
    ("priced", "plan", "values", "named"),
    [
        (date(2025, 1, 1), "pro", {}, True),  # nobody's value is known: its plan has it
        (date(2025, 1, 1), "free", {}, False),
        (date(2026, 1, 1), "pro", {}, False),  # it was there when the price was set
        (None, "pro", {}, False),
        (date(2025, 1, 1), "pro", {"outcome": {"c": 5.0}}, True),
        (date(2025, 1, 1), "pro", {"outcome": {"c": 0.0}, "stated": {"c": 9.0}}, False),
        (date(2025, 1, 1), "pro", {"outcome": {"other": 5.0}}, False),
    ],
)
def test_a_release_counts_for_whom_it_reached_since_its_price(
    priced: date | None, plan: str, values: dict[str, dict[str, float]], *, named: bool
) -> None:
    feature = Feature("search", date(2025, 6, 1), frozenset({"pro"}), None)
    told = Features([feature], {("search", source): its for source, its in values.items()})

    assert bool(told.since("c", plan, priced=priced, effective=date(2026, 9, 1))) is named


def test_intervals_of_what_customers_get_hold_the_truth_as_often_as_they_say() -> None:
    rng, hits, runs = np.random.default_rng(4), 0, 400
    truth = float(np.exp(0.6**2 / 2))
    for at in range(runs):
        values = dict(zip(map(str, range(40)), np.exp(rng.normal(0, 0.6, 40)).tolist(), strict=True))
        told = _Pay(list(values), 1.0, "EUR/month", 0.9, at).of(values, "outcome")
        assert told is not None
        hits += told["a_customer"]["low"] < truth < told["a_customer"]["high"]

    assert 0.86 < hits / runs < 0.94


def test_the_panel_is_what_features_are_read_from(tmp_path: Path) -> None:
    panel: StoredPanel = panel_from(with_features(raised_book(12)), tmp_path)

    features = Features.of(panel)

    assert [each.name for each in features.features] == ["badges", "export", "matching", "old", "video"]
    assert features.features[2].plans == {"small", "large"}
    assert features.features[1].cost is None
