"""Raises as the API tells them: every number with its reason where it is unknown, every customer with a why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pricing_service.decisions._raise_entries import (
    captured_chart,
    earned_entry,
    elasticity,
    rows_of,
    skipped,
)
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_waves import Waves
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import RAISE, SLOPE, TERMS, raising_board

HALF_A_CENT = 0.005 + 1e-9
"""What rounding to cents takes or adds at most; floats of a half lie on either side."""


@pytest.fixture(scope="module")
def waves(raise_study: RaiseStudy) -> Waves:
    planned = Planned.of(raise_study, Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"]))
    return Waves(planned, 0.2, seed=3)


@pytest.fixture(scope="module")
def untold(never_raised: StoredPanel) -> RaiseStudy:
    return RaiseStudy.of(never_raised, TERMS)


def nobody_known(study: RaiseStudy) -> RaiseStudy:
    n = len(study.customers.ids)
    value = np.full(n, np.nan)
    people = replace(study.customers, value=value, value_before=value, basis=np.full(n, "unknown"))
    return replace(study, customers=people)


def test_the_answer_to_price_says_by_what_it_is_known(raise_study: RaiseStudy):
    told = elasticity(raise_study)

    assert told["low"] < told["value"] < told["high"]
    assert told["identified_by"] == "randomised"
    given = {each.customer for each in raise_study.customers.told}
    assert (told["given"], told["left"]) == (len(given), raise_study.rows.past.left.sum())
    assert told["band"]["learnt"] == pytest.approx(1 - raise_study.response.learnt)


def test_the_answer_that_was_planted_lies_inside(raise_study: RaiseStudy):
    told = elasticity(raise_study)
    # The book's log odds rise by the slope times the log of price; the model's by θ times the raise.
    planted = SLOPE * np.log1p(RAISE) / RAISE

    assert told["low"] < planted < told["high"]


def test_an_answer_that_is_not_known_has_a_reason_and_a_band(untold: RaiseStudy):
    told = elasticity(untold)

    assert told["value"] is told["low"] is told["high"] is told["identified_by"] is None
    assert told["reason"] == told["reasons"]["identified_by"] == "not_identified"
    assert told["warnings"][0]["code"] == "not_identified"
    assert 0 < told["band"]["low"] < told["band"]["median"] < told["band"]["high"]


def test_bargained_raises_identify_nothing(front_door: FrontDoor):
    told = elasticity(RaiseStudy.of(front_door(raising_board(assignment="negotiated")), TERMS))

    assert (told["value"], told["identified_by"], told["given"]) == (None, None, 0)
    assert told["told"] > 40


def test_what_value_has_earned_is_told_in_its_parts(raise_study: RaiseStudy):
    told = earned_entry(raise_study)

    assert told["earned"] == pytest.approx(raise_study.earned.earned.sum())
    assert told["catch_up"] == pytest.approx(raise_study.earned.catch_up.sum())
    shares = told["captured_share"]
    assert 0 < shares["p25"] < shares["p50"] < shares["p75"]
    assert sum(told["basis"].values()) == len(raise_study.customers.ids)
    assert told["pay_too_much"] == int(
        (raise_study.customers.bill >= 0.15 * raise_study.customers.value).sum()
    )


def test_shares_of_unknown_value_are_null_with_a_reason(raise_study: RaiseStudy):
    told = earned_entry(nobody_known(raise_study))["captured_share"]

    assert [told[name] for name in ("p25", "p50", "p75")] == [None] * 3
    assert set(told["reasons"].values()) == {"no_value_known"}


def test_shares_of_customers_who_get_nothing_out_of_it_are_left_out(raise_study: RaiseStudy):
    value = raise_study.customers.value.copy()
    value[:5] = 0
    told = earned_entry(replace(raise_study, customers=replace(raise_study.customers, value=value)))

    assert np.isfinite([told["captured_share"][name] for name in ("p25", "p50", "p75")]).all()


def test_skipped_customers_are_counted_once_the_commonest_reason_first(raise_study: RaiseStudy):
    rows = skipped(raise_study)

    held = [at for at, codes in enumerate(raise_study.holds) if codes]
    assert sum(row["customers"] for row in rows) == len(held)
    assert sum(row["mrr"] for row in rows) == pytest.approx(raise_study.customers.bill[held].sum())
    assert [row["customers"] for row in rows] == sorted((row["customers"] for row in rows), reverse=True)


def test_rows_tell_what_each_is_to_pay_from_when_on_and_why(waves: Waves):
    rows = rows_of(waves.planned.study, waves)

    assert len({len(column) for column in rows.values()}) == 1
    for at, share in enumerate(rows["raise"]):
        raised = share > 0
        assert rows["recommended_mrr"][at] == pytest.approx(
            rows["current_mrr"][at] * (1 + share), abs=HALF_A_CENT
        )
        assert (
            (rows["effective"][at] is not None)
            == (rows["wave"][at] is not None)
            == bool(rows["assignment"][at])
        )
        assert rows["arm"][at] == ("raise" if raised else "hold_out" if rows["effective"][at] else None)
        assert (rows["held_until"][at] is not None) == (rows["reasons"][at] == ["hold_out"])
        assert rows["reasons"][at]
        assert set(rows["reasons"][at]) <= {"value_added", "catch_up"} or not raised
        assert rows["churn_after"][at] >= rows["churn_before"][at] - 1e-12


def test_a_row_that_is_not_raised_gains_and_changes_nothing(waves: Waves):
    rows = rows_of(waves.planned.study, waves)

    still = [at for at, share in enumerate(rows["raise"]) if not share]
    assert still
    assert all(rows["expected_lifetime_value_change"][at] == 0 for at in still)
    assert all(rows["captured_share_after"][at] == rows["captured_share"][at] for at in still)


def test_without_a_plan_rows_tell_what_is_known_and_why_no_more(untold: RaiseStudy):
    rows = rows_of(untold, None)

    assert set(rows["raise"]) == set(rows["recommended_mrr"]) == set(rows["churn_after"]) == {None}
    assert all(codes[-1] == "not_identified" for codes in rows["reasons"])
    assert all(value > 0 for value in rows["value"])


def test_rows_of_unknown_value_hold_nulls_and_no_numbers_that_are_none(raise_study: RaiseStudy):
    rows = rows_of(nobody_known(raise_study), None)

    for name in ("value", "captured_share", "earned", "catch_up"):
        assert set(rows[name]) == {None}
    assert all(codes[0] == "value_unknown" for codes in rows["reasons"])


def test_the_picture_of_shares_holds_those_raised_as_their_rows_do(waves: Waves):
    planned = waves.planned
    highest = planned.study.levels_of_members()[:, -1]
    waves = Waves(replace(planned, level=highest), 0.1, 0)
    rows = rows_of(planned.study, waves)

    found = captured_chart(waves)

    raised = [arm == "raise" for arm in rows["arm"]]
    expected = sorted(
        (before, after)
        for before, after, yes in zip(
            rows["captured_share"], rows["captured_share_after"], raised, strict=True
        )
        if yes and before is not None
    )
    assert expected
    drawn = [(row["before"], row["after"]) for row in found["captured"]]
    assert np.array(drawn) == pytest.approx(np.array(expected))
    assert found["corridor"] == dict(zip(("low", "high"), planned.study.terms.capture, strict=True))
