"""Sources: which contradict which, and what is done about it."""

from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Estimate
from models.willingness.sources import USUAL, Reading, contradictions


def judged(logs: list[float], *, anchored: list[bool], names: str = "abc", sd: float = 0.1) -> Reading:
    listed = list(names[: len(logs)])
    return Reading.of(listed, np.array(logs), sd**2 * np.eye(len(logs)), anchored=anchored, own_error=0.2)


def test_errors_that_two_sources_share_do_not_excuse_their_difference():
    shared = np.full((2, 2), 1.0) + 0.01 * np.eye(2)

    assert contradictions(["a", "b"], np.array([0.0, 0.5]), shared)["a"] == ("b",)
    assert contradictions(["a", "b"], np.array([0.0, 0.5]), shared * np.eye(2))["a"] == ()


@pytest.mark.parametrize(("apart", "told"), [(0.35, ()), (0.36, ("b",))])
def test_two_and_a_half_standard_errors_of_the_difference_are_the_bar(apart, told):
    assert judged([0.0, apart], anchored=[True, True]).contradicts["a"] == told


def test_anchors_that_contradict_each_other_may_be_off_and_are_disputed():
    found = judged([0.0, 1.0], anchored=[True, True])

    assert found.own.tolist() == [1, 1]
    assert found.disputed.all()
    assert not found.aside.any()


def test_a_source_that_contradicts_a_standing_anchor_is_set_aside_and_disputes_nothing():
    found = judged([0.0, 2.0, 0.1], anchored=[True, False, False])

    assert found.aside.tolist() == [False, True, False]
    assert not found.disputed.any()
    assert found.own.tolist() == [0, 1, 1]


def test_a_source_that_contradicts_only_fallen_anchors_is_disputed_and_stays():
    found = judged([0.0, 1.0, 3.0], anchored=[True, True, False])

    assert not found.aside.any()
    assert found.disputed.all()


def test_the_usual_share_of_worth_neither_anchors_nor_disputes():
    names = ["a", USUAL]
    found = Reading.of(names, np.array([0.0, 5.0]), 0.01 * np.eye(2), anchored=[False, True], own_error=0.2)

    assert found.contradicts["a"] == (USUAL,)
    assert not (found.aside | found.disputed).any()
    assert found.caveats("willingness") == ()
    assert found.shares(np.array([0.4, 0.6])) == {"a": 1.0}


def test_an_interval_is_stretched_to_what_is_disputed_and_no_further():
    found = judged([0.0, 1.0], anchored=[True, True])
    narrow = Estimate(value=1.6, low=1.5, high=1.7, level=0.9, n=2, unit="EUR/seat")

    held = found.held(narrow)

    assert (held.low, held.value, held.high) == pytest.approx((1.0, 1.6, np.e))
    assert judged([0.0, 0.1], anchored=[True, True]).held(narrow) == narrow


def test_the_caveat_names_who_is_disputed_and_who_is_set_aside():
    (caveat,) = judged([0.0, 2.0, 0.1], anchored=[True, False, False]).caveats("worth")

    assert caveat.code == "sources_disagree"
    assert caveat.message.startswith("b set aside")
