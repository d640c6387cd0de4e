"""The risk ratio that an unseen reason needs grows with the effect, and is that of VanderWeele and Ding."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.pricing.raises.unseen import explains_away


@pytest.mark.parametrize(("ratio", "needed"), [(1.0, 1.0), (3.9, 7.26), (0.8, 1.81)])
def test_published_numbers_are_met(ratio: float, needed: float):
    assert explains_away(np.array([ratio]))[0] == pytest.approx(needed, abs=0.01)


def test_a_reason_as_strong_bounds_exactly_that_effect():
    ratio = np.array([1.2, 1.6, 2.5])
    needed = explains_away(ratio)

    np.testing.assert_allclose(needed * needed / (2 * needed - 1), ratio)


def test_odds_of_what_happens_often_are_drawn_towards_risks():
    odds = np.array([4.0])

    assert explains_away(odds, share=0.3) == explains_away(np.array([2.0]))
    assert explains_away(odds, share=0.1) > explains_away(odds, share=0.3)


def test_ratios_have_to_be_above_nothing():
    with pytest.raises(InvalidInput):
        explains_away(np.array([0.0]))
