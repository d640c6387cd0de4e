"""The best price: where it lies, how sure it is, and that nothing is clipped in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from models.errors import InvalidInput
from models.estimate import Estimate
from models.pricing.capture import Corridor
from models.willingness.best_price import BestPrice, best_price
from models.willingness.terms import Terms


def estimate(value: float, factor: float = 1.0001, unit: str = "EUR/posting") -> Estimate:
    return Estimate(value=value, low=value / factor, high=value * factor, level=0.9, n=50, unit=unit)


def known_lean(value: float, reach: float = 1e-5) -> Estimate:
    return Estimate(value=value, low=value - reach, high=value + reach, level=0.9, n=50, unit="log²")


def best_of(median: float, spread: float, terms: Terms | None = None) -> BestPrice:
    return best_price(estimate(median), estimate(spread, unit="log"), terms=terms)


def earnings_by_quadrature(price: float, *, median: float, spread: float, terms: Terms) -> float:
    """E[(p - c) (W/p)^γ; W ≥ p], integrated over customers one by one."""

    def of_customer(z: float) -> float:
        willing = median * np.exp(spread * z)
        stays = (willing / price) ** terms.churn_elasticity
        return float((price - terms.unit_cost) * stays * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))

    first = np.log(price / median) / spread
    return float(integrate.quad(of_customer, first, max(first, 0) + 12, limit=200)[0])


@pytest.mark.parametrize("spread", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("terms", [Terms(), Terms(unit_cost=4.0), Terms(unit_cost=1.0, churn_elasticity=0.8)])
def test_the_price_is_where_numerical_search_over_customers_finds_it(spread, terms):
    found = best_of(10.0, spread, terms)

    searched = optimize.minimize_scalar(
        lambda t: -earnings_by_quadrature(np.exp(t), median=10.0, spread=spread, terms=terms),
        bounds=(np.log(max(terms.unit_cost, 0.5)), np.log(60.0)), method="bounded", options={"xatol": 1e-9},
    )  # fmt: skip
    assert found.price.value == pytest.approx(np.exp(searched.x), rel=2e-3)
    assert found.earnings.value == pytest.approx(-searched.fun, rel=1e-4)


def test_a_spread_of_one_is_best_priced_where_the_hazard_is_one():
    # h(z) = 1 at z = 0.302631, by tables of the normal hazard
    assert best_of(1.0, 1.0).price.value == pytest.approx(np.exp(0.302631), rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(0.1, 1.5), st.floats(1.01, 3.0))
def test_another_currency_scales_the_price_and_moves_nothing_else(rate, spread, doubt):
    euros, others = (
        best_price(estimate(10.0 * by, doubt), estimate(spread, 1.3, "log"), terms=Terms(unit_cost=by))
        for by in (1.0, rate)
    )

    assert others.price.value == pytest.approx(euros.price.value * rate, rel=1e-6)
    assert others.price.low == pytest.approx(euros.price.low * rate, rel=1e-6)
    assert others.regret == pytest.approx(euros.regret, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 1.5), st.floats(0.0, 5.0), st.floats(0.1, 5.0))
def test_a_higher_cost_never_lowers_the_price(spread, cost, more):
    assert (
        best_of(10.0, spread, Terms(unit_cost=cost + more)).price.value
        >= best_of(10.0, spread, Terms(unit_cost=cost)).price.value
    )


def test_doubt_about_willingness_widens_the_interval_and_costs_earnings():
    sure, unsure = (best_price(estimate(10.0, doubt), estimate(0.5, 1.2, "log")) for doubt in (1.05, 2.0))

    assert unsure.price.high / unsure.price.low > sure.price.high / sure.price.low
    assert unsure.regret > 4 * sure.regret > 0


def test_doubts_that_go_together_widen_the_interval_more_than_doubts_that_offset_each_other():
    together, apart = (
        best_price(estimate(10.0, 1.3), estimate(0.8, 1.3, "log"), correlation=each) for each in (0.8, -0.8)
    )

    assert together.price.high / together.price.low > apart.price.high / apart.price.low
    with pytest.raises(InvalidInput, match="correlation"):
        best_price(estimate(10.0), estimate(0.5, unit="log"), correlation=1.5)


def test_the_curve_bounds_its_own_mean_and_most_is_kept_at_the_price():
    found = best_price(estimate(10.0, 1.5), estimate(0.5, 1.2, "log"))

    assert (found.curve.low <= found.curve.earnings).all()
    assert (found.curve.earnings <= found.curve.high).all()
    assert (np.diff(found.curve.demand) <= 0).all()
    assert found.curve.kept.max() <= (1 - found.regret) * (1 + 1e-6)


def test_markets_far_richer_than_the_likely_one_do_not_set_the_price():
    known, doubted = (best_price(estimate(10.0), estimate(0.5, doubt, "log")) for doubt in (1.0001, 3.5))

    # With a chance of 5 % willingness spreads by 1.75 and more: the mean of earnings then has no top at all.
    assert doubted.curve.price[doubted.curve.earnings.argmax()] > 1000
    assert doubted.price.value == pytest.approx(known.price.value, rel=0.15)


@pytest.mark.parametrize("lean", [-0.3, 0.2])
def test_prospects_count_by_the_units_that_they_use(lean):
    rng = np.random.default_rng(5)
    log_units = 0.8 * rng.standard_normal(200_000)
    rest = np.sqrt(0.5**2 - (lean / 0.8) ** 2) * rng.standard_normal(log_units.size)
    willing = 10 * np.exp(lean / 0.8**2 * log_units + rest)
    dearest_first = np.argsort(-willing)
    earned = willing[dearest_first] * np.cumsum(np.exp(log_units[dearest_first]))

    found = best_price(estimate(10.0), estimate(0.5, unit="log"), terms=Terms(lean=known_lean(lean)))

    at_it = willing[dearest_first] >= found.price.value
    assert earned[at_it][-1] == pytest.approx(earned.max(), rel=2e-3)
    assert found.demand.value == pytest.approx(float((willing >= found.price.value).mean()), abs=0.01)


def test_doubt_about_the_lean_widens_the_interval():
    sure, unsure = (
        best_price(estimate(10.0), estimate(0.5, unit="log"), terms=Terms(lean=known_lean(-0.1, reach)))
        for reach in (0.001, 0.3)
    )

    assert unsure.price.high / unsure.price.low > 1.5 * sure.price.high / sure.price.low


@pytest.mark.parametrize(
    ("corridor", "where"),
    [((1.0, 1.5), "above"), ((7.0, 9.0), "inside"), ((20.0, 30.0), "below")],
)
def test_the_price_is_the_same_wherever_the_corridor_lies_and_says_so(corridor, where):
    found = best_price(estimate(10.0), estimate(0.5, unit="log"), corridor=Corridor(*corridor, (0.1, 0.15)))

    assert found.against_corridor == where
    assert found.price == best_of(10.0, 0.5).price


def test_without_willingness_there_is_no_price_and_the_reason_is_its():
    nothing = Estimate.unknown("no_evidence", unit="EUR/posting")

    found = best_price(nothing, estimate(0.5, unit="log"), corridor=Corridor(1.0, 2.0, (0.1, 0.15)))

    assert found.price.reason == found.earnings.reason == found.demand.reason == "no_evidence"
    assert found.against_corridor is found.curve is found.regret is None


def test_where_every_lower_price_earns_more_there_is_no_best_one():
    assert best_of(10.0, 0.5, Terms(churn_elasticity=1.0)).price.reason == "no_best_price"


def test_a_spread_that_nobody_knows_and_a_cost_that_nobody_pays_have_no_best_price():
    unknown = best_price(estimate(10.0), estimate(1.0, 5.0, "log"))

    assert unknown.price.reason == "spread_unknown"
    assert best_of(10.0, 0.5, Terms(unit_cost=1000.0)).price.reason == "cost_above_willingness"


def test_the_same_seed_gives_the_same_bits():
    first, again = (best_price(estimate(10.0, 2.0), estimate(0.5, 1.5, "log"), seed=3) for _ in range(2))

    assert first.price == again.price
    assert first.price != best_price(estimate(10.0, 2.0), estimate(0.5, 1.5, "log"), seed=4).price
