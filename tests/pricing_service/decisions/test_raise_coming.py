"""Who was told a raise that is not in force yet is asked no other, and the plan begins with what it will pay."""

from __future__ import annotations

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions._raise_contracts import contracts
from pricing_service.decisions._raise_rows import RaiseRows
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    MONTHS,
    customers_of,
    first_day,
    raised,
    raising_board,
    rows,
)
from tests.pricing_service.decisions.small_business import Row, Tables

BEGINS = "2026-09-01"
"""Two months after the data end."""


def waiting(**more: object) -> tuple[Tables, list[str]]:
    """The business, of whose customers a third was told a tenth more for September; and who that is."""
    tables = raising_board()
    here = {
        str(row["customer_id"]): float(str(row["mrr"])) for row in tables["subscriptions"] if not row["end"]
    }
    who = sorted(here)[::3]
    tables["price_changes"] += [coming(each, here[each]) | more for each in who]
    return tables, who


def coming(who: str, bill: float) -> Row:
    return {
        "customer_id": who, "date": BEGINS, "announced": "2026-06-15", "old_mrr": bill,
        "offered_mrr": round(bill * 1.1, 2), "assignment": "policy", "wave": "autumn",
    }  # fmt: skip


@pytest.fixture(scope="module")
def panel(front_door: FrontDoor) -> StoredPanel:
    return front_door(waiting()[0])


@pytest.fixture(scope="module")
def found(panel: StoredPanel) -> Outcome:
    return raised(panel)


def test_nobody_is_asked_again_before_a_raise_that_it_was_told(found: Outcome):
    told = set(waiting()[1])
    mine = [row for row in rows(found) if row["customer_id"] in told]

    assert len(mine) == len(told)
    assert all(row["raise"] == 0 and row["reasons"][0] == "raise_coming" for row in mine)
    assert found.result["policy"]["raised"] > 0
    assert {"raise_coming"} <= {row["reason"] for row in found.result["skipped"]}


def test_what_they_will_pay_stands_beside_what_they_pay(found: Outcome):
    told = set(waiting()[1])
    for row in rows(found):
        if row["customer_id"] in told:
            assert row["coming_mrr"] == pytest.approx(1.1 * row["current_mrr"], abs=0.01)
            assert row["recommended_mrr"] == row["coming_mrr"]
            assert row["coming_from"] == BEGINS
        else:
            assert row["coming_mrr"] is row["coming_from"] is None


def test_the_answer_says_how_many_wait_and_for_what(found: Outcome):
    entry = found.result["coming"]

    assert (entry["customers"], entry["left"]) == (len(waiting()[1]), 0)
    assert entry["coming_mrr"] == pytest.approx(1.1 * entry["mrr"], rel=1e-4)
    assert any(
        "told a raise that is not in force yet: those who are there" in each
        for each in found.result["sentences"]
    )


def test_the_plan_begins_with_the_bill_to_come(found: Outcome, raising: StoredPanel):
    without = raised(raising)

    more = found.result["coming"]["coming_mrr"] - found.result["coming"]["mrr"]
    before, then = (
        next(row for row in each.result["before_after"] if row["measure"] == "mrr")["before"]["value"]
        for each in (without, found)
    )

    # A part of those told will have left within a year.
    assert 0.2 * more < then - before < more


def test_a_raise_to_come_makes_it_likelier_to_leave(found: Outcome, raising: StoredPanel):
    told, before = (
        set(waiting()[1]),
        {row["customer_id"]: row["churn_before"] for row in rows(raised(raising))},
    )

    for row in rows(found):
        if row["customer_id"] in told:
            assert row["churn_before"] > before[row["customer_id"]]


def test_who_was_held_out_of_a_wave_to_come_is_not_asked_either(front_door: FrontDoor):
    tables, who = waiting(assignment="randomised")
    held = set(who[::2])
    tables["price_changes"] = [
        row | {"offered_mrr": row["old_mrr"]} if row["date"] == BEGINS and row["customer_id"] in held else row
        for row in tables["price_changes"]
    ]

    answer = raised(front_door(tables))

    mine = [row for row in rows(answer) if row["customer_id"] in held]
    assert all(row["arm"] != "raise" for row in mine)
    assert any(row["held_until"] == "2027-09-01" for row in mine)


def test_who_left_for_a_raise_to_come_counts_with_all_of_its_wave_from_its_announcement_on(
    front_door: FrontDoor,
):
    tables, who = waiting(assignment="randomised", announced=first_day(MONTHS - 2))
    leaver = who[0]
    for row in tables["subscriptions"]:
        if row["customer_id"] == leaver and not row["end"]:
            row["end"] = first_day(MONTHS - 1)
    for row in tables["price_changes"]:
        if row["customer_id"] == leaver and row["date"] == BEGINS:
            row["response"] = "left"
    tables["outcomes"] = [
        row
        for row in tables["outcomes"]
        if row["customer_id"] != leaver or row["date"] < first_day(MONTHS - 1)
    ]
    panel = front_door(tables)
    people = customers_of(panel)

    past = RaiseRows.of(panel, people, contracts(panel, ended=True)).past

    step = pytest.approx(np.log(1.1), abs=1e-3)
    place = people.everybody.index(leaver)
    assert past.given[(past.customer == place) & past.left].tolist() == [step]
    stays = past.customer == people.everybody.index(who[1])
    assert past.given[stays][-1] == step
    assert raised(panel).result["coming"]["left"] == 1


def test_who_left_after_a_wave_was_announced_and_before_it_began_was_asked(front_door: FrontDoor):
    """Announced two months before, and left for a month before: all of the wave counts from its announcement on."""
    tables = raising_board(60)
    rows_told = list(tables["price_changes"])
    leaver = str(rows_told[0]["customer_id"])
    tables["subscriptions"] = [row for row in tables["subscriptions"] if row["customer_id"] != leaver] + [
        {"customer_id": leaver, "plan": "small", "start": first_day(0), "end": first_day(11), "mrr": 90}
    ]
    tables["price_changes"][0] |= {"response": "left", "new_mrr": ""}
    tables["outcomes"] = [
        row for row in tables["outcomes"] if row["customer_id"] != leaver or row["date"] < first_day(11)
    ]
    panel = front_door(tables)
    people = customers_of(panel)

    past = RaiseRows.of(panel, people, contracts(panel, ended=True)).past

    mine = past.customer == people.everybody.index(leaver)
    assert past.given[mine & past.left] > 0
    other = past.customer == people.everybody.index(str(rows_told[1]["customer_id"]))
    assert np.flatnonzero(past.given[other])[0] == 10


def test_where_nobody_waits_nothing_is_said_of_it(raising: StoredPanel):
    answer = raised(raising)

    assert answer.result["coming"]["customers"] == 0
    assert not any("not in force" in each for each in answer.result["sentences"])
