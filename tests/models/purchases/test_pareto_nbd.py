"""Pareto/NBD: the closed form against drawn futures, on either side of α = β, and no number lost."""

from __future__ import annotations

import numpy as np
import pytest

from models.purchases.histories import NEW, Histories
from models.purchases.pareto_nbd import ParetoNbd

CDNOW = (0.55328, 10.57758, 0.60624, 11.66835)


@pytest.mark.parametrize(
    "parameters", [CDNOW, (1.2, 20.0, 1.0, 8.0), (1.2, 8.0, 2.0, 60.0), (0.8, 5.0, 1.5, 5.0)]
)
def test_expected_purchases_are_the_mean_of_drawn_futures(parameters):
    law = ParetoNbd(*parameters)
    kinds = Histories.of_customers([0, 1, 3, 40], [0, 9, 20, 38], [39, 39, 30, 39])
    many = Histories(
        kinds.bought, kinds.latest, kinds.watched, np.full(4, 50_000.0), np.repeat(np.arange(4), 50_000)
    )

    active, bought = law.draw(many, 30.0, np.random.default_rng(4))

    for of_kind, expected in zip(np.split(bought, 4), law.purchases(kinds, 30.0), strict=True):
        assert of_kind.mean() == pytest.approx(expected, abs=4.5 * of_kind.std() / np.sqrt(50_000) + 1e-9)
    assert active.reshape(4, -1).mean(axis=1) == pytest.approx(law.active(kinds), abs=0.01)


def test_the_chance_of_an_activity_is_that_of_simulated_customers():
    """Of customers drawn by the law and seen for 30 weeks, those alike are active as often as it says."""
    rng = np.random.default_rng(8)
    law, n = ParetoNbd(*CDNOW), 400_000
    pace, left = (
        rng.gamma(CDNOW[0], 1 / CDNOW[1], n),
        rng.exponential(1 / rng.gamma(CDNOW[2], 1 / CDNOW[3], n)),
    )
    bought = rng.poisson(pace * np.minimum(left, 30.0))
    silent = bought == 0

    found = law.active(Histories.of_customers([0], [0], [30.0]))[0]

    assert (left[silent] > 30).mean() == pytest.approx(found, abs=0.004)
    assert bought.mean() == pytest.approx(law.purchases(NEW, 30.0)[0], rel=0.01)


def test_no_number_is_lost_for_any_law_that_the_prior_allows():
    rng = np.random.default_rng(0)
    prior = ParetoNbd.prior
    laws = ParetoNbd.of(prior.mean + 3 * prior.sd * rng.uniform(-1, 1, (2_000, 4)), 100.0)
    kinds = Histories.of_customers([0, 0, 1, 9], [0, 0, 80, 99], [1, 100, 90, 100])

    assert np.isfinite(laws.log_likelihood(kinds)).all()
    assert (np.abs(laws.active(kinds) - 0.5) <= 0.5).all()
    assert (laws.purchases(kinds, 365.0) >= 0).all()
