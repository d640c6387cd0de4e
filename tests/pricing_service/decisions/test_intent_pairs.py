"""Quotes to those who had judged the price must calibrate intents, and offers that show only one end must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import canonical_json
from pricing_service.decisions._intent_pairs import TOLERANCE, calibration_of
from pricing_service.decisions._surveys import surveys_of
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import Row, Tables, decided, panel_from

CONVENTION = [0.7, 0.5, 0.3, 0.1, 0.0]
TRUTH = {5: 0.45, 4: 0.25, 3: 0.12, 2: 0.06, 1: 0.02}


def leads_asked(count: int, *, seed: int = 1, asked_at: float = 1.0) -> Tables:
    """Leads who say how likely they buy the plan `team` at a cheap and an expensive price, and are quoted one of them.

    Of those who answer 5 … 1 the share `TRUTH` buys; the quote is `asked_at` times the price that was judged.
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {"price_sensitivity": [], "leads": [], "quotes": []}
    for at in range(count):
        middle = float(np.exp(rng.normal(np.log(50), 0.3)))
        prices = {"too_cheap": 0.6, "cheap": 0.8, "expensive": 1.2, "too_expensive": 1.6}
        row: Row = {name: round(middle * factor, 2) for name, factor in prices.items()}
        intents = {"cheap": int(rng.integers(3, 6)), "expensive": int(rng.integers(1, 5))}
        row |= {"respondent_id": f"l{at:03d}", "item": "team"}
        tables["price_sensitivity"].append(row | {f"intent_{name}": said for name, said in intents.items()})
        tables["leads"].append({"lead_id": f"l{at:03d}", "created": "2025-01-01"})
        offered = str(rng.choice(["cheap", "expensive"]))
        won = rng.random() < TRUTH[intents[offered]]
        tables["quotes"].append(
            {
                "quote_id": f"q{at:03d}", "lead_id": f"l{at:03d}", "date": "2025-03-01", "plan": "team",
                "price": round(float(row[offered]) * asked_at, 2), "result": "won" if won else "lost",
            }
        )  # fmt: skip
    return tables


