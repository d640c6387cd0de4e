"""Answers to the price questions: read from columns, put in order, flagged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked
from models.surveys._price_sensitivity import QUESTIONS, PriceSensitivity, put_in_order, typical

rows = st.lists(
    st.lists(st.floats(0.01, 1e6), min_size=4, max_size=4), min_size=1, max_size=12
).map(np.array)  # fmt: skip


def answers(prices, **columns) -> PriceSensitivity:
    prices = np.array(prices, dtype=float)
    given_columns = dict(zip(QUESTIONS, prices.T, strict=True))
    return PriceSensitivity.of({"respondent_id": np.arange(len(prices)), **given_columns, **columns})


@given(rows)
def test_answers_are_in_order_once_they_are_put_in_order(prices):
    assert np.all(np.diff(put_in_order(prices), axis=1) >= 0)


@given(rows)
def test_answers_in_order_stay_as_they_are(prices):
    ordered = np.sort(prices, axis=1)

    assert put_in_order(ordered) == pytest.approx(ordered, rel=1e-11)
    assert np.array_equal(answers(ordered).treated("model").prices, ordered)


@given(rows)
def test_putting_in_order_keeps_the_geometric_mean_and_the_range(prices):
    ordered = put_in_order(prices)

    assert np.log(ordered).mean(axis=1) == pytest.approx(np.log(prices).mean(axis=1), abs=1e-9)
    assert np.all(ordered.max(axis=1) <= prices.max(axis=1) * (1 + 1e-9))
    assert np.all(ordered.min(axis=1) >= prices.min(axis=1) * (1 - 1e-9))


def test_a_question_that_was_not_asked_is_not_answered_by_the_model():
    ordered = put_in_order(np.array([[np.nan, 40.0, 20.0, 80.0]]))

    assert np.isnan(ordered[0, 0])
    assert np.all(np.diff(ordered[0, 1:]) >= 0)


def test_something_that_is_too_cheap_at_nothing_only_can_be_out_of_order():
    assert put_in_order(np.array([[0.0, 30.0, 20.0, 50.0]]))[0] == pytest.approx(
        [0, 22.13, 27.11, 50], abs=0.01
    )


def test_who_left_a_required_price_out_stays_out():
    some = answers([[1, 2, 3, 4], [1, np.nan, 3, 4], [np.nan, 2, 3, 4]])

    assert some.respondents.tolist() == [0, 2]
    assert some.asked_too_cheap.tolist() == [True, False]


def test_contacts_of_one_customer_stay_together_when_some_are_dropped():
    firms = np.array(["a", "b", "a", None], dtype=object)
    some = answers([[1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 5], [1, 2, 3, 6]], customer_id=firms)

    assert some.cluster.tolist() == [0, 1, 0, 2]
    assert some.treated("drop").cluster.tolist() == [0, 0, 1]
    assert some.treated("drop").clusters == 2


def test_nobody_left_is_no_estimate():
    with pytest.raises(NotEstimable, match="in order"):
        answers([[4, 3, 2, 1]]).treated("drop")


def test_answers_out_of_order_are_flagged_by_name():
    flags = answers([[4, 3, 2, 1], [1, 2, 3, 4], [1, 2, 3, 3]]).flags()

    assert [(flag.code, flag.respondents) for flag in flags] == [("out_of_order", ("0",))]


@pytest.mark.parametrize("bad", [[-1, 2, 3, 4], [1, 2, 3, np.inf]])
def test_a_price_that_cannot_be_is_refused(bad):
    ok = answers([[1, 2, 3, 4]])

    with pytest.raises(InvalidInput, match="finite"):
        PriceSensitivity(**(vars(ok) | {"prices": np.array([bad], dtype=float)}))


def test_the_typical_respondent_pays_the_middle_of_expensive_and_too_expensive():
    some = answers([[1, 2, 10, 40], [1, 2, 30, 30], [1, 2, 40, 90]] * 10)

    estimate = typical(some, Asked(unit="EUR/month"))

    assert estimate.value == 30.0
    assert 20 <= estimate.low <= 30 <= estimate.high <= 60
