"""Raises told before are read with who set them and what came of them."""

from __future__ import annotations

from datetime import date

import pytest

from pricing_service.decisions._raise_told import Told, told_raises
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import RAISE, first_day, last_day
from tests.pricing_service.decisions.small_business import Row


def read(front_door: FrontDoor, *changes: Row) -> list[Told]:
    """Customers a, b, c, told prices; up to the end of June 2026 data count."""
    common: Row = {"customer_id": "a", "date": first_day(20), "old_mrr": 100, "offered_mrr": 120}
    tables: dict[str, list[Row]] = {
        "customers": [{"customer_id": who, "signed_up": "2024-01-01"} for who in "abc"],
        "subscriptions": [
            {"customer_id": who, "start": "2024-01-01", "end": "", "plan": "team", "mrr": 100}
            for who in "abc"
        ],
        "outcomes": [{"customer_id": "a", "date": last_day(29), "kpi": "hires", "amount": 100}],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}],
        "price_changes": [common | row for row in changes],
    }
    return told_raises(front_door(tables))


def test_a_raise_is_told_with_its_share_and_who_set_it(front_door: FrontDoor):
    (one,) = read(
        front_door,
        {
            "new_mrr": 110,
            "assignment": "randomised",
            "response": "negotiated",
            "announced": first_day(18),
            "wave": "w",
        },
    )

    assert (one.customer, one.date, one.announced, one.wave) == ("a", date(2025, 9, 1), date(2025, 7, 1), "w")
    assert one.share == pytest.approx(0.2)
    assert one.realised == pytest.approx(0.5)
    assert (one.given, one.left, one.raised) == (True, False, True)


@pytest.mark.parametrize(
    ("assignment", "given"),
    [("randomised", True), ("contractual", True), ("policy", False), ("negotiated", False), ("", False)],
)
def test_only_raises_by_lot_or_by_contract_are_given(front_door: FrontDoor, assignment, given):
    (one,) = read(front_door, {"new_mrr": 120, "response": "accepted", "assignment": assignment})

    assert one.given == given


def test_where_nobody_says_who_set_it_bargaining_makes_it_negotiated_and_else_it_was_policy(
    front_door: FrontDoor,
):
    bargained, accepted = read(
        front_door,
        {"new_mrr": 110, "response": "negotiated"},
        {"customer_id": "b", "new_mrr": 120, "response": "accepted"},
    )

    assert (bargained.assignment, accepted.assignment) == ("negotiated", "policy")


def test_who_left_was_not_raised_and_realised_nothing(front_door: FrontDoor):
    said, silent = read(
        front_door, {"response": "left"}, {"customer_id": "b", "reason": "price", "assignment": "randomised"}
    )

    assert said.left
    assert silent.left
    assert not said.raised
    assert said.realised is None


def test_who_accepted_counts_as_raised_even_where_nobody_wrote_down_the_new_bill(front_door: FrontDoor):
    (one,) = read(front_door, {"response": "accepted"})

    assert one.raised
    assert one.realised is None


def test_a_price_that_nobody_answered_yet_or_that_lies_ahead_is_left_out(front_door: FrontDoor):
    assert not read(
        front_door,
        {"assignment": "randomised"},
        {"customer_id": "b", "date": "2026-09-01", "response": "accepted"},
    )


def test_the_oldest_is_told_first(front_door: FrontDoor):
    found = read(
        front_door,
        {"customer_id": "b", "date": first_day(25), "response": "accepted", "new_mrr": 120},
        {"customer_id": "c", "date": first_day(5), "response": "accepted", "new_mrr": 120},
        {"customer_id": "a", "date": first_day(25), "response": "accepted", "new_mrr": 120},
    )

    assert [each.customer for each in found] == ["c", "a", "b"]


def test_a_lowered_price_is_no_raise_and_realises_none(front_door: FrontDoor):
    (one,) = read(front_door, {"offered_mrr": 90, "new_mrr": 90, "response": "accepted"})

    assert not one.raised
    assert one.realised is None
    assert one.share == pytest.approx(-0.1)


def test_a_business_without_price_changes_has_told_none(never_raised: StoredPanel):
    assert told_raises(never_raised) == []


def test_a_wave_is_read_whole(raising: StoredPanel):
    told = told_raises(raising)

    assert len(told) > 40
    assert all(each.given and each.share == pytest.approx(RAISE, abs=1e-3) for each in told)
    assert {each.realised for each in told if not each.left} == {1.0}


def test_who_was_by_lot_offered_what_it_paid_has_nothing_to_answer_and_is_read(front_door: FrontDoor):
    (held,) = read(
        front_door,
        {"offered_mrr": 100, "assignment": "randomised", "arm": "control", "wave": "test"},
        {"customer_id": "b", "offered_mrr": 100, "assignment": "policy"},
    )

    assert (held.customer, held.given, held.left, held.raised) == ("a", True, False, False)
    assert held.share == 0
    assert held.realised is None
