"""Decisions of the past: leavers who were told a price count, bargained raises do not, and terms bind."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from pricing_service.decisions._raise_contracts import contracts
from pricing_service.decisions._raise_rows import RaiseRows
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    MONTHS,
    RAISE,
    RAISED_AT,
    changed,
    customers_of,
    first_day,
    in_another_currency,
    last_day,
    raising_board,
)
from tests.pricing_service.decisions.small_business import Row, Tables

STEP = pytest.approx(np.log(1 + RAISE), abs=1e-3)


def read(panel: StoredPanel) -> RaiseRows:
    return RaiseRows.of(panel, customers_of(panel), contracts(panel, ended=True))


def mine(rows: RaiseRows, panel: StoredPanel, who: str) -> np.ndarray:
    """Which decisions are a customer's, in order."""
    found: np.ndarray = rows.past.customer == customers_of(panel).everybody.index(who)
    return found


def pair(**more: object) -> Tables:
    """Two customers over thirty months: `a` stays; `b` is told a fifth more for month 12, and leaves for it."""
    subscriptions: list[Row] = [
        {"customer_id": "a", "start": first_day(0), "end": "", "plan": "team", "mrr": 100},
        {"customer_id": "b", "start": first_day(0), "end": first_day(RAISED_AT), "plan": "team", "mrr": 100},
    ]
    change: Row = {
        "customer_id": "b", "date": first_day(RAISED_AT), "old_mrr": 100, "offered_mrr": 120,
        "assignment": "randomised", "response": "left",
    }  # fmt: skip
    return {
        "customers": [{"customer_id": who, "signed_up": first_day(0)} for who in "ab"],
        "subscriptions": subscriptions,
        "outcomes": [
            {"customer_id": "a", "date": last_day(at), "kpi": "hires", "amount": 1000} for at in range(MONTHS)
        ],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
        "price_changes": [change | more],
    }


def test_who_was_told_a_price_and_left_before_paying_it_counts_as_asked(front_door: FrontDoor):
    panel = front_door(pair())

    rows = read(panel)

    left = mine(rows, panel, "b") & rows.past.left
    assert left.sum() == 1
    assert rows.past.given[left].tolist() == [STEP]
    assert not rows.past.given[mine(rows, panel, "a")].any()


def test_every_month_of_a_customer_without_a_term_is_a_decision(front_door: FrontDoor):
    panel = front_door(pair())

    rows = read(panel)

    # The last month has none after it, so that nobody knows what was decided.
    assert mine(rows, panel, "a").sum() == MONTHS - 1
    assert mine(rows, panel, "b").sum() == RAISED_AT
    assert rows.past.left.sum() == 1


@pytest.mark.parametrize("assignment", ["negotiated", "policy"])
def test_a_raise_that_was_not_given_never_stands_in_given(front_door: FrontDoor, assignment):
    panel = front_door(pair(assignment=assignment))

    rows = read(panel)

    assert not rows.past.given.any()
    assert rows.past.other[rows.past.left].max() == STEP


def test_a_contractual_raise_stands_in_given(front_door: FrontDoor):
    panel = front_door(pair(assignment="contractual"))

    assert read(panel).past.given.max() == STEP


def test_a_raise_counts_from_the_month_before_it_takes_effect(front_door: FrontDoor):
    tables = pair(customer_id="a", response="accepted", new_mrr=120)
    panel = front_door(tables)

    rows = read(panel)

    given = rows.past.given[mine(rows, panel, "a")]
    assert not given[: RAISED_AT - 1].any()
    assert given[RAISED_AT - 1] == STEP
    # A year on, those who minded most have left, and the rest tell of it no more.
    assert not given[RAISED_AT + 11 :].any()
    assert rows.given.tolist() == [0.0]


def test_only_the_last_month_of_a_term_is_a_decision(front_door: FrontDoor):
    tables = changed(pair(customer_id="a", response="accepted", new_mrr=120), "subscriptions", term_months=12)
    panel = front_door(tables)

    rows = read(panel)

    # Terms end with months 11 and 23.
    assert mine(rows, panel, "a").sum() == 2


def test_who_left_inside_a_term_counts_in_the_month_in_which_it_left(front_door: FrontDoor):
    tables = changed(pair(), "subscriptions", term_months=12)
    tables["subscriptions"][1]["end"] = first_day(5)
    panel = front_door(tables)

    rows = read(panel)

    assert rows.past.left.sum() == 1
    assert rows.past.left[mine(rows, panel, "b")].tolist() == [True]


def test_terms_of_customers_who_left_bind_their_months_too(front_door: FrontDoor):
    panel = front_door(changed(pair(), "subscriptions", term_months=12))

    rows = read(panel)

    assert rows.past.left[mine(rows, panel, "b")].tolist() == [True]
    assert mine(rows, panel, "a").sum() == 2


def test_who_came_in_the_last_month_has_decided_nothing_yet(front_door: FrontDoor):
    tables = pair()
    tables["customers"].append({"customer_id": "c", "signed_up": first_day(MONTHS - 1)})
    tables["subscriptions"].append(
        {"customer_id": "c", "start": first_day(MONTHS - 1), "end": "", "plan": "team", "mrr": 100}
    )
    panel = front_door(tables)

    rows = read(panel)

    assert not mine(rows, panel, "c").any()
    assert rows.known.shape[0] == rows.position.size == 2


