"""Waves must hold out by a lasting lot, count only those really raised, and come back as evidence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from models.pricing.raises.decisions import Decisions
from models.pricing.raises.response import PriceResponse
from pricing_service.decisions import Outcome, canonical_json
from pricing_service.decisions._raise_exposure import Exposure
from pricing_service.decisions._raise_rows import _Known
from pricing_service.decisions._raise_told import Told
from pricing_service.decisions._raise_waves import fed_back, held_until
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.raised_book import raised_book
from tests.pricing_service.decisions.small_business import decided, panel_from


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> StoredPanel:
    return panel_from(raised_book(240), tmp_path_factory.mktemp("raised"))


@pytest.fixture(scope="module")
def held(book: StoredPanel) -> Outcome:
    return decided("raises", book, hold_out=0.3)


def rows_of(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.rows is not None
    return [
        dict(zip(outcome.rows, values, strict=True)) for values in zip(*outcome.rows.values(), strict=True)
    ]


def test_waves_add_up_to_the_rows_month_by_month(held: Outcome) -> None:
    rows = rows_of(held)
    assert len(held.result["waves"]) >= 2

    for wave in held.result["waves"]:
        mine = [row for row in rows if row["wave"] == wave["wave"]]
        raised = [row for row in mine if row["arm"] == "raise"]
        assert (wave["customers"], wave["raised"]) == (len(mine), len(raised))
        assert wave["held_out"] == len(mine) - len(raised) > 0
        assert wave["mrr"] == pytest.approx(sum(row["current_mrr"] for row in mine))
        asked = sum(row["raise"] * row["current_mrr"] for row in raised)
        assert wave["mrr_asked"] == pytest.approx(asked)
        assert {row["effective"][:7] for row in mine} == {wave["wave"]}
        assert wave["effective"] == min(row["effective"] for row in mine)
        assert (date.fromisoformat(wave["effective"]) - date.fromisoformat(wave["tell_by"])).days >= 60


def test_who_is_held_out_is_asked_nothing_for_a_year(held: Outcome) -> None:
    out = [row for row in rows_of(held) if row["arm"] == "hold_out"]

    for row in out:
        assert (row["raise"], row["reasons"]) == (0, ["hold_out"])
        assert row["recommended_mrr"] == pytest.approx(row["current_mrr"], abs=0.005)
        assert row["churn_after"] == pytest.approx(row["churn_before"])
        assert row["expected_lifetime_value_change"] == 0
        assert row["held_until"] == f"{int(row['effective'][:4]) + 1}{row['effective'][4:]}"


def test_the_same_customers_are_held_out_whatever_else_is_asked(book: StoredPanel, held: Outcome) -> None:
    first = {row["customer_id"] for row in rows_of(held) if row["arm"] == "hold_out"}
    part = {row["customer_id"] for row in rows_of(held) if row["arm"]}
    other = rows_of(decided("raises", book, hold_out=0.3, max_raise=0.1))

    second = {row["customer_id"] for row in other if row["arm"] == "hold_out"}
    both = part & {row["customer_id"] for row in other if row["arm"]}

    assert both
    assert first & both == second & both


def test_totals_are_for_those_who_are_really_raised(book: StoredPanel, held: Outcome) -> None:
    everybody = decided("raises", book, hold_out=0)
    gain = everybody.result["expected"]["lifetime_value_change"]["value"]

    assert {row["arm"] for row in rows_of(everybody)} == {"raise", None}
    assert everybody.result["hold_out"]["reasons"] == {"elasticity_after": "no_hold_out"}
    assert held.result["beside"]["without_hold_out"]["lifetime_value_change"]["value"] == pytest.approx(gain)
    assert 0 < held.result["expected"]["lifetime_value_change"]["value"] < gain
    assert held.result["policy"]["raised"] < everybody.result["policy"]["raised"]


def test_each_wave_says_at_how_many_leavers_the_next_one_waits(held: Outcome) -> None:
    for wave in held.result["waves"]:
        stop = wave["stop"]
        assert stop["anyway"]["value"] < stop["foretold"]["value"] < stop["leavers"] <= wave["raised"]
    assert held.result["waves"][-1]["stop"]["months"] == 12
    first = held.result["waves"][0]["stop"]
    assert any(f"If {first['leavers']} or more" in said for said in held.result["sentences"])


def test_the_hold_out_says_how_little_or_much_it_will_tell(book: StoredPanel, held: Outcome) -> None:
    after, now = held.result["hold_out"]["elasticity_after"], held.result["elasticity"]

    assert now["low"] < after["low"] < after["median"] < after["high"] < now["high"]
    few = decided("raises", book, hold_out=0.05).result["hold_out"]["elasticity_after"]
    assert after["width_of_today"] < few["width_of_today"] < 1


def test_waves_come_back_as_rows_that_the_contract_takes(held: Outcome, tmp_path: Path) -> None:
    tables = raised_book(240)
    before = len(tables["price_changes"])
    posted = fed_back(rows_of(held))
    answered = [row | {"new_mrr": row["offered_mrr"], "response": "accepted"} for row in posted]
    tables["price_changes"] += [{key: value or "" for key, value in row.items()} for row in answered]

    panel = panel_from(tables, tmp_path)

    assert panel.dataset is not None
    assert panel.dataset.report["tables"]["price_changes"]["rows"] == before + len(posted)
    groups = {row["customer_id"]: row["fairness_group"] for row in rows_of(held)}
    assert {len(row["wave"].split(" · ")) for row in posted} == {3}
    assert all(row["wave"] == f"{row['date'][:7]} · {groups[row['customer_id']]}" for row in posted)
    for row in posted:
        assert row["assignment"] == "randomised"
        assert (row["offered_mrr"] == row["old_mrr"]) == (row["arm"] == "hold_out")


@pytest.mark.parametrize(("told_on", "waits"), [("2025-10-01", True), ("2025-01-01", False)])
def test_who_was_held_out_before_waits_for_a_year_and_is_then_asked_for_sure(
    tmp_path: Path, told_on: str, waits: bool
) -> None:
    tables = raised_book(240)
    asked = {row["customer_id"] for row in tables["price_changes"]}
    unasked = [row for row in tables["subscriptions"] if row["customer_id"] not in asked]
    tables["price_changes"] += [
        {
            "customer_id": row["customer_id"], "date": told_on, "old_mrr": row["mrr"], "offered_mrr": row["mrr"],
            "new_mrr": row["mrr"], "assignment": "randomised", "response": "",
        }
        for row in unasked
    ]  # fmt: skip
    held = {row["customer_id"] for row in unasked}

    found = decided("raises", panel_from(tables, tmp_path), hold_out=0.3)

    mine = [row for row in rows_of(found) if row["customer_id"] in held]
    due = [row for row in mine if row["arm"]]
    assert found.result["elasticity"]["given"] == len(asked)
    assert due
    if waits:
        soon = [row for row in due if row["held_until"] == "2026-10-01"]
        assert len(soon) == found.result["hold_out"]["still_held"] > 0
        assert {(row["arm"], row["wave"], row["raise"]) for row in soon} == {("hold_out", None, 0)}
    else:
        assert {(row["arm"], row["assignment"]) for row in due} == {("raise", "policy")}


def test_a_raise_of_nothing_by_lot_is_a_hold_out_and_any_other_is_not() -> None:
    told = [
        said("a", 100.0, 100.0, "randomised"), said("b", 100.0, 110.0, "randomised"),
        said("c", 100.0, 100.0, "policy"),
    ]  # fmt: skip

    assert held_until(told) == {"a": date(2026, 1, 1)}


def said(customer: str, old: float, offered: float, assignment: str, *, wave: str = "") -> Told:
    return Told(customer, date(2025, 1, 1), None, old, offered, offered, assignment, False, wave)


@pytest.mark.parametrize("seed", range(3))
def test_a_wave_of_customers_who_would_stay_anyway_is_read_against_its_own_hold_out(seed: int) -> None:
    """Stayers are chosen for the wave; beside everybody else the raise would seem to keep customers."""
    rng = np.random.default_rng(seed)
    n, months, first, theta = 1500, 24, 2024 * 12, 4.0
    frail = rng.normal(0, 0.8, n)
    asks = np.where(frail < 0, 0.15, 0.08)
    held, picked = rng.random(n) < 0.3, rng.random(n) < special.expit(-2 * frail)
    there, who, month, left = np.ones(n, dtype=bool), [], [], []
    part = there
    for at in range(months):
        part = there & picked if at == 11 else part
        u = np.where(part & ~held, np.log1p(asks), 0.0) if at >= 11 else np.zeros(n)
        goes = rng.random(n) < special.expit(-3.6 + frail + theta * u)
        who += np.flatnonzero(there).tolist()
        month += [first + at] * int(there.sum())
        left += goes[there].tolist()
        there = there & ~goes
    told = [
        said(
            f"c{at}", 100.0, 100.0 if held[at] else 100 * (1 + asks[at]), "randomised", wave=f"of {asks[at]}"
        )
        for at in np.flatnonzero(part)
    ]
    raises = Exposure.of(told, [f"c{at}" for at in range(n)])
    known = _Known.of(np.full(n, 100.0), np.full(n, np.nan), raises, last=first + months - 1)
    order = np.argsort(who, kind="stable")
    customer, when, age = np.array(who)[order], np.array(month)[order], np.array(month)[order] - first

    found = PriceResponse().fit(
        Decisions(
            left=np.array(left)[order], given=raises.given(customer, when), other=raises.other(customer, when),
            position=known.position(customer, age, when), known=known.at(customer, age, when), customer=customer,
        )
    )  # fmt: skip

    low, high = np.quantile(found.theta, [0.05, 0.95])
    assert low < theta < high
    assert low > 0.5


def test_where_nobody_pays_there_are_no_waves_and_the_answer_can_still_be_written(front_door: Any) -> None:
    tables = raised_book(12)
    for row in tables["subscriptions"]:
        row["end"] = "2025-06-01"
    tables["price_changes"] = []

    result = decided("raises", front_door(tables)).result

    assert json.loads(canonical_json(result))["waves"] == []
    assert (result["hold_out"], result["features"]["ranking"]) == ({}, [])
