"""Small evidence to try a score on, for examples and tests."""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.value_metrics._base import MetricEvidence


def evidence_of(
    value: Floats,
    units: Floats,
    *,
    periods: int = 1,
    noise: float = 0.0,
    bill: Floats | None = None,
    seed: int = 0,
) -> MetricEvidence:
    """Spread long-run value and units (money and units per period, shape (n,)) over equal periods.

    `noise` is the standard deviation of the log of a period's value around its long run, mean corrected.
    """
    n = value.size
    shocks = np.random.default_rng(seed).normal(-(noise**2) / 2, noise, size=(periods, n)) if noise else 0.0
    v = value * np.exp(shocks) * np.ones((periods, n))
    u = np.broadcast_to(units, (periods, n)).astype(np.float64)
    half = periods // 2
    return MetricEvidence(
        value=v.sum(0), units=u.sum(0), periods=np.full(n, float(periods)), months=np.full(n, float(periods)),
        value_squares=(v**2).sum(0), units_squares=(u**2).sum(0), products=(v * u).sum(0),
        early_periods=np.full(n, float(half)), early_value=v[:half].sum(0), early_units=u[:half].sum(0),
        idle_periods=((u > 0) & (v <= 0)).sum(0).astype(float), active_periods=(u > 0).sum(0).astype(float),
        stray_value=(v * (u == 0)).sum(0), bill=np.full(n, np.nan) if bill is None else bill,
    )  # fmt: skip
