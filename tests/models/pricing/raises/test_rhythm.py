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


@pytest.mark.parametrize(("wait", "every"), [(0, 1), (3, 1), (5, 12)])
def test_whom_a_raise_drives_away_would_have_lived_on_as_others_do(wait: int, every: int):
    """Each month in which one may leave and each in which the raise may drive one away, in all pairs."""
    rhythm, months = Rhythm.of(wait, every, np.ones(24)), np.arange(24)
    at = months[(months - wait) % every == 0]
    reached, at = OLD ** int((at < wait).sum()), at[at >= wait]
    chance = [OLD**turn * (1 - OLD) for turn in range(at.size)] + [OLD**at.size]
    lives = np.append(at, 24) - wait
    driven = [1 - (NEW / OLD) ** turn for turn in range(at.size + 1)]

    share, lived = (float(part[0]) for part in rhythm.driven(np.array([OLD]), np.array([NEW])))

    assert share == pytest.approx(reached * np.dot(chance, driven))
    assert lived == pytest.approx(reached * np.sum(np.array(chance) * driven * lives))


def test_a_raise_that_begins_after_the_months_that_count_drives_nobody_away():
    found = Rhythm.of(30, 12, np.ones(24)).driven(np.array([OLD]), np.array([NEW]))

    assert [float(part[0]) for part in found] == [0.0, 0.0]