def test_today_is_told_in_the_same_numbers_as_the_past(raising: StoredPanel):
    rows = read(raising)

    assert rows.known.shape == (len(customers_of(raising).ids), rows.past.known.shape[1])
    assert np.isfinite(rows.known).all()
    assert np.isfinite(rows.position).all()


def test_who_pays_more_of_its_value_stands_higher(raising: StoredPanel):
    rows, people = read(raising), customers_of(raising)

    never = np.array([each not in {told.customer for told in people.told} for each in people.ids])
    share = people.bill / people.value
    assert (
        np.corrcoef(np.argsort(np.argsort(share[never])), np.argsort(np.argsort(rows.position[never, 0])))[
            0, 1
        ]
        > 0.9
    )


def test_as_many_leave_as_the_business_lost(raising: StoredPanel):
    ended = {str(row["customer_id"]) for row in raising_board()["subscriptions"]} - set(
        customers_of(raising).ids
    )

    assert read(raising).past.left.sum() == len(ended)


def test_money_in_another_currency_leaves_every_number_as_it_is(front_door: FrontDoor, raising: StoredPanel):
    here, there = read(raising), read(front_door(in_another_currency(raising_board(), 7.0)))

    assert there.past.known == pytest.approx(here.past.known, abs=1e-3)
    assert there.past.given == pytest.approx(here.past.given, abs=1e-3)
    assert (there.past.left == here.past.left).all()


def test_without_a_whole_month_the_history_is_too_short(front_door: FrontDoor):
    tables = pair()
    tables["subscriptions"] = [
        {"customer_id": "a", "start": "2026-06-10", "end": "", "plan": "team", "mrr": 100},
    ]
    tables["outcomes"] = [{"customer_id": "a", "date": "2026-06-20", "kpi": "hires", "amount": 1000}]
    tables["price_changes"] = []
    panel = front_door(tables)

    with pytest.raises(NotEstimable) as refusal:
        read(panel)

    assert refusal.value.reason == "history_too_short"


def test_arms_of_an_experiment_are_given_raises_read_inside_it(front_door: FrontDoor):
    """The arm that kept its price answers nothing; what tells is the lot between the arms."""
    tables = raising_board(120)
    asked = {row["customer_id"] for row in tables["price_changes"]}
    tables["price_changes"] = [row | {"arm": "plus 20", "wave": "test"} for row in tables["price_changes"]]
    tables["price_changes"] += [
        {
            "customer_id": row["customer_id"], "date": first_day(RAISED_AT), "old_mrr": row["mrr"],
            "offered_mrr": row["mrr"], "assignment": "randomised", "arm": "control", "wave": "test",
        }
        for row in tables["subscriptions"]
        if row["customer_id"] not in asked and (not row["end"] or str(row["end"]) > first_day(RAISED_AT))
    ]  # fmt: skip
    panel = front_door(tables)
    people = customers_of(panel)

    rows = read(panel)

    assert {each.assignment for each in people.told} == {"randomised"}
    assert any(each.share == 0 for each in people.told)
    assert rows.past.told == len({each.customer for each in people.told if each.share > 0})
    # Two numbers tell of the wave whatever the lot: that it began, and what it was asked.
    assert rows.past.known.shape[1] == read(front_door(raising_board(120))).past.known.shape[1] + 2


def willing_of(tables: Tables, times: float = 1.0, *, told: float = 1.0) -> Tables:
    """The same business with what customers said multiplied, told by the first part of them."""
    said = tables["price_sensitivity"]
    names = ("cheap", "expensive", "too_expensive")
    scaled = [row | {name: float(str(row[name])) * times for name in names} for row in said]
    return tables | {"price_sensitivity": scaled[: int(len(said) * told)]}


def test_who_pays_more_of_what_it_said_stands_higher_in_a_second_position(front_door: FrontDoor):
    board = raising_board(120, willing=0.6)
    panel = front_door(board)

    rows = read(panel)

    would = {row["customer_id"]: float(str(row["expensive"])) / 1.2 for row in board["price_sensitivity"]}
    bill = {row["customer_id"]: float(str(row["mrr"])) for row in reversed(board["subscriptions"])}
    share = np.array([np.log(bill[each] / would[each]) for each in customers_of(panel).ids])
    assert rows.past.positions == 2
    assert np.corrcoef(share, rows.position[:, 1])[0, 1] > 0.999
    first = rows.past.position[np.diff(rows.past.customer, prepend=-1) > 0]
    assert not first.any()
    assert rows.past.known.shape[1] == read(front_door(raising_board(120))).past.known.shape[1] + 2 + 5 + 4


def test_an_exaggeration_common_to_all_changes_nothing(front_door: FrontDoor):
    board = raising_board(60, willing=0.6)

    plain, doubled = (read(front_door(willing_of(board, times))) for times in (1.0, 2.0))

    assert doubled.past.position == pytest.approx(plain.past.position, abs=1e-9)


def test_too_few_who_told_it_are_no_second_position(front_door: FrontDoor):
    board = raising_board(60, willing=0.6)
    few = board | {"price_sensitivity": board["price_sensitivity"][:19]}
    none = {name: rows for name, rows in board.items() if name != "price_sensitivity"}

    told, silent = read(front_door(few)), read(front_door(none))

    assert (told.past.position == silent.past.position).all()
    assert (told.past.known == silent.past.known).all()
