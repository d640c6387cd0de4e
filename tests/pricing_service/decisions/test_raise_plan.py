"""The plan keeps its budgets, treats alike customers alike, and is told by draws that it was not chosen by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy

RAILS = Rails(0.01, 0.01, 0.9, 0.0, ["plan", "usage_band"])


@pytest.fixture(scope="module")
def planned(raise_study: RaiseStudy) -> Planned:
    return Planned.of(raise_study, RAILS)


def test_somebody_is_raised_and_nobody_beyond_what_it_is_allowed(planned: Planned):
    assert (planned.level > 0).sum() > 10
    assert planned.study.allowed[np.arange(planned.level.size), planned.level].all()


def test_alike_customers_get_the_same_raise_up_to_what_each_is_allowed(planned: Planned):
    members = planned.study.levels_of_members()

    for code in range(len(planned.names)):
        mine = np.flatnonzero(planned.group == code)
        asked = planned.plan.level[code]
        assert (planned.level[mine] == members[mine, asked]).all()
        free = planned.study.allowed[mine, asked]
        assert len(set(planned.level[mine][free].tolist())) <= 1


def test_both_budgets_hold_in_nine_of_ten_draws_that_planning_saw(planned: Planned):
    study, rows = planned.study, np.arange(planned.level.size)
    half = study.told.churn.shape[0] // 2
    churn = study.told.churn[:half, rows, planned.level]
    bill = study.customers.bill

    assert (churn.mean(axis=1) <= 0.01 + 1e-9).mean() >= 0.9
    assert (churn @ (bill / bill.sum()) <= 0.01 + 1e-9).mean() >= 0.9


def test_in_draws_that_it_did_not_see_budgets_nearly_hold(planned: Planned):
    for churn in planned.churns():
        assert churn.size == planned.study.response.theta.size - planned.study.response.theta.size // 2
        assert (churn <= 0.01).mean() > 0.75


def test_a_budget_of_nothing_raises_nobody(raise_study: RaiseStudy):
    planned = Planned.of(raise_study, replace(RAILS, customers=0.0, revenue=0.0))

    assert not planned.level.any()
    assert not planned.gains().any()
    assert not planned.mrr_change().any()


def test_a_larger_budget_gains_more(planned: Planned):
    wide = Planned.of(planned.study, replace(RAILS, customers=0.03, revenue=0.03))

    assert wide.plan.worth > planned.plan.worth
    assert (wide.level > 0).sum() >= (planned.level > 0).sum()


def test_the_revenue_budget_binds_alone(planned: Planned):
    tight = Planned.of(planned.study, replace(RAILS, customers=1.0, revenue=0.002))

    half = tight.study.told.churn.shape[0] // 2
    churn = tight.study.told.churn[:half, np.arange(tight.level.size), tight.level]
    bill = tight.study.customers.bill
    assert (churn @ (bill / bill.sum()) <= 0.002 + 1e-9).mean() >= 0.9


def test_plain_raises_are_worth_no_more_and_freedom_no_less(planned: Planned):
    flat, by_plan, free = (
        each["lifetime_value_change"]["value"]
        for each in (planned.flat(), planned.by_plan(), planned.without_fairness())
    )
    own = planned.gains().mean()

    # Chosen on one half of draws and told on the other, an order may slip by a little.
    assert flat <= 1.02 * by_plan
    assert by_plan <= 1.02 * own
    assert own <= 1.02 * free


def test_an_estimate_is_the_mean_of_draws_inside_its_interval(planned: Planned):
    gains = planned.gains()

    told = planned.estimate(gains, "EUR")

    assert (told.unit, told.n, told.level) == ("EUR", len(planned.study.customers.ids), 0.9)
    assert told.value == pytest.approx(gains.mean())
    assert ((told.low <= gains) & (gains <= told.high)).mean() == pytest.approx(0.9, abs=0.02)


def test_mrr_changes_by_what_is_realised_of_raises_less_what_leaves(planned: Planned):
    mrr = planned.study.customers.bill @ planned.raises

    change = planned.mrr_change()

    assert (change <= mrr).all()
    assert 0 < change.mean() < mrr


def test_a_price_that_changes_after_a_year_adds_no_mrr_within_it(planned: Planned):
    study = planned.study
    late = replace(study, terms=replace(study.terms, notice_days=366))

    assert (late.wait >= 12).all()
    assert not Planned.of(late, RAILS).mrr_change().any()


def test_without_fairness_everybody_has_a_level_of_its_own(raise_study: RaiseStudy):
    planned = Planned.of(raise_study, replace(RAILS, fairness_by=[]))

    assert (planned.plan.level == planned.level).all()
    assert planned.names == raise_study.customers.ids
