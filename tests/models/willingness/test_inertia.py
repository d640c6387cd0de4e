"""Inertia: a judgement until people who choose anew tell."""

from __future__ import annotations

import numpy as np
import pytest

from models.estimate import Estimate
from models.willingness.beliefs import Belief
from models.willingness.inertia import INERTIA, Inertia


def anew(value: float, sd: float) -> Estimate:
    return Estimate(
        value=value, low=value * np.exp(-1.6448536 * sd), high=value * np.exp(1.6448536 * sd),
        level=0.9, n=50, unit="EUR/seat",
    )  # fmt: skip


def test_those_who_choose_anew_move_it_by_the_precision_of_the_difference():
    threshold = Belief(np.log(12.0), 0.03)

    learnt = Inertia(anew=anew(10.0, 0.04)).learnt(threshold)

    told, precision = np.log(1.2), 1 / (0.03**2 + 0.04**2)
    both = INERTIA.sd**-2 + precision
    assert learnt.mean == pytest.approx((INERTIA.mean * INERTIA.sd**-2 + told * precision) / both)
    assert learnt.sd == pytest.approx(both**-0.5)


@pytest.mark.parametrize(
    "inertia",
    [
        Inertia(),
        Inertia(anew=Estimate.unknown("no_quotes", unit="EUR/seat")),
        Inertia(Belief(0.1, 0.0), anew(10.0, 0.1)),
    ],
)
def test_without_them_or_where_it_is_fixed_it_stays_what_it_was(inertia):
    assert inertia.learnt(Belief(np.log(12.0), 0.03)) == inertia.factor
