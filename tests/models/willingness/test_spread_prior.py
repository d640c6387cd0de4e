"""How far customers' willingness is believed to differ once the spread of worth is known."""

from __future__ import annotations

import numpy as np
import pytest

from models.willingness.assumptions import USUAL_SPREAD
from models.willingness.beliefs import Belief
from models.willingness.spread_prior import FOLLOWS, OWN_SHARE, spread_given_worth


def test_spreads_of_worth_and_share_add_as_squares() -> None:
    exact = spread_given_worth(
        Belief(np.log(0.6), 0.0), follows=Belief(np.log(0.5), 0.0), share=Belief(np.log(0.4), 0.0)
    )

    assert exact.median == pytest.approx(0.5)
    assert exact.sd == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("worth", [0.05, 0.3, 1.0])
def test_mean_and_deviation_are_those_of_many_draws(worth: float) -> None:
    believed = Belief(np.log(worth), 0.2)
    rng = np.random.default_rng(3)
    sigma, beta, tau = (
        np.exp(each.mean + each.sd * rng.standard_normal(400_000)) for each in (believed, FOLLOWS, OWN_SHARE)
    )

    found, drawn = spread_given_worth(believed), np.log(np.hypot(beta * sigma, tau))

    assert found.mean == pytest.approx(drawn.mean(), abs=0.005)
    assert found.sd == pytest.approx(drawn.std(), abs=0.005)


def test_customers_who_gain_alike_may_still_differ_in_what_they_would_pay() -> None:
    found = spread_given_worth(Belief(np.log(1e-4), 0.0))

    assert found.mean == pytest.approx(OWN_SHARE.mean, abs=1e-4)
    assert found.sd == pytest.approx(OWN_SHARE.sd, abs=1e-4)


def test_the_spread_rises_with_that_of_worth_and_is_known_better_than_without_it() -> None:
    found = [spread_given_worth(Belief(np.log(worth), 0.1)) for worth in (0.1, 0.3, 0.6, 1.2)]

    assert np.diff([each.mean for each in found]).min() > 0
    assert all(each.sd < USUAL_SPREAD.sd for each in found[1:])
