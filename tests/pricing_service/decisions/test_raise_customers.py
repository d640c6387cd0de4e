"""Who may be raised: those who pay today, with what they get, when their price was last set, and whom they are like."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.errors import NotEstimable
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import RAISE, customers_of, raising_board
from tests.pricing_service.decisions.small_business import job_board, without


def test_only_those_who_pay_today_are_there_in_order(raising: StoredPanel):
    tables = raising_board()
    pay = sorted(str(row["customer_id"]) for row in tables["subscriptions"] if row["end"] == "")

    found = customers_of(raising)

    assert found.ids == pay
    bills = {row["customer_id"]: row["mrr"] for row in tables["subscriptions"] if row["end"] == ""}
    assert found.bill.tolist() == pytest.approx([bills[each] for each in pay])


def test_what_they_report_is_measured_and_what_grew_is_seen(raising: StoredPanel):
    found = customers_of(raising)

    assert set(found.basis) == {"measured"}
    growth = found.value / found.value_before
    assert 0.3 < np.mean(growth > 1.25) < 0.7
    assert 0.9 < np.median(growth[growth < 1.25]) < 1.1


def test_a_price_was_last_set_by_the_last_raise_and_else_at_signing(raising: StoredPanel):
    found = customers_of(raising)
    raised = {each.customer for each in found.told}

    assert {day for each, day in zip(found.ids, found.since, strict=True) if each in raised} == {
        date(2025, 1, 1)
    }
    assert {day for each, day in zip(found.ids, found.since, strict=True) if each not in raised} == {
        date(2024, 1, 1)
    }


def test_a_raise_that_was_accepted_without_a_new_bill_still_sets_the_price_anew(front_door: FrontDoor):
    tables = raising_board(60)
    tables["price_changes"] = [row | {"new_mrr": ""} for row in tables["price_changes"]]

    found = customers_of(front_door(tables))

    assert date(2025, 1, 1) in found.since


def test_raises_of_customers_who_left_are_remembered(raising: StoredPanel):
    found = customers_of(raising)

    assert {each.customer for each in found.told} - set(found.ids)
    assert all(each.share == pytest.approx(RAISE, abs=1e-3) for each in found.told)


def test_value_has_earned_within_the_corridor(raising: StoredPanel):
    found = customers_of(raising)

    earned = found.earned((0.1, 0.15))
    assert (found.bill + earned.allowed <= np.maximum(0.15 * found.value, found.bill) + 1e-9).all()
    assert earned.earned.max() > 0


def test_alike_customers_share_a_group(raising: StoredPanel):
    found = customers_of(raising)

    codes, names = found.groups(["plan", "usage_band"])

    plans = np.array([each.plan for each in found.contracts])
    for code, name in enumerate(names):
        assert set(plans[codes == code]) == {name.split(" · ")[0]}
    bands = {name: found.value[codes == at] for at, name in enumerate(names)}
    assert bands["small · small"].max() < bands["small · large"].min()


def test_without_fairness_everybody_is_a_group_alone(raising: StoredPanel):
    found = customers_of(raising)

    codes, names = found.groups([])

    assert codes.tolist() == list(range(len(found.ids)))
    assert names == found.ids


def test_traits_make_groups_too(raising: StoredPanel):
    codes, names = customers_of(raising).groups(["country"])

    assert names == ["DE", "NL"]
    assert set(codes.tolist()) == {0, 1}


def test_bands_go_by_units_of_the_metric_where_there_is_one(ordinary: StoredPanel):
    found = customers_of(ordinary)

    codes, names = found.groups(["usage_band"])

    largest = {name: found.units[codes == at] for at, name in enumerate(names)}
    assert set(names) == {"large", "middle", "small"}
    assert (
        largest["small"].max() <= largest["middle"].min() <= largest["middle"].max() <= largest["large"].min()
    )


def test_value_of_the_silent_is_modelled_by_their_units(half_silent: StoredPanel):
    found = customers_of(half_silent)

    silent = found.basis == "modelled"
    assert {int(each[1:]) % 2 for each in np.array(found.ids)[silent]} == {1}
    assert (found.value[silent] > 0).all()
    assert np.corrcoef(np.log(found.value[silent]), np.log(found.units[silent]))[0, 1] > 0.99


def test_without_any_report_value_stays_unknown(silent: StoredPanel):
    found = customers_of(silent)

    assert set(found.basis) == {"unknown"}
    assert np.isnan(found.value).all()
    assert set(found.groups(["usage_band"])[1]) <= {"small", "middle", "large"}


def test_what_the_next_best_alternative_leaves_counts_before_what_is_reported(front_door: FrontDoor):
    tables = raising_board(60)
    who = str(next(row for row in tables["subscriptions"] if row["end"] == "")["customer_id"])
    tables["alternatives"] = [
        {"customer_id": who, "alternative": "agency", "price": 250, "value_difference": 500}
    ]

    found = customers_of(front_door(tables))

    at = found.ids.index(who)
    assert (found.value[at], found.basis[at]) == (pytest.approx(750), "measured")
    assert np.isnan(found.value_before[at])


def test_nobody_who_pays_is_an_answer_with_a_reason(front_door: FrontDoor):
    tables = job_board(12)
    del tables["subscriptions"]

    with pytest.raises(NotEstimable) as refusal:
        customers_of(front_door(tables))

    assert refusal.value.reason == "no_bills"


def test_outcomes_without_usage_are_enough(front_door: FrontDoor):
    tables = job_board(20)
    del tables["usage"], tables["metrics"]

    assert set(customers_of(front_door(tables)).basis) == {"measured"}


def test_reports_of_three_months_are_needed(front_door: FrontDoor):
    tables = raising_board(40)
    who = str(next(row for row in tables["subscriptions"] if row["end"] == "")["customer_id"])
    tables["outcomes"] = without(
        tables["outcomes"], lambda row: row["customer_id"] != who or str(row["date"]) > "2026-05-01"
    )

    found = customers_of(front_door(tables))

    assert found.basis[found.ids.index(who)] == "unknown"
