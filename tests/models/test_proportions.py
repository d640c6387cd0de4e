"""Wilson's interval against scipy's, inside 0–1, and around the share at its ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from models.proportions import wilson


@pytest.mark.parametrize(("successes", "answers"), [(0, 12), (3, 12), (12, 12), (40, 100)])
def test_the_interval_is_scipys(successes, answers):
    z = float(special.ndtri(0.95))

    low, high = wilson(np.array([successes / answers]), np.array([float(answers)]), z)

    known = stats.binomtest(successes, answers).proportion_ci(0.9, method="wilson")
    assert (low[0], high[0]) == pytest.approx((known.low, known.high), abs=1e-12)


def test_the_share_lies_inside_and_more_answers_say_more():
    share = np.linspace(0, 1, 11)

    low, high = wilson(share, np.full(11, 20.0), 1.645)
    closer_low, closer_high = wilson(share, np.full(11, 200.0), 1.645)

    assert (low <= share).all()
    assert (share <= high).all()
    assert (closer_high - closer_low < high - low).all()
