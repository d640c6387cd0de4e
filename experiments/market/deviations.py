"""What each regime does to the laws of a business that was drawn steady."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from experiments.market.business import Business
from experiments.market.regimes import Regime

Deviation = Callable[[Business, np.random.Generator], Business]

HEAVY_TAIL_DF = 2.5


def deviate(business: Business, rng: np.random.Generator) -> Business:
    """Return the business as its regime makes it; steady ones come back unchanged."""
    deviation = _DEVIATIONS.get(business.regime)
    return business if deviation is None else deviation(business, rng)


def _noisy(business: Business, rng: np.random.Generator) -> Business:
    return replace(business, value=replace(business.value, month_log_sd=float(rng.uniform(0.4, 0.7))))


def _quarterly(business: Business, rng: np.random.Generator) -> Business:
    return replace(business, reporting=replace(business.reporting, quarterly=True))


def _young(business: Business, rng: np.random.Generator) -> Business:
    return replace(business, established=float(rng.uniform(0.05, 0.2)))


def _heavy_tails(business: Business, rng: np.random.Generator) -> Business:
    """Make all noise t(2.5); mismatch with (normal) size becomes noise too, lest it hide the tails."""
    size = business.value.size_log_sd
    metrics = tuple(
        metric
        if metric.elasticity == 0
        else replace(metric, elasticity=1.0, log_sd=math.hypot(metric.log_sd, (metric.elasticity - 1) * size))
        for metric in business.metrics
    )
    return replace(business, metrics=metrics, value=replace(business.value, tail_df=HEAVY_TAIL_DF))


def _zeros(business: Business, rng: np.random.Generator) -> Business:
    zeros = replace(business.value, zero_months=0.15, zero_customers=float(rng.uniform(0.05, 0.15)))
    return replace(business, value=zeros)


def _drift(business: Business, rng: np.random.Generator) -> Business:
    pace = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.1, 0.4))
    return replace(business, value=replace(business.value, drift=pace, drift_sd=float(rng.uniform(0.1, 0.3))))


def _missing_months(business: Business, rng: np.random.Generator) -> Business:
    gaps = replace(business.reporting, missing_outcomes=0.33, missing_usage=0.08)
    return replace(business, reporting=gaps)


def _size_confounded(business: Business, rng: np.random.Generator) -> Business:
    metrics = tuple(
        metric
        if metric.elasticity == 0
        else replace(metric, elasticity=float(rng.uniform(0.4, 0.75)), log_sd=metric.log_sd * 0.6)
        for metric in business.metrics
    )
    return replace(business, metrics=metrics)


def _double_counted(business: Business, rng: np.random.Generator) -> Business:
    """Let the first KPI be measured twice; a second KPI's own value moves to the first."""
    first, *others = business.kpis
    second = others.pop(0) if others and others[0].monetised else None
    twin = second or replace(first, name=f"{first.name}_again")
    value = replace(first, share=first.share + (second.share if second else 0.0))
    echo = replace(twin, share=0.0, echo_of=first.name, drives=None)
    return replace(business, kpis=(value, echo, *others))


def _selective_reporting(business: Business, rng: np.random.Generator) -> Business:
    pull = float(rng.choice([-1.0, 1.0], p=[0.25, 0.75]) * rng.uniform(0.8, 1.5))
    return replace(business, reporting=replace(business.reporting, on_worth=pull))


_DEVIATIONS: Mapping[Regime, Deviation] = {
    Regime.NOISY: _noisy,
    Regime.QUARTERLY: _quarterly,
    Regime.YOUNG: _young,
    Regime.HEAVY_TAILS: _heavy_tails,
    Regime.ZEROS: _zeros,
    Regime.DRIFT: _drift,
    Regime.MISSING_MONTHS: _missing_months,
    Regime.SIZE_CONFOUNDED: _size_confounded,
    Regime.DOUBLE_COUNTED: _double_counted,
    Regime.SELECTIVE_REPORTING: _selective_reporting,
}
