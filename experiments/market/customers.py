"""The customers of a market: what each is like, and what it gets and uses in the long run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.market.business import Business
from experiments.market.noise import Booleans, Floats, Integers, standard_noise

SIZE_LIMIT = 3.0


@dataclass(frozen=True)
class Customers:
    """Long-run parameters of n customers, one row each.

    Parameters
    ----------
    segment, region
        (n,) positions in the trait law's levels.
    employees
        (n,) head count, ≥ 1: known, and a noisy sign of size.
    zero
        (n,) whether the customer never gets any value.
    net_value
        (n, KPIs) long-run net value per month by KPI (true value per unit, true attribution), money ≥ 0; an
        echo has 0. A customer's long-run value is the sum of its row.
    promised
        (n,) what a zero customer believes to get and others do get, money per month.
    willingness_to_pay, stated_willingness
        (n,) most that the customer would pay, and what it tells a survey (that × hypothetical bias × noise of
        median one), money per month.
    units
        (n, metrics) long-run units per month (flow) or level (stock).
    pace
        (n,) drift of log value per year, 0 outside the regime `drift`.
    """

    segment: Integers
    region: Integers
    employees: Floats
    zero: Booleans
    net_value: Floats
    promised: Floats
    willingness_to_pay: Floats
    stated_willingness: Floats
    units: Floats
    pace: Floats

    @property
    def value(self) -> Floats:
        """(n,) long-run net value per month, in money, before any drift."""
        total: Floats = self.net_value.sum(axis=1)
        return total

    @property
    def worth(self) -> Floats:
        """(n, metrics) long-run net value per unit: E[value per month] ÷ E[units per month]."""
        ratio: Floats = self.value[:, None] / self.units
        return ratio


def draw_customers(business: Business, n: int, rng: np.random.Generator) -> Customers:
    """Draw n customers from the market that the business sells to.

    The book and the population behind the truth come from this one function.
    """
    traits, law = business.traits, business.value
    segment = rng.choice(len(traits.segments), n, p=traits.segment_shares)
    region = rng.integers(len(traits.regions), size=n)
    size = np.asarray(traits.segment_size)[segment] + law.size_log_sd * np.clip(
        rng.standard_normal(n), -SIZE_LIMIT, SIZE_LIMIT
    )
    employees = traits.median_employees * np.exp(size + traits.employees_log_sd * rng.standard_normal(n))
    taste = np.asarray(traits.segment_value)[segment] + np.asarray(traits.region_value)[region]
    own = law.log_sd * standard_noise(rng, n, tail_df=law.tail_df)
    promised = law.median * np.exp(size + taste + own)
    zero = rng.random(n) < law.zero_customers
    price = business.price
    wtp = promised * price.wtp_ratio * np.exp(price.wtp_log_sd * rng.standard_normal(n))
    survey = price.hypothetical_bias * np.exp(price.stated_log_sd * rng.standard_normal(n))
    split = _split_over_kpis(business, n, rng)
    return Customers(
        segment=segment,
        region=region,
        employees=np.maximum(1.0, np.round(employees)),
        zero=zero,
        net_value=(promised * ~zero * (1 - law.zero_months))[:, None] * split,
        promised=promised,
        willingness_to_pay=wtp,
        stated_willingness=wtp * survey,
        units=_long_run_units(business, size, rng),
        pace=law.drift + law.drift_sd * rng.standard_normal(n),
    )


def _split_over_kpis(business: Business, n: int, rng: np.random.Generator) -> Floats:
    """Return (n, KPIs) factors by which a customer's value falls to each KPI, of mean `share`."""
    split = np.empty((n, len(business.kpis)))
    for k, kpi in enumerate(business.kpis):
        own = kpi.customer_log_sd
        split[:, k] = kpi.share * np.exp(own * rng.standard_normal(n) - own**2 / 2)
    return split


def _long_run_units(business: Business, size: Floats, rng: np.random.Generator) -> Floats:
    units = np.empty((len(size), len(business.metrics)))
    for m, metric in enumerate(business.metrics):
        noise = standard_noise(rng, len(size), tail_df=business.value.tail_df)
        free = metric.median * np.exp(metric.elasticity * size + metric.log_sd * noise)
        units[:, m] = metric.median if metric.constant else np.maximum(free, metric.floor)
    return units
