"""Capture efficiency: of all the value that customers get, the most that ONE price per unit could take.

Each customer stays only while its bill is below its value. At a low price everybody stays and little is
taken; at a high price those with little value per unit are gone. What is lost between is what volatility
costs, in money. A flat fee per customer and today's bills are measured in the same way.

Notation
--------
v, u : (n,) value and units per month, in the long run     w = v ÷ u      p : a price per unit
a : (n,) what a customer's money counts: 1 by value, 1 ÷ v by customer (all count alike, giants too)
``take(p) = p Σ a u [w ≥ p] / Σ a v⁺``; efficiency = take at the best p, which each counting has for itself.

An in-sample maximum flatters small samples and so the price is chosen on the customers outside a fold and
scored on the fold's. The months of a customer are noisy: w is shrunk towards the typical customer by the
share of its variance that is noise, before any price is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.influence import of_share
from models.order_statistics import ascending
from models.resampling import Scale
from models.value_metrics._base import (
    MetricEvidence,
    MetricScore,
    Statistic,
    share_of_totals,
)

FOLDS = 5
_SHARE = Scale("identity", low=0.0, high=1.0)


class CaptureEfficiency(MetricScore):
    """The largest share of value that one price per unit takes, cross-fitted.

    Examples
    --------
    >>> from models.value_metrics._examples import evidence_of
    >>> evidence = evidence_of(value=np.arange(10.0, 110.0, 10.0), units=np.arange(1.0, 11.0))
    >>> CaptureEfficiency().evaluate(evidence, np.ones((1, 10)))["by_value"].round(6)
    array([1.])
    """

    method = (
        f"best single price, chosen on {FOLDS - 1} of {FOLDS} parts of the customers, scored on the other"
    )
    statistics: ClassVar = {
        "by_value": Statistic("share", _SHARE),
        "by_customer": Statistic("share", _SHARE),
        "flat_fee": Statistic("share", _SHARE),
        "today": Statistic("share", _SHARE, scale_free=False),
        "gain_over_flat_fee": Statistic(
            "share", at_least=0.0, says="takes no more of the value than a flat fee per customer would"
        ),
        "effective_customers": Statistic("customers", Scale("log", low=1.0)),
    }

    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return the shares for each row of weights (B, n)."""
        value, _ = long_run(evidence)
        by_value, by_customer, flat = (tariff.taken(weights) for tariff in _tariffs(evidence))
        billed = np.where(np.nan_to_num(evidence.bill, nan=np.inf) <= value, evidence.bill, 0.0)
        known = np.isfinite(evidence.bill)
        today = share_of_totals(np.nan_to_num(billed), np.where(known, value, 0.0), weights)
        squares = weights @ value**2
        effective = np.divide(
            (weights @ value) ** 2, squares, out=np.full_like(flat, np.nan), where=squares > 0
        )
        return {
            "by_value": by_value,
            "by_customer": by_customer,
            "flat_fee": flat,
            "today": today if known.any() else np.full(weights.shape[0], np.nan),
            "gain_over_flat_fee": by_value - flat,
            "effective_customers": effective,
        }

    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return the influence functions at the chosen prices: the choice itself drops out at an optimum."""
        value, _ = long_run(evidence)
        by_value, by_customer, flat = (tariff.influence() for tariff in _tariffs(evidence))
        billed = np.where(np.nan_to_num(evidence.bill, nan=np.inf) <= value, evidence.bill, 0.0)
        known = np.isfinite(evidence.bill)
        squares = value @ value
        # The derivative of (Σ w v)² ÷ Σ w v² by a customer's weight, times n.
        effective = (
            value.size
            * point["effective_customers"]
            * (2 * value / max(float(value.sum()), 1e-300) - value**2 / max(float(squares), 1e-300))
        )
        return {
            "by_value": by_value,
            "by_customer": by_customer,
            "flat_fee": flat,
            "today": of_share(np.nan_to_num(billed), np.where(known, value, 0.0)),
            "gain_over_flat_fee": by_value - flat,
            "effective_customers": effective,
        }

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Every customer that reports counts; for today's bills those whose bill is known."""
        return dict.fromkeys(self.statistics, evidence.n) | {"today": int(np.isfinite(evidence.bill).sum())}


@lru_cache(maxsize=1)
def _tariffs(evidence: MetricEvidence) -> tuple[_Tariff, _Tariff, _Tariff]:
    """Return the price per unit, the same with all customers counted alike, and the flat fee.

    They are kept for the metric at hand: sorting 100,000 customers by worth is most of the score's cost.
    """
    value, units = long_run(evidence)
    largest_first = ascending(-value)
    # By turns, in the order of size: so that each fold has its share of giants.
    fold = np.empty(value.size, dtype=np.intp)
    fold[largest_first] = np.arange(value.size) % FOLDS
    worth = np.divide(value, units, out=np.zeros_like(value), where=units > 0)
    by_value = _Tariff(worth, value, units, order=ascending(-worth), fold=fold)
    flat = _Tariff(value, value, np.ones_like(value), order=largest_first, fold=fold)
    return by_value, by_value.counting(_alike(value)), flat


