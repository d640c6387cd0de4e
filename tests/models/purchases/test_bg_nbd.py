"""BG/NBD and MBG/NBD: published figures, the closed form against drawn futures, and no number lost at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from models.purchases.bg_nbd import BgNbd, MbgNbd
from models.purchases.histories import NEW, Histories

CDNOW = (0.24259, 4.41353, 0.79289, 2.42575)


def test_the_published_figures_of_cdnow_are_reproduced():
    law, one = BgNbd(*CDNOW), Histories.of_customers([2], [30.43], [38.86])

    assert law.purchases(NEW, 39.0)[0] == pytest.approx(1.19502, abs=3e-5)  # of unrounded parameters
    assert law.active(one)[0] == pytest.approx(0.72661, abs=1e-5)
    assert law.purchases(one, 39.0)[0] == pytest.approx(1.22591, abs=1e-5)


@pytest.mark.parametrize("law", [BgNbd, MbgNbd])
@pytest.mark.parametrize(
    "parameters", [CDNOW, (1.5, 8.0, 0.7, 9.0), (0.8, 3.0, 1.0, 2.0), (0.5, 2.0, 4.0, 3.0)]
)
def test_expected_purchases_are_the_mean_of_drawn_futures(law, parameters):
    made = law(*parameters)
    kinds = Histories.of_customers([0, 1, 3, 40], [0, 9, 20, 38], [39, 39, 30, 39])
    many = Histories(
        kinds.bought, kinds.latest, kinds.watched, np.full(4, 50_000.0), np.repeat(np.arange(4), 50_000)
    )

    active, bought = made.draw(many, 30.0, np.random.default_rng(4))

    for of_kind, expected in zip(np.split(bought, 4), made.purchases(kinds, 30.0), strict=True):
        assert of_kind.mean() == pytest.approx(expected, abs=4.5 * of_kind.std() / np.sqrt(50_000) + 1e-9)
    shares = active.reshape(4, -1).mean(axis=1)
    assert shares == pytest.approx(made.active(kinds), abs=0.01)


def test_likelihood_sums_to_one_over_all_that_can_happen():
    """Of customers seen for two weeks who bought x times: the density of t_x integrates to the chance of x."""
    law, watched = MbgNbd(*CDNOW), 2.0
    points, weights = np.polynomial.legendre.leggauss(60)
    latest = watched * (points + 1) / 2
    total = float(np.exp(law.log_likelihood(Histories.of_customers([0], [0], [watched])))[0])
    for x in range(1, 60):
        seen = Histories(np.full(60, float(x)), latest, np.full(60, watched), np.ones(60), np.arange(60))
        # Of the x purchases the last lies at t_x, the others anywhere before: t_x^(x-1) / (x-1)! orders of them.
        log_orders = (x - 1) * np.log(latest) - np.log(np.arange(1, x)).sum()
        total += float(watched / 2 * weights @ np.exp(law.log_likelihood(seen) + log_orders))

    assert total == pytest.approx(1, abs=1e-6)


def test_who_bought_once_can_have_left_by_the_second_law_only():
    once = Histories.of_customers([0], [0], [200.0])

    assert BgNbd(*CDNOW).active(once)[0] == 1
    assert MbgNbd(*CDNOW).active(once)[0] < 0.6


def test_no_number_is_lost_for_any_law_that_the_prior_allows():
    rng = np.random.default_rng(0)
    prior = MbgNbd.prior
    laws = MbgNbd.of(prior.mean + 3 * prior.sd * rng.uniform(-1, 1, (2_000, 4)), 100.0)
    kinds = Histories.of_customers([0, 0, 1, 500], [0, 0, 80, 99], [0, 100, 90, 100])

    for ahead in (1.0, 365.0, 2_000.0):
        expected = laws.purchases(kinds, ahead)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        assert (
            expected <= (laws.r + kinds.bought) / (laws.alpha + kinds.watched) * ahead * (1 + 1e-6) + 1e-6
        ).all()


def test_another_unit_of_time_gives_the_same_chances_and_purchases():
    weeks, days = Histories.of_customers([3], [20], [30]), Histories.of_customers([3], [140], [210])
    theta = np.array([0.3, -0.5, -1.0, 1.0])

    one, other = (MbgNbd.of(theta, each.unit) for each in (weeks, days))

    assert one.active(weeks) == pytest.approx(other.active(days), rel=1e-12)
    assert one.purchases(weeks, 52.0) == pytest.approx(other.purchases(days, 364.0), rel=1e-9)
