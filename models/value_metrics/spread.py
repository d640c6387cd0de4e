"""Spread: how much the value of one unit varies, between customers, month to month, and inside customers.

A metric on which every unit is worth the same to everybody can carry one price. The scores are scales of
logs: 0.3 means that two customers in three lie within a factor e^0.3 ≈ 1.35 of the middle.

Notation
--------
x : (n,) log of a customer's Σ value ÷ Σ units     s² : (n,) sampling variance of x, from month-to-month noise
T : biweight scale of x                            y : (q,) the same log for single units inside customers

``spread = T``; where units are told apart it is the biweight scale of y, since a price meets every unit.
``between = √(T² - mean s²)`` is what remains when months are infinitely many. ``within`` is the typical
month-to-month scale. ``inside`` is the scale of y around its customer's middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.checks import Floats
from models.influence import of_biweight_scale, of_median
from models.order_statistics import SortedSample
from models.resampling import Scale
from models.value_metrics._base import MetricEvidence, MetricScore, Statistic

_LOG = Scale("log", low=0.0)
_AT_LEAST_ZERO = Scale("identity", low=0.0)


class Spread(MetricScore):
    """How much value per unit varies, as robust scales of logs.

    Examples
    --------
    >>> import numpy as np
    >>> from models.value_metrics._examples import evidence_of
    >>> evidence = evidence_of(value=np.array([10.0, 20.0, 30.0]), units=np.array([1.0, 2.0, 3.0]))
    >>> Spread().evaluate(evidence, np.ones((1, 3)))["spread"].round(6)
    array([0.])
    """

    method = "biweight scale of log(Σ value ÷ Σ units)"
    statistics: ClassVar = {
        "spread": Statistic("log", _LOG),
        "customer_spread": Statistic("log", _LOG),
        "between": Statistic("log", _AT_LEAST_ZERO),
        "within": Statistic("log", _LOG),
        "inside": Statistic("log", _LOG),
        "log_sd": Statistic("log", _LOG),
    }

    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return the scales for each row of weights (B, n)."""
        total = evidence.sorted_log_worth.biweight_scale(weights)
        noise = _mean_noise(evidence, weights)
        between = np.sqrt(np.maximum(total**2 - noise, 0))
        inside_total, inside = _inside(evidence, weights)
        return {
            "spread": np.where(np.isfinite(inside_total), inside_total, total),
            "customer_spread": total,
            "between": between,
            "within": _monthly_scale(evidence, weights),
            "inside": inside,
            "log_sd": _standard_deviation(evidence.log_worth, weights),
        }

    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return the influence functions; a customer's is the sum over its units where they are told apart."""
        n = evidence.n
        nothing = np.full(n, np.nan)
        total = of_biweight_scale(evidence.log_worth, point["customer_spread"])
        noise = np.nan_to_num(evidence.noise_variance)
        between = nothing
        if point["between"] > 0:
            between = (point["customer_spread"] * total - (noise - noise.mean()) / 2) / point["between"]
        log_worth = evidence.log_worth
        centred = (
            np.nan_to_num(log_worth - np.nanmean(log_worth)) if np.isfinite(log_worth).any() else nothing
        )
        log_sd = (
            (centred**2 - point["log_sd"] ** 2) / (2 * point["log_sd"]) if point["log_sd"] > 0 else nothing
        )
        monthly = np.sqrt(evidence.noise_variance * np.maximum(evidence.periods, 1))
        by_unit, inside = nothing, nothing
        if np.isfinite(point["inside"]):
            by_unit = _summed(evidence, evidence.inside_log_worth, point["spread"])
            inside = _summed(evidence, _around_middle(evidence), point["inside"])
        return {
            "spread": by_unit if evidence.inside_customer.size > 1 else total,
            "customer_spread": total,
            "between": between,
            "within": of_median(monthly),
            "inside": inside,
            "log_sd": log_sd,
        }

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Return how many customers carry each scale."""
        counts = super().counted(evidence)
        measured = int(np.isfinite(evidence.noise_variance).sum())
        return counts | {
            "between": measured,
            "within": measured,
            "inside": int(np.unique(evidence.inside_customer).size),
        }


def _mean_noise(evidence: MetricEvidence, weights: Floats) -> Floats:
    """Average the sampling variance of x; NaN where fewer than half of the customers have one."""
    noise = evidence.noise_variance
    measured = np.isfinite(noise).astype(np.float64)
    if 2 * measured.sum() < max(np.isfinite(evidence.log_worth).sum(), 1):
        return np.full(weights.shape[0], np.nan)
    carried = weights @ measured
    summed = weights @ np.nan_to_num(noise)
    mean: Floats = np.divide(summed, carried, out=np.full(carried.shape, np.nan), where=carried > 0)
    return mean


def _monthly_scale(evidence: MetricEvidence, weights: Floats) -> Floats:
    monthly = np.sqrt(evidence.noise_variance * np.maximum(evidence.periods, 1))
    return SortedSample(monthly).median(weights)


def _standard_deviation(x: Floats, weights: Floats) -> Floats:
    usable = np.isfinite(x)
    centre = float(np.mean(x[usable])) if usable.any() else 0.0
    away = np.where(
        usable, x - centre, 0.0
    )  # centred first: a variance must not be a difference of big numbers
    carried = weights @ usable.astype(np.float64)
    mean = np.divide(weights @ away, carried, out=np.zeros_like(carried), where=carried > 0)
    squares = weights @ away**2 - carried * mean**2
    variance = np.divide(
        np.maximum(squares, 0), carried - 1, out=np.full_like(carried, np.nan), where=carried > 1
    )
    return np.asarray(np.sqrt(variance), dtype=np.float64)


def _inside(evidence: MetricEvidence, weights: Floats) -> tuple[Floats, Floats]:
    """Return the scale over single units, and their scale around their customer's middle."""
    if evidence.inside_customer.size < 2:
        nothing = np.full(weights.shape[0], np.nan)
        return nothing, nothing
    spread_weights = weights[:, evidence.inside_customer.astype(np.intp)]
    inside = SortedSample(_around_middle(evidence)).biweight_scale(spread_weights)
    return SortedSample(evidence.inside_log_worth).biweight_scale(spread_weights), inside


def _around_middle(evidence: MetricEvidence) -> Floats:
    """Return y minus its customer's mean, shape (q,); NaN for a customer's only unit."""
    customer, y = evidence.inside_customer.astype(np.intp), evidence.inside_log_worth
    units_of = np.bincount(customer, minlength=evidence.n)
    middle = np.bincount(customer, weights=y, minlength=evidence.n) / np.maximum(units_of, 1)
    # Residuals around a mean of k units are too small by √(1 - 1/k).
    around = (y - middle[customer]) / np.sqrt(1 - 1 / np.maximum(units_of[customer], 2))
    return np.where(units_of[customer] >= 2, around, np.nan)


def _summed(evidence: MetricEvidence, y: Floats, scale: float) -> Floats:
    """Return the influence (n,) of each customer on the scale of y (q,): all its units come and go with it."""
    by_unit = of_biweight_scale(y, scale) / y.size
    summed = np.zeros(evidence.n)
    np.add.at(summed, evidence.inside_customer.astype(np.intp), by_unit)
    return summed * evidence.n