def result(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return json.loads(canonical_json(decided("willingness_to_pay", panel, **options).result))


def entry(panel: StoredPanel, **options: Any) -> dict[str, Any]:
    return next(each for each in result(panel, **options)["items"] if each["method"] == "newton_miller_smith")


def learned(tables: Tables, folder: Path) -> Any:
    panel = panel_from(tables, folder)
    return calibration_of(panel, surveys_of(panel, ["price_sensitivity"]), level=0.9, seed=0)


@pytest.fixture(scope="module")
def quoted(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return panel_from(leads_asked(300), tmp_path_factory.mktemp("quoted"))


def test_quotes_to_those_who_judged_the_price_say_what_intents_are_worth(quoted: StoredPanel) -> None:
    found = entry(quoted)

    told = found["details"]["intent_calibration"]
    assert (told["rests_on"], told["customers"]) == ("quotes", 300)
    shares = [each["buys"]["value"] for each in told["intents"]]
    assert shares == pytest.approx(list(TRUTH.values()), abs=0.12)
    assert result(quoted)["options"]["intent_calibration"] == pytest.approx(shares)
    assert next(each["code"] for each in found["caveats"]) == "measured_calibration"
    assert any("taken to buy" in said for said in result(quoted)["sentences"])


def test_demand_is_counted_by_what_was_bought_and_its_band_holds_that_doubt_too(quoted: StoredPanel) -> None:
    by_quotes, by_habit = entry(quoted), entry(quoted, intent_calibration=CONVENTION)

    def most(found: dict[str, Any]) -> dict[str, float]:
        return max(found["demand"], key=lambda point: point["share"])

    assert most(by_quotes)["share"] < 0.8 * most(by_habit)["share"]
    widths = [
        (most(each)["high"] - most(each)["low"]) / most(each)["share"] for each in (by_quotes, by_habit)
    ]
    assert widths[0] > 1.2 * widths[1]


def test_a_calibration_that_is_given_wins_over_quotes(quoted: StoredPanel) -> None:
    given = [0.9, 0.6, 0.3, 0.1, 0.0]

    found = entry(quoted, intent_calibration=given)

    assert "intent_calibration" not in found["details"]
    assert next(each["code"] for each in found["caveats"]) == "assumed_calibration"
    assert result(quoted, intent_calibration=given)["options"]["intent_calibration"] == given


def test_without_a_pair_the_usual_shares_are_taken_as_before(tmp_path: Path) -> None:
    tables = leads_asked(40)
    del tables["quotes"]
    panel = panel_from(tables, tmp_path)

    found = entry(panel)

    assert found == entry(panel, intent_calibration=CONVENTION)
    assert result(panel)["options"]["intent_calibration"] == CONVENTION


@pytest.mark.parametrize(
    ("asked_at", "paired"), [(1 + TOLERANCE - 0.01, 40), (1 + TOLERANCE + 0.02, 0), (0.92, 40)]
)
def test_an_offer_belongs_to_a_judgement_where_the_prices_are_close(
    asked_at: float, paired: int, tmp_path: Path
) -> None:
    found = learned(leads_asked(40, asked_at=asked_at), tmp_path)

    assert (found.clusters if found else 0) == paired


def test_of_several_offers_the_nearest_counts_and_of_equals_the_last(tmp_path: Path) -> None:
    tables = leads_asked(1)
    (quote,), (answer,) = tables["quotes"], tables["price_sensitivity"]
    answer |= {"cheap": 40, "expensive": 80, "too_cheap": 20, "too_expensive": 100, "intent_cheap": 5}
    offers = [("2025-02-01", 43, "lost"), ("2025-02-02", 41, "lost"), ("2025-02-03", 41, "won")]
    tables["quotes"] = [
        quote | {"quote_id": f"q{at}", "date": day, "price": price, "result": outcome}
        for at, (day, price, outcome) in enumerate(offers)
    ]

    found = learned(tables, tmp_path)

    assert found.clusters == 1
    assert found.shares[0] == pytest.approx((0.7 * 4 + 1) / 5)


def of_customers(quote_day: str, *, lead: bool) -> Tables:
    """One customer, since March 2025, whose contact judged the price of a quote."""
    tables = leads_asked(1)
    tables["customers"] = [{"customer_id": "c1", "signed_up": "2025-03-01"}]
    tables["leads"][0]["customer_id"] = "c1"
    tables["price_sensitivity"][0] |= {"respondent_id": "r1", "customer_id": "c1"}
    tables["quotes"][0] |= {"date": quote_day} | ({} if lead else {"lead_id": "", "customer_id": "c1"})
    return tables


def test_offers_to_a_customer_count_from_the_day_after_it_became_one(tmp_path: Path) -> None:
    later = learned(of_customers("2025-06-01", lead=False), tmp_path / "later")
    first = learned(of_customers("2025-03-01", lead=False), tmp_path / "first")

    assert later.clusters == 1
    assert first is None  # of an offer by which people become customers only the win is seen


def test_what_a_lead_was_quoted_says_nothing_of_the_customer_that_it_became(tmp_path: Path) -> None:
    assert learned(of_customers("2025-02-01", lead=True), tmp_path) is None


def test_five_point_answers_to_stated_prices_pair_by_the_unit_of_a_metric(tmp_path: Path) -> None:
    tables: Tables = {"metrics": [{"metric": "postings", "kind": "flow"}], "leads": [], "quotes": []}
    tables["purchase_intent"] = [
        {"respondent_id": f"l{at}", "item": "postings", "price": price, "intent": said, "scale": "1-5"}
        for at in range(10)
        for price, said in ((2, 5), (4, 3), (8, 1))
    ]
    for at in range(10):
        tables["leads"].append({"lead_id": f"l{at}", "created": "2025-01-01"})
        quote = {"metric": "postings", "units": 20, "price": 80, "result": "won" if at < 2 else "lost"}
        tables["quotes"].append({"quote_id": f"q{at}", "lead_id": f"l{at}", "date": "2025-02-01"} | quote)
    panel = panel_from(tables, tmp_path)

    found = calibration_of(panel, surveys_of(panel, ["purchase_intent"]), level=0.9, seed=0)

    assert [each.n for each in found.estimates] == [0, 0, 10, 0, 0]
    assert found.estimates[2].value == pytest.approx((0.3 * 4 + 2) / 14)
