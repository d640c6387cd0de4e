"""Month by month: the units that customers use and the value that they get."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.market.business import Business
from experiments.market.customers import Customers
from experiments.market.laws import MetricLaw
from experiments.market.noise import Floats, mean_of_exponential, monthly_factors


@dataclass(frozen=True)
class History:
    """What happened in every month, as if every customer had been there throughout.

    Parameters
    ----------
    units
        (months, n, metrics) whole units in the month (flow) or level during the month (stock).
    amounts
        (months, n, KPIs) in each KPI's own unit.
    """

    units: Floats
    amounts: Floats


def drift_factors(business: Business, pace: Floats, months: int) -> Floats:
    """(months, n) factors of the long-run value: exp(pace × years from the middle of the history)."""
    years = (np.arange(months) - (months - 1) / 2) / 12
    factors: Floats = np.exp(years[:, None] * pace)
    return factors


def simulate_history(business: Business, customers: Customers, rng: np.random.Generator) -> History:
    """Simulate all months of all customers.

    A month's expectation given a customer's parameters is exactly its long-run value and units (times the
    drift where there is any), since every factor has a mean of one and whole numbers come from Poisson
    counts or unbiased rounding.
    """
    law, months, n = business.value, business.months, len(customers.zero)
    # The log of activity is kept (not its factor), since every metric takes it to its own power.
    activity = np.log(
        monthly_factors(rng, (months, n), log_sd=law.activity_log_sd, memory=law.activity_memory)
    )
    activity += law.activity_log_sd**2 / 2
    units = np.empty((months, n, len(business.metrics)))
    for m, metric in enumerate(business.metrics):
        power = metric.activity
        moved = np.exp(power * activity) / mean_of_exponential(power * law.activity_log_sd, tail_df=None)
        units[:, :, m] = _whole_units(metric, customers.units[:, m] * moved, rng)
    return History(units=units, amounts=_amounts(business, customers, units, rng))


def _whole_units(metric: MetricLaw, expected: Floats, rng: np.random.Generator) -> Floats:
    if metric.constant:
        return expected
    noise = monthly_factors(rng, expected.shape, log_sd=metric.month_log_sd, memory=metric.month_memory)
    level = expected * noise
    if metric.kind == "flow":
        return rng.poisson(level).astype(np.float64)
    rounded: Floats = np.floor(level + rng.random(level.shape))
    return rounded


def _amounts(business: Business, customers: Customers, units: Floats, rng: np.random.Generator) -> Floats:
    law, months = business.value, business.months
    caused = (1 - law.causal_share) + law.causal_share * units[:, :, 0] / customers.units[:, 0]
    alive = rng.random(caused.shape) >= law.zero_months
    common = caused * drift_factors(business, customers.pace, months) * alive / (1 - law.zero_months)
    shape = (*caused.shape, len(business.kpis))
    noise = monthly_factors(rng, shape, log_sd=law.month_log_sd, memory=law.month_memory, tail_df=law.tail_df)
    amounts: Floats = np.empty(shape)
    position = {kpi.name: k for k, kpi in enumerate(business.kpis)}
    for k, kpi in enumerate(business.kpis):
        if not kpi.monetised:
            amounts[:, :, k] = np.clip(rng.normal(7.5, 1.0, caused.shape), 0, 10).round(1)
        elif kpi.adds_value:
            amounts[:, :, k] = common * noise[:, :, k] * customers.net_value[:, k] / kpi.net_per_unit
    for k, kpi in enumerate(business.kpis):
        if kpi.echo_of is not None:
            source = position[kpi.echo_of]
            seen = amounts[:, :, source] * business.kpis[source].net_per_unit / kpi.net_per_unit
            amounts[:, :, k] = seen * noise[:, :, k]
        if kpi.counted:
            amounts[:, :, k] = rng.poisson(amounts[:, :, k])
    return amounts.round(3)
