"""Past raises through the front door: a planted effect is found, a trend before is said, and gaps have reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row, Tables, decided

KIND = "raises"
MONTHS, CUSTOMERS = 18, 240
WAVES = (6, 9, 12)


def month(at: int) -> str:
    return f"{2024 + at // 12}-{at % 12 + 1:02d}-01"


def business(
    *, drift: float = 0.0, never: bool = True, assignment: str = "policy", notice: int = 0, seed: int = 4
) -> Tables:
    """Bills that grow by 1 % a month; raised by a tenth in waves, of whom 8 % leave for it; use is not moved."""
    rng = np.random.default_rng(seed)
    wave = np.resize([*WAVES, 99] if never else [WAVES[0]], CUSTOMERS)
    at = np.arange(MONTHS)
    gone = (rng.random((CUSTOMERS, MONTHS)) < 0.01) & (at > 0)
    there = np.cumsum(gone, axis=1) == 0
    told = there[np.arange(CUSTOMERS), np.minimum(wave, MONTHS) - 1] & (wave < 99)
    there &= ~((at >= wave[:, None]) & (rng.random(CUSTOMERS) < 0.08)[:, None])
    grown = np.cumsum(0.01 + rng.normal(0, 0.02, (CUSTOMERS, MONTHS)), axis=1) + drift * at * told[:, None]
    before = np.exp(rng.normal(5, 0.6, (CUSTOMERS, 1)) + grown)
    bill = before * np.where((at >= wave[:, None]) & told[:, None], 1.1, 1.0)
    cells = [(who, month) for who in range(CUSTOMERS) for month in range(MONTHS) if there[who, month]]
    tables: Tables = {
        "monthly_mrr": [
            {"customer_id": f"c{who:03d}", "month": month(at), "mrr": round(bill[who, at], 2)}
            for who, at in cells
        ],
        "metrics": [{"metric": "postings", "kind": "flow"}],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 0.5}],
    }
    units = {(who, at): int(rng.poisson(30)) + 1 for who, at in cells}
    tables["usage"] = [
        {
            "customer_id": f"c{who:03d}",
            "date": f"{month(at)[:8]}28",
            "metric": "postings",
            "units": units[who, at],
        }
        for who, at in cells
    ]
    tables["outcomes"] = [
        {
            "customer_id": f"c{who:03d}",
            "date": f"{month(at)[:8]}28",
            "kpi": "hires",
            "amount": 40 * units[who, at],
        }
        for who, at in cells
    ]
    tables["price_changes"] = [
        _told(f"c{who:03d}", int(wave[who]), before[who], bool(there[who, wave[who]]))
        | {"assignment": assignment, "announced": month(int(wave[who]) - notice)}
        for who in np.flatnonzero(told)
    ]
    return tables


def _told(who: str, at: int, before: np.ndarray, stays: bool) -> Row:
    old = round(float(before[at - 1]), 2)
    more: Row = {"new_mrr": round(old * 1.1, 2), "response": "accepted"} if stays else {"response": "left"}
    return {"customer_id": who, "date": month(at), "old_mrr": old, "offered_mrr": round(old * 1.1, 2)} | more


def past(outcome: Outcome) -> dict[str, dict[str, Any]]:
    return {each["outcome"]: each for each in outcome.result["past_raises"]["outcomes"]}


@pytest.fixture(scope="module")
def found(front_door: FrontDoor) -> Outcome:
    return decided(KIND, front_door(business()))


def test_the_planted_effects_are_inside_their_intervals(found: Outcome) -> None:
    stays, kept, use = (
        past(found)[name]["effect"] for name in ("mrr_of_those_who_stay", "revenue_kept", "use")
    )

    assert stays["low"] < 0.1 < stays["high"]
    assert kept["low"] < 1.1 * 0.92 - 1 < kept["high"]
    assert use["low"] < 0 < use["high"]
    assert stays["value"] > kept["value"]


def test_rows_can_be_drawn_from_before_the_raise_to_long_after(found: Outcome) -> None:
    rows = past(found)["mrr_of_those_who_stay"]["months"]

    assert [row["month"] for row in rows] == list(range(rows[0]["month"], rows[-1]["month"] + 1))
    assert rows[0]["month"] < 0 < rows[-1]["month"]
    assert all(row["low"] <= row["value"] <= row["high"] and row["n"] >= 10 for row in rows)
    assert all(row["value"] > 0.05 for row in rows if row["month"] >= 0)


def test_waves_and_who_carries_the_answer_are_counted(found: Outcome) -> None:
    section = found.result["past_raises"]

    assert [wave["month"] for wave in section["waves"]] == [month(at)[:7] for at in WAVES]
    assert sum(wave["customers"] for wave in section["waves"]) == section["told"]
    assert past(found)["mrr_of_those_who_stay"]["waves"] == 3
    assert section["asked"] == pytest.approx(0.1, abs=0.002)


def test_without_a_trend_none_is_said_and_decisions_are_no_evidence_of_leaving(found: Outcome) -> None:
    said = " ".join(found.result["sentences"])

    assert past(found)["mrr_of_those_who_stay"]["trend_before"]["verdict"] == "none_seen"
    assert "went like the others" in said
    assert "evidence of revenue, not of how many leave" in said
    assert "raised_by_decision" in [
        each["code"] for each in past(found)["revenue_kept"]["effect"]["warnings"]
    ]


def test_those_who_went_up_before_their_raise_are_said_to_have(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(business(drift=0.02)))
    entry = past(found)["mrr_of_those_who_stay"]

    assert entry["trend_before"]["verdict"] == "seen"
    assert "trend_before" in [each["code"] for each in entry["effect"]["warnings"]]
    assert any("already went another way" in sentence for sentence in found.result["sentences"])


def test_raises_by_lot_carry_no_warning_of_a_choice(front_door: FrontDoor) -> None:
    found = decided(KIND, front_door(business(assignment="randomised")))

    assert past(found)["revenue_kept"]["effect"]["warnings"] == []
    assert found.result["past_raises"]["given"] == found.result["past_raises"]["told"]
    assert "not of how many leave" not in " ".join(found.result["sentences"])


def test_where_everybody_was_raised_at_once_nothing_can_be_compared(front_door: FrontDoor) -> None:
    found = past(decided(KIND, front_door(business(never=False))))

    assert {each["effect"]["reason"] for each in found.values()} == {"nobody_untreated"}
    assert all(each["months"] == [] and each["two_way"] is None for each in found.values())


def test_without_past_raises_every_outcome_says_so(front_door: FrontDoor) -> None:
    tables = business()
    del tables["price_changes"]
    found = decided(KIND, front_door(tables))

    assert {each["effect"]["reason"] for each in past(found).values()} == {"no_past_raises"}
    assert not any("told a raise before" in sentence for sentence in found.result["sentences"])


def test_a_table_written_when_raises_take_effect_makes_no_effect_of_having_been_there(
    front_door: FrontDoor,
) -> None:
    """Announced four months before, but who left since is not in the table: nobody is followed from then on."""
    at_once, announced = (past(decided(KIND, front_door(business(notice=each)))) for each in (0, 4))

    assert announced["revenue_kept"]["effect"]["value"] == at_once["revenue_kept"]["effect"]["value"]


def test_those_told_are_followed_from_the_announcement_where_some_left_before_the_raise(
    front_door: FrontDoor,
) -> None:
    tables = business(notice=2)
    told = tables["price_changes"]
    gone = {row["customer_id"] for row in told[:40]}
    effective = {row["customer_id"]: str(row["date"]) for row in told}
    tables["monthly_mrr"] = [
        row
        for row in tables["monthly_mrr"]
        if row["customer_id"] not in gone or str(row["month"]) < month_before(effective[row["customer_id"]])
    ]
    at_once = past(decided(KIND, front_door(business())))["revenue_kept"]["effect"]
    found = past(decided(KIND, front_door(tables)))["revenue_kept"]["effect"]

    assert found["n"] == at_once["n"]
    assert found["high"] < at_once["low"]


def month_before(day: str) -> str:
    at = (int(day[:4]) - 2024) * 12 + int(day[5:7]) - 1
    return month(at - 1)
