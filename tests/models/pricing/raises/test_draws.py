"""Totals of a plan in each draw, and what it is worth by the mean and by the worst tenth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidInput
from models.pricing.raises.draws import Draws, objective


def two_groups(**more: Any) -> Draws:
    """Two groups and one level of raise: in the second draw it costs twice the churn."""
    given: dict[str, Any] = {
        "gain": np.array([[[0.0, 5.0], [0.0, 3.0]]] * 2),
        "churn": np.array([[[0.0, 0.01], [0.0, 0.02]], [[0.0, 0.02], [0.0, 0.04]]])[None],
        "allowed": np.ones((2, 2), dtype=np.bool_),
        "budget": np.array([0.05]),
    }
    return Draws(**given | more)


def test_a_plan_gains_and_costs_what_its_groups_do():
    draws = two_groups()

    assert draws.gains(np.array([1, 1])).tolist() == [8, 8]
    assert draws.churns(np.array([1, 1])) == pytest.approx(np.array([[0.03, 0.06]]))
    assert draws.used(np.array([1, 0])) == pytest.approx(np.array([0.2, 0.4]))


@pytest.mark.parametrize(("share", "within"), [(0.9, False), (0.4, True)])
def test_a_plan_keeps_within_a_budget_in_that_share_of_draws(share: float, within: bool):
    churn = np.zeros((1, 3, 2, 2))
    churn[0, :, 0, 1] = [0.01, 0.02, 0.06]
    draws = two_groups(gain=np.zeros((3, 2, 2)), churn=churn)

    assert draws.within(np.array([1, 0]), share=share) is within


def test_the_worst_tenth_counts_as_much_as_is_asked():
    gains = np.arange(20.0)

    assert objective(gains, 0.0) == 9.5
    assert objective(gains, 1.0) == 0.5


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="must fit gain"):
        two_groups(budget=np.array([0.05, 0.05]))
