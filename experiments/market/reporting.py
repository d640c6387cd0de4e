"""Who reports outcomes: some kinds of customers more than others, and in one regime the successful ones."""

from __future__ import annotations

import numpy as np

from experiments.market.business import Business
from experiments.market.customers import Customers
from experiments.market.money import Accounts
from experiments.market.noise import Booleans, Floats


def who_reports(
    business: Business,
    customers: Customers,
    accounts: Accounts,
    *,
    observed_units: Floats,
    rng: np.random.Generator,
) -> Booleans:
    """(n,) whether a customer reports its outcomes at all.

    Parameters
    ----------
    business, customers, accounts
        The market so far.
    observed_units
        (n,) units of the first metric per paid month: what usage shows, so that (outside
        `selective_reporting`) reporting is random given what everyone can see.
    rng
        Where chance comes from.
    """
    law = business.reporting
    pull = (
        law.on_employees * _standardised(np.log(customers.employees))
        + law.on_plan * accounts.plan
        + law.on_tenure * _standardised(np.log(accounts.tenure))
        + law.on_churned * accounts.churned
        + law.on_units * _standardised(np.log1p(observed_units))
        + law.on_worth * _standardised(np.log(customers.promised / customers.units[:, 0]))
    )
    level = _level_for(pull, law.share)
    reports: Booleans = rng.random(len(pull)) < 1 / (1 + np.exp(-(level + pull)))
    return reports


def _standardised(values: Floats) -> Floats:
    spread = float(values.std())
    centred: Floats = values - values.mean()
    return centred / spread if spread > 0 else centred


def _level_for(pull: Floats, share: float) -> float:
    """Find by bisection the intercept at which the mean probability is `share`."""
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        too_high = float(np.mean(1 / (1 + np.exp(-(middle + pull))))) > share
        low, high = (low, middle) if too_high else (middle, high)
    return (low + high) / 2
