"""BG/BB: the published donors to the digits, and the closed forms against drawn futures."""

from __future__ import annotations

import numpy as np
import pytest

from models.purchases.bg_bb import BgBb
from models.purchases.buying import Buying
from models.purchases.histories import NEW, Histories
from tests.models.purchases.donations import donors


def test_the_published_fit_of_donors_is_reproduced():
    fit = Buying(BgBb).fit(donors())

    best = fit.best
    found = [float(each[0]) for each in (best.alpha, best.beta, best.gamma, best.delta)]
    assert found == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=5e-4)
    assert fit.log_likelihood == pytest.approx(-33225.6, abs=0.05)
    assert fit.histories.total(best.purchases(fit.histories, 5)) == pytest.approx(12_884.2, abs=0.05)


def test_expected_purchases_are_the_mean_of_drawn_futures():
    law = BgBb(1.204, 0.750, 0.657, 2.783)
    kinds = Histories.of_customers([0, 1, 3, 6], [0, 2, 6, 6], [6, 6, 8, 6])
    many = Histories(
        kinds.bought, kinds.latest, kinds.watched, np.full(4, 50_000.0), np.repeat(np.arange(4), 50_000)
    )

    active, bought = law.draw(many, 5, np.random.default_rng(4))

    for of_kind, expected in zip(np.split(bought, 4), law.purchases(kinds, 5), strict=True):
        assert of_kind.mean() == pytest.approx(expected, abs=4.5 * of_kind.std() / np.sqrt(50_000))
    assert active.reshape(4, -1).mean(axis=1) == pytest.approx(law.active(kinds), abs=0.01)


def test_likelihood_sums_to_one_over_all_that_can_happen():
    law = BgBb(1.2, 0.75, 1.0, 2.8)
    seen = [(x, latest) for latest in range(1, 5) for x in range(1, latest + 1)] + [(0, 0)]
    x, latest = (np.array(each, dtype=float) for each in zip(*seen, strict=True))
    # Of x purchases the last is at t_x; the others lie anywhere before it.
    ways = [1 if not bought else binomial(int(last) - 1, int(bought) - 1) for bought, last in seen]
    histories = Histories(x, latest, np.full(x.size, 4.0), np.ones(x.size), np.arange(x.size))

    assert np.exp(law.log_likelihood(histories)) @ ways == pytest.approx(1, abs=1e-12)
    assert law.purchases(NEW, 4)[0] == pytest.approx(
        sum(
            way * bought * p
            for way, bought, p in zip(ways, x, np.exp(law.log_likelihood(histories)), strict=True)
        ),
        rel=1e-5,
    )


def binomial(n: int, k: int) -> int:
    """Ways to choose k of n."""
    return 1 if k == 0 else binomial(n, k - 1) * (n - k + 1) // k
