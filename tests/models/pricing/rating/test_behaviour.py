"""Behaviour is a band between the ends of a rule, and the mechanical total lies where nobody answers."""

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


class Draws:
    """In the k-th of four draws the first k customers leave; the band holds the middle two."""

    def __call__(self, before, _after):
        return np.arange(before.size) < np.arange(1, 5)[:, None]

    def band(self, outcomes):
        return tuple(np.sort(outcomes)[1:3].tolist())


def test_a_rule_of_draws_gives_the_band_of_what_all_do_together():
    bills = np.full(4, 10)

    answer = respond(bills, bills, bills, leaving=Draws())

    assert (answer.leave.low, answer.leave.high) == (2, 3)
    assert (answer.leaving_before.low, answer.leaving_before.high) == (20, 30)
    assert (answer.after.low, answer.after.high) == (10, 20)


@given(bills)
def test_what_two_groups_do_adds_up_to_what_all_do_under_one_assumption(triples):
    before, after, elsewhere = np.array(triples).T

    whole = respond(before, after, elsewhere, leaving=ElasticLeaving())
    first, rest = (
        respond(before[part], after[part], elsewhere[part], leaving=ElasticLeaving())
        for part in (slice(0, 1), slice(1, None))
    )

    both = first + rest
    assert (both.could_move, both.saved_by_moving) == (whole.could_move, whole.saved_by_moving)
    for ends in ("leave", "leaving_before", "after"):
        added, at_once = getattr(both, ends), getattr(whole, ends)
        assert (added.low, added.high) == pytest.approx((at_once.low, at_once.high))


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (0.5, 0.1)])
def test_a_band_of_assumptions_does_not_run_backwards(low, high):
    with pytest.raises(InvalidInput, match="low"):
        ElasticLeaving(low=low, high=high)
