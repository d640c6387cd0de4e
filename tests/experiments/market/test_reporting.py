"""Reporting depends on what everyone can see, and in one regime on value itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business
from experiments.market.customers import draw_customers
from experiments.market.money import simulate_accounts
from experiments.market.noise import stream
from experiments.market.reporting import who_reports

N = 20_000


def _reports(regime):
    business = replace(draw_business(9, regime), customers=N)
    people = draw_customers(business, N, stream(9, "customers"))
    accounts = simulate_accounts(business, people, stream(9, "accounts"))
    units = people.units[:, 0]
    chosen = who_reports(business, people, accounts, observed_units=units, rng=stream(9, "reporting"))
    seen = [
        np.log(people.employees),
        accounts.plan,
        np.log(accounts.tenure),
        accounts.churned,
        np.log1p(units),
    ]
    return business, chosen, np.column_stack([np.ones(N), *seen]), np.log(people.promised / units)


def _extra_pull(regime):
    """The t value of log worth in a linear regression of reporting on all that is observed."""
    _, chosen, seen, worth = _reports(regime)
    columns = np.column_stack([worth, seen])
    coefficients, *_ = np.linalg.lstsq(columns, chosen.astype(float), rcond=None)
    residual = chosen - columns @ coefficients
    error = np.sqrt(residual.var() * np.linalg.inv(columns.T @ columns)[0, 0])
    return coefficients[0] / error


@pytest.mark.parametrize("regime", [Regime.STEADY, Regime.SELECTIVE_REPORTING])
def test_the_share_that_reports_is_the_drawn_one(regime):
    business, chosen, _, _ = _reports(regime)

    assert chosen.mean() == pytest.approx(business.reporting.share, abs=0.015)


def test_reporting_is_selective_on_what_is_observed():
    _, chosen, seen, _ = _reports(Regime.STEADY)

    assert np.abs(seen[chosen].mean(axis=0) - seen[~chosen].mean(axis=0)).max() > 0.1


def test_worth_adds_nothing_to_what_is_observed_inside_the_assumptions():
    assert abs(_extra_pull(Regime.STEADY)) < 4


def test_worth_itself_decides_who_reports_in_the_selective_regime():
    assert abs(_extra_pull(Regime.SELECTIVE_REPORTING)) > 15
