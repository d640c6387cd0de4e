"""Long histories average to the long-run parameters exactly, whatever the regime."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business
from experiments.market.customers import draw_customers
from experiments.market.noise import stream
from experiments.market.usage_and_value import drift_factors, simulate_history


def _long(regime, *, months=1_500, customers=80):
    business = replace(draw_business(3, regime), months=months, customers=customers)
    people = draw_customers(business, customers, stream(3, "customers"))
    return business, people, simulate_history(business, people, stream(3, "history"))


def _net(business, history):
    return sum(
        history.amounts[:, :, k] * kpi.net_per_unit for k, kpi in enumerate(business.kpis) if kpi.adds_value
    )


@pytest.mark.parametrize("regime", [regime for regime in Regime if regime is not Regime.DRIFT])
def test_monthly_value_averages_to_long_run_value(regime):
    business, people, history = _long(regime)
    gets = people.value > 0

    ratio = _net(business, history).mean(axis=0)[gets] / people.value[gets]

    assert ratio.mean() == pytest.approx(1, abs=4 * ratio.std() / np.sqrt(gets.sum()) + 1e-3)
    assert ratio.std() < 0.05


@pytest.mark.parametrize("regime", [Regime.STEADY, Regime.HEAVY_TAILS])
def test_monthly_units_average_to_long_run_units(regime):
    _, people, history = _long(regime)

    ratio = history.units.mean(axis=0) / people.units

    np.testing.assert_allclose(ratio.mean(axis=0), 1, atol=0.01)


def test_units_are_whole_numbers_and_never_negative():
    _, _, history = _long(Regime.STEADY, months=30)

    assert (history.units == np.round(history.units)).all()
    assert history.units.min() >= 0


def test_drift_moves_value_per_unit_by_the_pace_of_each_customer():
    business, people, history = _long(Regime.DRIFT, months=36, customers=400)
    years = (36 - 18) / 12

    growth = np.log(_net(business, history)[18:].mean(axis=0) / _net(business, history)[:18].mean(axis=0))

    assert np.polyfit(people.pace, growth, 1)[0] == pytest.approx(years, rel=0.1)


def test_drift_is_centred_on_the_middle_of_the_history():
    business = draw_business(3, Regime.DRIFT)

    factors = drift_factors(business, np.array([0.5, -0.5]), 25)

    assert factors[12] == pytest.approx([1, 1])
    assert factors[24, 0] == pytest.approx(np.exp(0.5))


def test_an_echo_moves_with_the_kpi_that_it_echoes():
    business, _, history = _long(Regime.DOUBLE_COUNTED, months=200)
    source, echo = (history.amounts[:, :, k] * business.kpis[k].net_per_unit for k in (0, 1))

    assert np.median(echo.mean(axis=0) / source.mean(axis=0)) == pytest.approx(1, abs=0.05)
    assert np.corrcoef(np.log1p(source).ravel(), np.log1p(echo).ravel())[0, 1] > 0.8


def test_value_answers_to_the_units_of_the_first_metric():
    business, people, history = _long(Regime.STEADY)
    units = history.units[:, :, 0] / people.units[:, 0]
    value = _net(business, history) / people.value

    slope = np.polyfit(units.ravel(), value.ravel(), 1)[0]

    assert slope == pytest.approx(business.value.causal_share, abs=0.03)
