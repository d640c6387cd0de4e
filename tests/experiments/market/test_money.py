"""Customers leave as price ÷ willingness to pay tells them, and raises are told as assigned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.market import Regime, draw_business
from experiments.market.customers import draw_customers
from experiments.market.money import monthly_hazard, negotiated, simulate_accounts
from experiments.market.noise import stream


def _accounts(*, n=4_000, **price):
    business = draw_business(6, Regime.STEADY)
    business = replace(business, customers=n, months=24, price=replace(business.price, **price))
    people = draw_customers(business, n, stream(6, "customers"))
    return business, people, simulate_accounts(business, people, stream(6, "accounts"))


def test_log_odds_of_leaving_rise_by_the_slope_per_unit_of_price_ratio():
    business, _, _ = _accounts(n=10, churn_slope=3.0, usual_ratio=0.6, base_hazard=0.01)

    low, high = monthly_hazard(business, np.array([0.6, 1.1]))

    assert low == pytest.approx(0.01)
    assert np.log(high / (1 - high)) - np.log(low / (1 - low)) == pytest.approx(1.5)


def test_no_hazard_passes_one_half():
    business, _, _ = _accounts(n=10, churn_slope=8.0)

    assert monthly_hazard(business, np.array([100.0])) == pytest.approx(0.5)


def test_as_many_leave_as_the_hazard_says():
    business, people, accounts = _accounts(churn_slope=4.0, base_hazard=0.01)
    asked = np.where(accounts.told > 0, accounts.told, np.roll(accounts.mrr, 1, axis=0))[1:]
    at_risk = accounts.active[:-1]

    left = at_risk & ~accounts.active[1:]
    expected = monthly_hazard(business, asked / people.willingness_to_pay) * at_risk

    assert left.sum() == pytest.approx(expected.sum(), abs=4 * np.sqrt(expected.sum()))


def test_every_customer_pays_at_least_once_and_without_gaps():
    _, _, accounts = _accounts()

    assert accounts.tenure.min() >= 1
    for months in accounts.active.T[:200]:
        assert (np.diff(np.flatnonzero(months)) == 1).all()
    assert (accounts.churned == ~accounts.active[-1]).all()
    assert accounts.active[accounts.first, np.arange(4_000)].all()


@pytest.mark.parametrize(("assignment", "confounded"), [("randomised", False), ("policy", True)])
def test_raises_fall_on_those_who_would_stay_only_where_they_are_not_random(assignment, confounded):
    _, people, accounts = _accounts(raise_assignment=assignment)
    wave = np.flatnonzero((accounts.told > 0).any(axis=1))[0]
    here = accounts.active[wave - 1]
    tightness = np.log(accounts.mrr[wave - 1] / people.willingness_to_pay)[here]
    told = accounts.told[wave, here] > 0

    gap = tightness[told].mean() - tightness[~told].mean()

    assert 0.3 < told.mean() < 0.75
    assert (gap < -0.2) if confounded else abs(gap) < 0.06


def test_raised_customers_pay_more_but_never_more_than_they_were_told():
    _, _, accounts = _accounts()
    when, who = np.nonzero((accounts.told > 0) & accounts.active)

    assert (accounts.mrr[when, who] <= accounts.told[when, who]).all()
    assert (accounts.mrr[when, who] > accounts.mrr[when - 1, who]).all()


def test_negotiation_only_lowers_prices_and_never_to_nothing():
    business, _, _ = _accounts(n=10, discount_max=0.3)
    prices = negotiated(business, np.array([0.01, 50.0, 1_000.0]), stream(1, "t"))

    assert (prices >= [0.01, 35.0, 700.0]).all()
    assert (prices <= [0.01, 50.0, 1_000.0]).all()
