"""Customers come from one population, whatever their number."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.market import Regime, draw_business
from experiments.market.customers import draw_customers
from experiments.market.noise import stream


def _customers(regime=Regime.STEADY, n=20_000):
    return draw_customers(draw_business(4, regime), n, stream(4, "t"))


def test_value_is_the_sum_over_kpis_and_worth_its_ratio_to_units():
    people = _customers(n=100)

    np.testing.assert_allclose(people.value, people.net_value.sum(axis=1))
    np.testing.assert_allclose(people.worth[:, 1] * people.units[:, 1], people.value)


def test_employees_tell_something_of_value_but_not_all():
    people = _customers()

    correlation = np.corrcoef(np.log(people.employees), np.log(people.value))[0, 1]

    assert 0.5 < correlation < 0.98


def test_willingness_to_pay_has_the_drawn_median_ratio_to_value():
    business, people = draw_business(4, Regime.STEADY), _customers()

    ratio = np.median(people.willingness_to_pay / people.promised)
    bias = np.median(people.stated_willingness / people.willingness_to_pay)

    assert ratio == pytest.approx(business.price.wtp_ratio, rel=0.02)
    assert bias == pytest.approx(business.price.hypothetical_bias, rel=0.02)


def test_zero_customers_get_nothing_but_believed_they_would():
    people = _customers(Regime.ZEROS)

    assert 0.04 < people.zero.mean() < 0.16
    assert (people.value[people.zero] == 0).all()
    assert (people.promised[people.zero] > 0).all()


def test_only_drift_lets_long_run_value_move():
    assert not _customers(n=50).pace.any()
    assert _customers(Regime.DRIFT, n=50).pace.std() > 0.05


def test_heavy_tails_widen_the_extremes_of_worth_and_not_its_middle():
    logs = {regime: np.log(_customers(regime).worth[:, 0]) for regime in (Regime.STEADY, Regime.HEAVY_TAILS)}

    def kurtosis(x):
        return np.mean((x - x.mean()) ** 4) / np.var(x) ** 2

    assert kurtosis(logs[Regime.HEAVY_TAILS]) > 2 * kurtosis(logs[Regime.STEADY])
