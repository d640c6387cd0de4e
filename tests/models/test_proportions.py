"""Wilson's and the mid-P interval: against scipy's, inside 0–1, and around the share at its ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from models.proportions import mid_p, wilson


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


@pytest.mark.parametrize(
    ("successes", "answers"), [(0, 12), (3, 12), (12, 12), (29, 30), (999_000, 1_000_000)]
)
def test_at_its_ends_half_of_what_was_seen_and_all_beyond_have_the_tails_chance(successes, answers):
    low, high = mid_p(successes, answers, 0.9)

    half = 0.5 * stats.binom.pmf(successes, answers, [low, high])
    if successes > 0:
        assert stats.binom.sf(successes, answers, low) + half[0] == pytest.approx(0.05, abs=1e-9)
    if successes < answers:
        assert stats.binom.cdf(successes - 1, answers, high) + half[1] == pytest.approx(0.05, abs=1e-9)
    assert low <= successes / answers <= high


def test_mid_p_covers_shares_close_to_one_where_wilson_does_not():
    counts, true = np.arange(31), np.linspace(0.85, 0.999, 200)
    chance = stats.binom.pmf(counts[:, None], 30, true)
    z = float(special.ndtri(0.975))

    exact = np.array([mid_p(int(count), 30, 0.95) for count in counts])
    covered = [
        ((low[:, None] <= true) & (true <= high[:, None]), chance)
        for low, high in (exact.T, wilson(counts / 30, np.full(31, 30.0), z))
    ]
    worst = [float((holds * weight).sum(axis=0).min()) for holds, weight in covered]

    assert worst[0] > 0.92
    assert worst[1] < 0.86
