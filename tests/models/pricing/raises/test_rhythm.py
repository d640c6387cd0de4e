"""Decisions are counted month by month, before a raise and from it on, within a year and within longer watches."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.raises.rhythm import Rhythm

OLD, NEW = 0.9, 0.8
"""Chances to stay at a decision, before the raise and from it on."""


def by_months(wait: int, every: int, months: int) -> tuple[float, float, float]:
    """Months lived before a raise and from it on, and the chance to be there after them, one month after another."""
    there, before, after = 1.0, 0.0, 0.0
    for month in range(months):
        there *= (NEW if month >= wait else OLD) if (month - wait) % every == 0 else 1.0
        before, after = before + there * (month < wait), after + there * (month >= wait)
    return before, after, there


@pytest.mark.parametrize(("wait", "every"), [(0, 1), (3, 1), (5, 12), (18, 12), (40, 12), (7, 36)])
def test_lives_and_chances_are_those_of_months_one_after_another(wait: int, every: int):
    rhythm = Rhythm.of(wait, every, np.ones(24), watched=(12, 30))

    old, new = np.array([OLD]), np.array([NEW])
    lived, after = (float(part[0]) for part in rhythm.lives(old, new))

    assert (lived, after) == pytest.approx(by_months(wait, every, 24)[:2])
    for at, months in enumerate((12, 30)):
        assert float(rhythm.there(old, new, at)[0]) == pytest.approx(by_months(wait, every, months)[2])


def test_months_that_count_less_add_less():
    later = 0.5 ** np.arange(6)

    before, after = Rhythm.of(2, 1, later).lives(np.ones(1), np.ones(1))

    assert (before[0], after[0]) == pytest.approx((later[:2].sum(), later[2:].sum()))
