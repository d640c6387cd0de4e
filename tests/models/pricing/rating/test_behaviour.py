"""Behaviour is a band between two stated assumptions, and the mechanical total lies where nobody answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pricing.rating.behaviour import ElasticLeaving, respond

NOBODY = ElasticLeaving(low=0.0, high=0.0)
bills = st.lists(st.tuples(*[st.integers(1, 10**6)] * 3), min_size=1, max_size=30)


@given(bills, st.floats(0, 2), st.floats(0, 2))
def test_the_band_holds_the_mechanical_total_where_nobody_need_answer(triples, low, more):
    before, after, elsewhere = np.array(triples).T

    answer = respond(before, after, elsewhere, leaving=ElasticLeaving(low=0.0, high=more))

    assert answer.after.low <= answer.after.high <= after.sum() + 1e-6
    assert 0 <= answer.leave.low <= answer.leave.high <= len(triples)


@given(bills)
def test_stronger_answers_widen_the_band(triples):
    before, after, elsewhere = np.array(triples).T

    weak, strong = (
        respond(before, after, elsewhere, leaving=ElasticLeaving(low=0.0, high=high)) for high in (0.1, 0.9)
    )

    assert strong.after.low <= weak.after.low
    assert strong.leave.high >= weak.leave.high


def test_of_customers_who_pay_a_fifth_more_two_to_ten_in_a_hundred_leave():
    before, after = np.full(100, 1000), np.full(100, 1200)

    answer = respond(before, after, after, leaving=ElasticLeaving())

    assert (answer.leave.low, answer.leave.high) == pytest.approx((2, 10))
    assert (answer.after.low, answer.after.high) == pytest.approx((108_000, 117_600))


def test_only_who_saves_enough_would_move():
    after, elsewhere = np.array([1000, 1000, 1000]), np.array([500, 960, 1000])

    answer = respond(after, after, elsewhere, leaving=NOBODY)

    assert (answer.could_move, answer.saved_by_moving) == (1, 500)
    assert (answer.after.low, answer.after.high) == (2500, 3000)


def test_of_who_paid_nothing_and_now_pays_nothing_is_assumed():
    low, high = ElasticLeaving()(np.array([0, 0]), np.array([900, 0]))

    assert (low.tolist(), high.tolist()) == ([0, 0], [1, 0])


def test_another_rule_of_leaving_can_take_the_place_of_the_assumed_one():
    def certain(before, after):
        return np.ones(before.size), np.ones(before.size)

    assert respond(np.array([5]), np.array([5]), np.array([5]), leaving=certain).after.high == 0


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (0.5, 0.1)])
def test_a_band_of_assumptions_does_not_run_backwards(low, high):
    with pytest.raises(InvalidInput, match="low"):
        ElasticLeaving(low=low, high=high)
