"""What a price earns, the best one, and what another one loses, against closed forms and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from experiments.market.demand import UnitDemand


def test_a_price_is_paid_by_those_who_would_pay_it_for_all_their_units():
    demand = UnitDemand.of(np.array([30.0, 8.0, 100.0]), np.array([10.0, 1.0, 20.0]))

    assert demand.willingness.tolist() == [8.0, 5.0, 3.0]
    assert demand.revenue(5.0) == pytest.approx(5 * 21 / 3)
    assert demand.revenue(8.1) == 0.0
    assert demand.median == 5.0


@pytest.mark.parametrize(("spread", "lean"), [(0.4, 0.0), (0.6, -0.2), (0.6, 0.15)])
def test_the_best_price_is_that_of_the_log_normal_whose_median_leans_on_units(spread, lean):
    rng = np.random.default_rng(3)
    log_units = 0.8 * rng.standard_normal(50_000)
    rest = np.sqrt(spread**2 - (lean / 0.8) ** 2) * rng.standard_normal(50_000)
    by_unit = np.exp(1 + lean / 0.8**2 * log_units + rest)
    demand = UnitDemand.of(by_unit * np.exp(log_units), np.exp(log_units))

    best = optimize.minimize_scalar(
        lambda t: -np.exp(t) * stats.norm.sf((t - 1 - lean) / spread), bounds=(-2, 4), method="bounded"
    )

    assert np.log(demand.best_price) == pytest.approx(best.x, abs=0.03)
    assert demand.log_spread == pytest.approx(spread, rel=0.02)
    assert demand.regret(demand.best_price) == 0
    assert demand.regret(demand.best_price * 1.5) > 0.03
    assert demand.regret(demand.best_price / 1.5) > 0.03
