"""Chart data as plain lists: what a page, a console or a notebook needs to draw, and nothing of how."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.checks import Floats
from models.order_statistics import sorted_once
from models.value_metrics._base import MetricEvidence
from models.value_metrics.capture_efficiency import capture_curve, long_run
from pricing_service.decisions._evidence import Evidence

_POINTS = 400
_PRICES = 60
_BINS = 24
FLAT_FEE = "(flat fee)"


def metric_charts(evidence: Evidence, currency: str) -> dict[str, Any]:
    """Return the pictures of the value-metric verdict."""
    names = [metric.metric for metric in evidence.metrics]
    worths = {name: _worths(evidence.by_metric[name]) for name in names}
    curves = {name: _curve(*long_run(evidence.by_metric[name])) for name in names}
    if names:
        value = long_run(evidence.by_metric[names[0]])[0]
        curves[FLAT_FEE] = _curve(value, np.ones_like(value))
    return {
        "value_per_unit": [
            _ranges(name, f"{currency}/{name}", evidence.by_metric[name], worths[name]) for name in names
        ],
        "histogram": {name: _histogram(worths[name]) for name in names},
        "value_against_units": {
            name: {"points": _points(evidence.by_metric[name]), "unit": currency} for name in names
        },
        "capture_curve": curves,
    }


def worth_bins(worth: Floats, stands_for: Floats) -> list[dict[str, float]]:
    """Return a histogram of worth per unit with bins of equal width, the top hundredth in the last bin.

    Parameters
    ----------
    worth, stands_for
        Shape (n,): worth, ≥ 0, and how many customers each figure stands for.
    """
    if not (worth > 0).any():
        return []
    top = float(np.quantile(worth[worth > 0], 0.99))
    edges = np.linspace(0.0, top, _BINS + 1)
    counts, _ = np.histogram(np.minimum(worth, top), edges, weights=stands_for)
    return [
        {"low": float(low), "high": float(high), "customers": round(float(count))}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _worths(evidence: MetricEvidence) -> Floats:
    return np.exp(evidence.log_worth[np.isfinite(evidence.log_worth)])


def _ranges(name: str, unit: str, evidence: MetricEvidence, worth: Floats) -> dict[str, Any]:
    used = float(evidence.active_periods.sum())
    shown: dict[str, Any] = {
        "metric": name,
        "unit": unit,
        "share_zero": float(evidence.idle_periods.sum()) / used if used else None,
    }
    at = (5, 25, 50, 75, 95)
    quantiles = np.quantile(worth, np.array(at) / 100).tolist() if worth.size else [None] * len(at)
    return shown | {f"p{each:02d}": value for each, value in zip(at, quantiles, strict=True)}


def _histogram(worth: Floats) -> list[dict[str, float]]:
    if worth.size == 0 or np.ptp(np.log10(worth)) == 0:
        return []
    counts, edges = np.histogram(np.log10(worth), _BINS)
    return [
        {"log10_low": float(low), "log10_high": float(high), "customers": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _points(evidence: MetricEvidence) -> list[list[float]]:
    """Return monthly units and value of at most 400 customers, evenly taken along their value."""
    usable = np.flatnonzero(np.isfinite(evidence.log_worth))
    ordered = usable[sorted_once(evidence.value[usable]).order]
    taken = ordered[np.unique(np.linspace(0, ordered.size - 1, min(_POINTS, ordered.size)).astype(int))]
    return [[float(evidence.units_per_month[at]), float(evidence.value_per_month[at])] for at in taken]


def _curve(value: Floats, units: Floats) -> list[dict[str, float]]:
    usable = (units > 0) & (value > 0)
    if usable.sum() < 2:
        return []
    worth = value[usable] / units[usable]
    low, high = np.quantile(worth, [0.01, 0.99])
    prices = np.geomspace(low, high, _PRICES) if high > low else np.array([low])
    taken, kept = capture_curve(value, np.maximum(units, 0), prices)
    return [
        {"price": float(price), "share_of_value": min(float(share), 1.0), "customers_kept": float(stay)}
        for price, share, stay in zip(prices, taken, kept, strict=True)
    ]
