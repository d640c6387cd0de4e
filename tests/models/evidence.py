"""Evidence for the tests of the models: made from periods, and turned around in ways that must not matter."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.value_metrics._base import MetricEvidence

_NOT_BY_CUSTOMER = {"inside_customer", "inside_log_worth", "parts"}
_MONEY = {
    "value": 1,
    "value_squares": 2,
    "products": 1,
    "early_value": 1,
    "stray_value": 1,
    "bill": 1,
}
_UNITS = {"units": 1, "units_squares": 2, "products": 1, "early_units": 1}


def from_periods(
    value: Floats,
    units: Floats,
    *,
    bill: Floats | None = None,
    inside_customer: Floats | None = None,
    inside_log_worth: Floats | None = None,
) -> MetricEvidence:
    """Sum value and units of shape (periods, customers), one month each, as the panel does."""
    periods, n = value.shape
    half = periods // 2
    return MetricEvidence(
        value=value.sum(0), units=units.sum(0), periods=np.full(n, float(periods)), months=np.full(n, float(periods)),
        value_squares=(value**2).sum(0), units_squares=(units**2).sum(0), products=(value * units).sum(0),
        early_periods=np.full(n, float(half)), early_value=value[:half].sum(0), early_units=units[:half].sum(0),
        idle_periods=((units > 0) & (value <= 0)).sum(0).astype(float), active_periods=(units > 0).sum(0).astype(float),
        stray_value=np.where(units > 0, 0.0, value).sum(0), bill=np.full(n, np.nan) if bill is None else bill,
        inside_customer=np.zeros(0) if inside_customer is None else inside_customer,
        inside_log_worth=np.zeros(0) if inside_log_worth is None else inside_log_worth,
    )  # fmt: skip


def business(  # the knobs are what differs between businesses
    seed: int,
    n: int,
    *,
    periods: int = 6,
    spread: float = 0.4,
    noise: float = 0.3,
    zeros: float = 0.0,
    bills: bool = True,
    inside: int = 0,
) -> MetricEvidence:
    """Draw n customers: lognormal units and worth, months that jump, some months without value or units."""
    rng = np.random.default_rng(seed)
    size, worth = np.exp(rng.normal(1.0, 0.8, n)), np.exp(rng.normal(2.0, spread, n))
    units = size * np.exp(rng.normal(0, noise, (periods, n)))
    value = units * worth * np.exp(rng.normal(-(noise**2) / 2, noise, (periods, n)))
    value[rng.random((periods, n)) < zeros] = 0.0
    units[rng.random((periods, n)) < zeros / 2] = 0.0
    customer = np.repeat(np.arange(n), inside).astype(float)
    return from_periods(
        value, units,
        bill=np.where(rng.random(n) < 0.9, 0.2 * size * 8.0, np.nan) if bills else None,
        inside_customer=customer,
        inside_log_worth=np.log(worth)[customer.astype(int)] + rng.normal(0, 0.5, customer.size),
    )  # fmt: skip


def chosen(evidence: MetricEvidence, customers: NDArray[np.intp]) -> MetricEvidence:
    """Return the customers at these positions, in this order, as often as they are named."""
    arrays = {
        each.name: getattr(evidence, each.name)[customers]
        for each in fields(evidence)
        if each.name not in _NOT_BY_CUSTOMER
    }
    positions = [np.flatnonzero(evidence.inside_customer == customer) for customer in customers]
    arrays["inside_customer"] = np.repeat(
        np.arange(customers.size), [each.size for each in positions]
    ).astype(float)
    arrays["inside_log_worth"] = evidence.inside_log_worth[np.concatenate(positions).astype(np.intp)]
    return MetricEvidence(**arrays)


def rescaled(evidence: MetricEvidence, *, money: float = 1.0, units: float = 1.0) -> MetricEvidence:
    """Return the same business in another currency, and with its units counted in another size."""
    changed = {
        name: getattr(evidence, name) * money ** _MONEY.get(name, 0) * units ** _UNITS.get(name, 0)
        for name in _MONEY | _UNITS
    }
    return replace(evidence, **changed, inside_log_worth=evidence.inside_log_worth + np.log(money / units))
