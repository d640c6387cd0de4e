"""Effects of raises: sides that add up, margins in closed form, more for more churn, and nulls with reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions import Outcome
from pricing_service.decisions import _raise_effects as effects_module
from pricing_service.decisions._raise_effects import bearable, before_after, frontier, no_effects
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import (
    in_another_currency,
    raised,
    raising_board,
    rows,
)

MEASURES = ["mrr", "churn", "grr", "nrr", "lifetime_value", "valuation"]


@pytest.fixture(scope="module")
def planned(raise_study: RaiseStudy) -> Planned:
    return Planned.of(raise_study, Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"]))


@pytest.fixture(scope="module")
def found(raising: StoredPanel) -> Outcome:
    return raised(raising)


def by_measure(told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in told}


def test_before_and_change_are_after(planned: Planned):
    told = before_after(planned)

    assert [row["measure"] for row in told] == MEASURES
    for row in told[:5]:
        assert row["before"]["value"] + row["change"]["value"] == pytest.approx(row["after"]["value"])
        assert all(
            row[side]["low"] < row[side]["value"] < row[side]["high"]
            for side in ("before", "after", "change")
        )


def test_nobody_raised_changes_nothing(planned: Planned):
    none = Planned(
        planned.study, planned.rails, planned.plan, planned.group, planned.names, 0 * planned.level
    )

    for row in before_after(none):
        change = row["change"]
        assert (change["value"], change["low"], change["high"]) == (0, 0, 0)
    assert all(
        row["raise"] is None and row["reasons"] == {"raise": "nobody_is_raised"}
        for row in bearable(none, "plan")
    )


def test_raises_lower_gross_retention_and_these_raise_net(planned: Planned):
    told = by_measure(before_after(planned))

    assert told["grr"]["before"] == told["nrr"]["before"]
    assert told["grr"]["change"]["high"] < 0 < told["nrr"]["change"]["value"]


def test_retention_is_what_simple_sums_say(planned: Planned):
    study, bill = planned.study, planned.study.customers.bill
    half = study.told.gone.shape[0] // 2
    gone = [
        study.told.gone[half:, np.arange(bill.size), level] for level in (0 * planned.level, planned.level)
    ]
    before, stays = ((1 - each).mean(axis=0) @ bill / bill.sum() for each in gone)
    # For each whom a raise drives away some take a smaller plan, where there is one.
    down = (study.bargains.per_leaver[half:, None] * (gone[1] - gone[0])).mean(axis=0)
    after = stays - np.nansum(down * bill * (1 - study.bargains.kept)) / bill.sum()
    told = by_measure(before_after(planned))["grr"]

    assert told["before"]["value"] == pytest.approx(before)
    assert told["after"]["value"] == pytest.approx(after)
    assert after < stays


def test_valuation_is_points_of_net_retention_at_todays_revenue_and_tells_the_change_only(planned: Planned):
    told = by_measure(before_after(planned))
    worth, net = told["valuation"]["change"], told["nrr"]["change"]
    yearly = 12 * planned.study.customers.bill.sum()

    assert worth["value"] == pytest.approx(0.25 * 100 * net["value"] * yearly)
    assert worth["high"] == pytest.approx(0.4 * 100 * net["high"] * yearly)
    assert worth["low"] == pytest.approx(min(0.2 * net["low"], 0.4 * net["low"]) * 100 * yearly)
    for side in ("before", "after"):
        assert told["valuation"][side]["value"] is None
        assert told["valuation"][side]["reason"] == "only_the_change_is_told"


def test_break_even_is_the_closed_form_of_what_is_paid_in_the_end(planned: Planned):
    told = bearable(planned, "plan")
    study = planned.study
    plans = np.array([each.plan for each in study.customers.contracts])

    assert sorted(row["plan"] for row in told) == sorted(set(plans.tolist()))
    assert sum(row["raised"] for row in told) == (planned.level > 0).sum()
    for row in told:
        mine = (plans == row["plan"]) & (planned.level > 0)
        mean = np.average(planned.raises[mine], weights=study.customers.bill[mine])
        paid = mean * study.realised[study.realised.size // 2 :]
        assert row["raise"] == pytest.approx(mean)
        assert row["break_even_churn"]["value"] == pytest.approx((1 - 1 / (1 + paid)).mean())
        assert 0 < row["churn_change"]["value"] < row["break_even_churn"]["value"] < mean
        moved = row["churn_after"]["value"] - row["churn_before"]["value"]
        assert moved == pytest.approx(row["churn_change"]["value"])


def test_churn_is_told_before_and_after_of_all_customers_alike(planned: Planned):
    told = by_measure(before_after(planned))["churn"]
    gone = planned.study.told.gone[planned.study.told.gone.shape[0] // 2 :]

    assert told["before"]["value"] == pytest.approx(gone[:, :, 0].mean())
    assert told["change"]["value"] == pytest.approx(planned.churns()[0].mean())


def test_what_segments_bear_is_told_where_a_trait_was_named(raising: StoredPanel, found: Outcome):
    told = raised(raising, segment_by="country").result["break_even_by_segment"]

    assert found.result["break_even_by_segment"] == []
    assert sum(row["raised"] for row in told) == found.result["policy"]["raised"]
    assert {"segment", "raised", "raise", "break_even_churn", "churn_before", "churn_after"} <= set(told[0])


def test_a_larger_budget_gains_more_and_the_plan_is_on_the_frontier(planned: Planned):
    told = frontier(planned)
    gains = [row["lifetime_value_change"]["value"] for row in told]
    churns = [row["churn_change"]["value"] for row in told]

    assert [row["max_churn_change"] for row in told] == [0, 0.0025, 0.005, 0.01, 0.02, 0.04]
    assert gains[0] == churns[0] == told[0]["raised"] == 0
    assert gains == sorted(gains)
    assert churns == sorted(churns)
    assert gains[3] == pytest.approx(planned.gains().mean())
    assert gains[1] < gains[3]


def test_budgets_of_the_frontier_hold_in_draws_that_planning_saw(planned: Planned):
    study, people = planned.study, np.arange(planned.level.size)
    half = study.told.churn.shape[0] // 2
    for budget in (0.0025, 0.02):
        (level,) = planned.levels_within(np.array([[budget, budget]]))
        churn = study.told.churn[:half, people, level].mean(axis=1)
        assert (churn <= budget + 1e-9).mean() >= 0.9


def test_no_budget_has_a_single_point_and_a_share_ends_at_one(raise_study: RaiseStudy):
    nothing = Planned.of(raise_study, Rails(0.0, 0.0, 0.9, 0.0, ["plan"]))
    all_of_it = Planned.of(raise_study, Rails(0.5, 0.5, 0.9, 0.0, ["plan"]))

    assert [row["max_churn_change"] for row in frontier(nothing)] == [0.0]
    assert [row["max_churn_change"] for row in frontier(all_of_it)] == [0, 0.125, 0.25, 0.5, 1]


def test_of_many_customers_the_frontier_has_fewer_points(planned: Planned, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(effects_module, "_MANY", 10)

    assert [row["max_churn_change"] for row in frontier(planned)] == [0, 0.005, 0.01, 0.02]


def test_totals_are_of_those_really_raised_and_the_frontier_of_all(found: Outcome):
    result = found.result
    told = by_measure(result["before_after"])
    (own,) = [row for row in result["frontier"] if row["max_churn_change"] == 0.01]

    for measure, expected in (("mrr", "mrr_change"), ("lifetime_value", "lifetime_value_change")):
        assert told[measure]["change"]["value"] == pytest.approx(result["expected"][expected]["value"])
    assert own["lifetime_value_change"] == result["beside"]["without_hold_out"]["lifetime_value_change"]
    assert own["raised"] >= result["policy"]["raised"]


def test_who_pays_beyond_the_cap_is_told_its_fair_price(raising: StoredPanel):
    answer = raised(raising, capture_cap=0.08)
    fair = [row for row in rows(answer) if row["fair_mrr"] is not None]
    sizes = answer.result["right_size"]

    assert fair
    assert len(fair) == sizes["customers"] == answer.result["earned"]["pay_too_much"]
    for row in rows(answer):
        assert (row["fair_mrr"] is not None) == ("pays_its_share_already" in row["reasons"])
    for row in fair:
        assert row["fair_mrr"] == pytest.approx(0.08 * row["value"], abs=0.005)
        assert row["fair_mrr"] <= row["current_mrr"]
    assert sizes["mrr"] == pytest.approx(sum(row["current_mrr"] for row in fair))
    assert sizes["fair_mrr"] == pytest.approx(sum(row["fair_mrr"] for row in fair), abs=0.01 * len(fair))


def test_without_a_plan_there_are_nulls_with_reasons(never_raised: StoredPanel):
    result = raised(never_raised).result

    reason = result["expected"]["reasons"]["chance_of_gain"]
    assert [row["measure"] for row in result["before_after"]] == MEASURES
    for row in result["before_after"]:
        for side in ("before", "after", "change"):
            assert row[side]["value"] is None
            assert row[side]["reason"] == reason
    assert result["break_even"] == result["frontier"] == []
    assert result["right_size"]["unit"] == "EUR/month"


def test_units_are_the_same_with_a_plan_and_without(planned: Planned):
    there = by_measure(before_after(planned))
    without = by_measure(no_effects("no_bills", "EUR", 0.9)["before_after"])

    for measure in MEASURES:
        assert without[measure]["change"]["unit"] == there[measure]["change"]["unit"]


def test_another_currency_scales_money_and_nothing_else(found: Outcome, front_door: FrontDoor):
    other = raised(front_door(in_another_currency(raising_board(), 100.0))).result
    here, there = by_measure(found.result["before_after"]), by_measure(other["before_after"])

    for measure, factor in zip(MEASURES, (100, 1, 1, 1, 100, 100), strict=True):
        assert there[measure]["change"]["value"] == pytest.approx(
            factor * here[measure]["change"]["value"], rel=1e-3
        )
    for one, two in zip(found.result["break_even"], other["break_even"], strict=True):
        assert two["break_even_churn"]["value"] == pytest.approx(one["break_even_churn"]["value"], rel=1e-6)
