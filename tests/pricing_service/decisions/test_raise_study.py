"""Which raises each customer is allowed, and what each is worth: value, contracts and time hold them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from pricing_service.decisions._raise_contracts import Contract
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.raising_business import LAST_DAY, TERMS, raising_board, terms


def with_customers(study: RaiseStudy, **more: Any) -> RaiseStudy:
    """The same study of customers who differ in what is given."""
    return replace(study, customers=replace(study.customers, **more))


def everybody(study: RaiseStudy, thing: object) -> list[Any]:
    return [thing] * len(study.customers.ids)


def allowed_beyond_none(study: RaiseStudy) -> int:
    return int(study.allowed[:, 1:].any(axis=1).sum())


def test_nobody_is_allowed_more_than_the_corridor_of_its_value(raise_study: RaiseStudy):
    people, levels = raise_study.customers, raise_study.terms.levels

    asked = np.where(raise_study.allowed, people.bill[:, None] * (1 + levels), 0)[:, 1:]

    assert (asked <= 0.15 * people.value[:, None] * (1 + 1e-9)).all()
    assert allowed_beyond_none(raise_study) > 30


def test_a_lower_cap_allows_less(raise_study: RaiseStudy):
    narrow = replace(raise_study, terms=terms(capture=(0.05, 0.08)))

    assert not (narrow.allowed & ~raise_study.allowed).any()
    assert narrow.allowed.sum() < raise_study.allowed.sum()


def test_nobody_is_allowed_more_than_its_contract(raise_study: RaiseStudy):
    study = with_customers(raise_study, contracts=everybody(raise_study, Contract(max_uplift=0.05)))

    assert study.terms.levels[np.nonzero(study.allowed)[1]].max() == 0.05
    assert allowed_beyond_none(study) == allowed_beyond_none(raise_study)


def test_a_contract_below_the_lowest_step_allows_none(raise_study: RaiseStudy):
    study = with_customers(raise_study, contracts=everybody(raise_study, Contract(max_uplift=0.02)))

    assert allowed_beyond_none(study) == 0
    assert all("contract_allows_none" in codes for codes in study.holds)


def test_who_was_raised_within_a_year_of_the_new_price_is_left_alone(raise_study: RaiseStudy):
    # Told today, a price holds from September 2026 on.
    late = with_customers(raise_study, since=everybody(raise_study, date(2025, 10, 1)))
    early = with_customers(raise_study, since=everybody(raise_study, date(2025, 9, 1)))

    assert all("raised_recently" in codes for codes in late.holds)
    assert not any("raised_recently" in codes for codes in early.holds)
    assert allowed_beyond_none(late) == 0


def test_a_contract_beyond_the_months_that_count_holds_a_raise_back(raise_study: RaiseStudy):
    bound = Contract(every=36, term_end=date(2029, 1, 1))

    study = with_customers(raise_study, contracts=everybody(raise_study, bound))

    assert all("not_due_in_time" in codes for codes in study.holds)
    assert allowed_beyond_none(study) == 0
    assert not study.told.gain.any()


def test_value_that_is_unknown_or_none_allows_no_raise(raise_study: RaiseStudy):
    n = len(raise_study.customers.ids)
    unknown = with_customers(raise_study, value=np.full(n, np.nan), basis=np.full(n, "unknown"))
    nothing = with_customers(raise_study, value=np.zeros(n))

    assert all(codes == ["value_unknown"] for codes in unknown.holds)
    assert all("no_value" in codes and "pays_its_share_already" not in codes for codes in nothing.holds)
    assert allowed_beyond_none(unknown) == allowed_beyond_none(nothing) == 0


def test_who_pays_its_share_or_has_earned_nothing_is_told_so(raise_study: RaiseStudy):
    bill = raise_study.customers.bill
    full = with_customers(raise_study, value=bill / 0.16, value_before=bill / 0.16)
    inside = with_customers(raise_study, value=bill / 0.12, value_before=bill / 0.12)

    assert all(codes == ["pays_its_share_already"] for codes in full.holds)
    assert all(codes == ["not_earned"] for codes in inside.holds)


def test_a_hold_is_there_exactly_where_no_level_is_allowed(raise_study: RaiseStudy):
    held = np.array([bool(codes) for codes in raise_study.holds])

    assert (held == ~raise_study.allowed[:, 1:].any(axis=1)).all()
    assert raise_study.allowed[:, 0].all()


def test_a_price_waits_for_notice_and_term(raise_study: RaiseStudy):
    assert set(raise_study.wait.tolist()) == {3}
    assert set(raise_study.effective) == {date(2026, 9, 1)}
    assert raise_study.today == LAST_DAY

    soon = replace(raise_study, terms=terms(notice_days=0))
    assert set(soon.wait.tolist()) == {1}


def test_each_gets_the_most_it_is_allowed_up_to_its_groups_level(raise_study: RaiseStudy):
    members = raise_study.levels_of_members()

    assert raise_study.allowed[np.arange(len(members))[:, None], members].all()
    assert (members <= np.arange(members.shape[1])).all()
    assert (np.diff(members, axis=1) >= 0).all()
    assert (members[raise_study.allowed[:, 3], 3] == 3).all()


def test_groups_gain_and_cost_what_their_members_do(raise_study: RaiseStudy):
    people = raise_study.customers
    n = len(people.ids)

    alone = raise_study.draws(np.arange(n), np.full(2, 0.01))
    together = raise_study.draws(np.zeros(n, dtype=np.intp), np.full(2, 0.01))

    assert together.gain[:, 0] == pytest.approx(alone.gain.sum(axis=1))
    assert together.churn[:, :, 0] == pytest.approx(alone.churn.sum(axis=2))
    level = np.full(n, alone.allowed.shape[1] - 1)
    expected = raise_study.told.churn[:, np.arange(n), raise_study.levels_of_members()[:, -1]].mean(axis=1)
    assert alone.churns(level)[0] == pytest.approx(expected)


def test_a_higher_raise_costs_more_churn_in_every_draw(raise_study: RaiseStudy):
    assert (np.diff(raise_study.told.churn, axis=2) >= -1e-12).all()


def test_what_was_realised_is_drawn_around_what_was_paid(raise_study: RaiseStudy, front_door: FrontDoor):
    tables = raising_board()
    tables["price_changes"] = [
        row | ({"new_mrr": row["old_mrr"], "response": "negotiated"} if row["new_mrr"] != "" else {})
        for row in tables["price_changes"]
    ]
    haggled = RaiseStudy.of(front_door(tables), TERMS)

    assert raise_study.realised.mean() > 0.95
    assert haggled.realised.mean() < 0.3


def test_without_given_raises_the_answer_is_what_is_believed_and_says_why(never_raised: StoredPanel):
    study = RaiseStudy.of(never_raised, TERMS)

    assert not study.identified
    assert study.why_not is not None
    assert study.why_not.reason == "not_identified"
    assert study.response.learnt == 1
    left = study.told.gone[:, :, 0].mean()
    assert left == pytest.approx(1 - (1 - study.rows.past.left.mean()) ** 12, rel=0.1)


def test_the_same_seed_gives_the_same_draws(raising: StoredPanel, raise_study: RaiseStudy):
    again, other = RaiseStudy.of(raising, TERMS), RaiseStudy.of(raising, terms(seed=4))

    assert (again.told.gain == raise_study.told.gain).all()
    assert not (other.told.gain == raise_study.told.gain).all()


def test_cost_to_serve_lowers_what_keeping_a_customer_is_worth(
    front_door: FrontDoor, raise_study: RaiseStudy
):
    tables = raising_board()
    tables["costs"] = [
        {"date": f"2026-{month:02d}-15", "kind": "support", "customer_id": row["customer_id"], "amount": 20}
        for month in range(1, 7)
        for row in tables["subscriptions"]
        if row["end"] == ""
    ]

    assert raise_study.service == 0
    assert 0 < RaiseStudy.of(front_door(tables), TERMS).service < 1