@lru_cache(maxsize=1)
def long_run(evidence: MetricEvidence) -> tuple[Floats, Floats]:
    """Return value and units per month (n,), value shrunk on the log scale by how noisy its months are.

    Negative value cannot be charged for and counts as 0.
    """
    value = np.maximum(evidence.value_per_month, 0.0)
    x, noise = evidence.log_worth, evidence.noise_variance
    usable = np.isfinite(x) & np.isfinite(noise)
    if usable.sum() < 3:
        return value, evidence.units_per_month
    middle = float(np.median(x[usable]))
    total = float(np.mean((x[usable] - middle) ** 2))
    between = max(total - float(np.mean(noise[usable])), 0.0)
    kept = np.where(usable, between / np.maximum(between + np.nan_to_num(noise), 1e-300), 1.0)
    shrunk = middle + kept * (x - middle) if total > 0 else x
    return np.where(usable, np.exp(shrunk) * evidence.units_per_month, value), evidence.units_per_month


def _alike(value: Floats) -> Floats:
    """Return 1 ÷ value, so that every customer with value counts alike; 0 without value."""
    return np.divide(1.0, value, out=np.zeros_like(value), where=value > 0)


class _Tariff:
    """One price per unit over customers in the order of what a unit is worth to them, dearest first."""

    def __init__(
        self,
        worth: Floats,
        value: Floats,
        units: Floats,
        *,
        order: NDArray[np.intp],
        fold: NDArray[np.intp],
    ) -> None:
        self.order = order
        # Places in that order, fold by fold: choosing by place is quicker than by a condition.
        ordered = fold[order]
        self.folds = [np.flatnonzero(ordered == each) for each in range(FOLDS)]
        self.worth, self.value, self.units = worth[order], value[order], units[order]
        # A price equal to the worth must keep its customer, whatever the last bit says.
        self.stays_until = self.worth * (1 + 1e-12)

    def counting(self, counts: Floats) -> _Tariff:
        """Return the same customers, whose money counts by `counts` (n,)."""
        other, here = copy(self), counts[self.order]
        other.value, other.units = self.value * here, self.units * here
        return other

    def best_price(self, sold: Floats) -> Floats:
        """Return the price that takes most where each row of `sold` (B, n) are units in the order of worth."""
        price: Floats = self.worth[np.argmax(np.cumsum(sold, axis=1) * self.worth, axis=1)]
        return price

    def taken(self, weights: Floats) -> Floats:
        """Return the cross-fitted share of value that the price takes, for each row of weights (B, n)."""
        ordered = weights[:, self.order]
        sold = ordered * self.units
        total = np.zeros(weights.shape[0])
        for here in self.folds[: self.worth.size]:
            sold_here = sold[:, here]
            if self.worth.size > 1:
                sold[:, here] = 0.0
            price = self.best_price(sold)
            sold[:, here] = sold_here
            stays = self.stays_until[here] >= price[:, None]
            total += price * np.where(stays, sold_here, 0.0).sum(axis=1)
        everything = ordered @ self.value
        share = np.divide(total, everything, out=np.full_like(total, np.nan), where=everything > 0)
        return np.minimum(share, 1.0)

    def influence(self) -> Floats:
        """Return the influence function of the share at the price that takes most from all customers."""
        price = self.best_price(self.units[None])[0]
        influence = np.empty(self.worth.size)
        influence[self.order] = of_share(
            np.where(self.stays_until >= price, price * self.units, 0.0), self.value
        )
        return influence


def capture_curve(value: Floats, units: Floats, prices: Floats) -> tuple[Floats, Floats]:
    """Return, for each price (k,), the share of all value taken and the share of customers kept.

    Parameters
    ----------
    value, units
        Shape (n,), per month; value ≥ 0.
    prices
        Shape (k,), money per unit, > 0.

    Examples
    --------
    >>> taken, kept = capture_curve(np.array([10.0, 40.0]), np.array([1.0, 2.0]), np.array([10.0, 20.0]))
    >>> taken, kept
    (array([0.6, 0.8]), array([1. , 0.5]))
    """
    worth = np.divide(value, units, out=np.zeros_like(value), where=units > 0)
    order = np.argsort(worth)
    sold = np.append(np.cumsum(units[order][::-1])[::-1], 0.0)
    first = np.searchsorted(worth[order], prices * (1 - 1e-12), side="left")
    return prices * sold[first] / value.sum(), (value.size - first) / value.size
