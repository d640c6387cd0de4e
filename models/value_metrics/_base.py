"""What a score sees of a metric (`MetricEvidence`) and what it must answer (`MetricScore`).

Notation
--------
n : customers, sorted by id         B : draws
v : a customer's value (money)      u : its units           T : its outcome periods
x = log(Σ v ÷ Σ u) : the log of a customer's long-run value per unit
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.attribution import Judgement
from models.checks import Floats, vector
from models.order_statistics import SortedSample, sorted_once
from models.resampling import Scale
from models.value_metrics._parts import LINEAR, ValueParts

MONTHS_FOR_NOISE = 3
"""Fewer periods than this cannot tell a customer's noise from its level."""
_NOISE_PRIOR_PERIODS = 4.0
"""The weight of the pooled noise beside a customer's own (limma's moderation, Smyth 2004, with d0 fixed)."""

_NOT_BY_CUSTOMER = {"inside_customer", "inside_log_worth", "parts"}


@dataclass(frozen=True, eq=False)
class MetricEvidence:
    """One metric's evidence: sums over each customer's outcome periods. All arrays have shape (n,).

    Parameters
    ----------
    value
        Σ value, money; may be negative.
    units
        Σ units ≥ 0 over the same periods.
    periods, months
        How many outcome periods, and how many months they cover.
    value_squares, units_squares, products
        Σ v², Σ u², Σ v u over periods.
    early_periods, early_value, early_units
        The same over the first half of the customer's periods, the smaller one where they are odd in number.
    idle_periods, active_periods
        Periods with units but no value; periods with units.
    stray_value
        Value in periods without units.
    bill
        What the customer pays per month today (money), NaN where unknown.
    inside_customer, inside_log_worth
        Shape (q,) each: for units that are told apart (a channel, a user), the customer's index and the log
        of that unit's value per unit. Empty where units are not told apart.
    parts
        The same sums of money, apart by what is believed of it; None where nothing is in doubt.
    """

    value: Floats
    units: Floats
    periods: Floats
    months: Floats
    value_squares: Floats
    units_squares: Floats
    products: Floats
    early_periods: Floats
    early_value: Floats
    early_units: Floats
    idle_periods: Floats
    active_periods: Floats
    stray_value: Floats
    bill: Floats
    inside_customer: Floats = field(default_factory=lambda: np.zeros(0))
    inside_log_worth: Floats = field(default_factory=lambda: np.zeros(0))
    parts: ValueParts | None = None

    def __post_init__(self) -> None:
        vector("value", self.value)
        vector("units", self.units, n=self.value.size, low=0)
        vector("periods", self.periods, n=self.value.size, low=0)

    @property
    def n(self) -> int:
        """How many customers report outcomes."""
        return int(self.value.size)

    def under(self, factors: Floats) -> MetricEvidence:
        """Return the evidence with each part of the money multiplied by its factor (P,).

        Periods count as idle as they are: no judgement turns nothing into something. Units that are told apart
        keep the value that they have, for nobody says of which KPI it is.
        """
        return replace(self, **(self.parts or self._whole).sums(factors))

    @property
    def _whole(self) -> ValueParts:
        """All value as one part."""
        linear = {name: getattr(self, name)[None] for name in LINEAR}
        return ValueParts(**linear, value_squares=self.value_squares[None, None], judgements=(Judgement(),))

    def only(self, chosen: NDArray[np.bool_]) -> MetricEvidence:
        """Return the evidence of the chosen customers (n,) alone."""
        inside = self.inside_customer.astype(np.intp)
        kept = chosen[inside]
        place = np.cumsum(chosen) - 1
        by_customer = {
            each.name: getattr(self, each.name)[chosen]
            for each in fields(self)
            if each.name not in _NOT_BY_CUSTOMER
        }
        return MetricEvidence(
            **by_customer,
            inside_customer=place[inside[kept]].astype(np.float64),
            inside_log_worth=self.inside_log_worth[kept],
            parts=None if self.parts is None else self.parts.only(chosen),
        )

    @property
    def late_value(self) -> Floats:
        """Σ value over the last half of the customer's periods."""
        return self.value - self.early_value

    @property
    def late_units(self) -> Floats:
        """Σ units over the last half of the customer's periods."""
        return self.units - self.early_units

    @cached_property
    def log_worth(self) -> Floats:
        """x, NaN where a customer has no units or no positive value."""
        usable = (self.value > 0) & (self.units > 0)
        ratio = np.divide(self.value, self.units, out=np.ones_like(self.value), where=usable)
        return np.where(usable, np.log(ratio), np.nan)

    @cached_property
    def log_units(self) -> Floats:
        """Log of units per month, NaN where x is."""
        return self._log_where_worth(self.units_per_month)

    @cached_property
    def log_value(self) -> Floats:
        """Log of value per month, NaN where x is."""
        return self._log_where_worth(self.value_per_month)

    def _log_where_worth(self, per_month: Floats) -> Floats:
        both = np.isfinite(self.log_worth)
        return np.where(both, np.log(np.where(both, per_month, 1.0)), np.nan)

    @cached_property
    def sorted_log_worth(self) -> SortedSample:
        """x, sorted once for all draws."""
        return sorted_once(self.log_worth)

    @cached_property
    def sorted_log_units(self) -> SortedSample:
        """Log of units per month, sorted once for all draws."""
        return sorted_once(self.log_units)

    @cached_property
    def sorted_log_value(self) -> SortedSample:
        """Log of value per month, sorted once for all draws."""
        return sorted_once(self.log_value)

    @cached_property
    def noise_variance(self) -> Floats:
        """The sampling variance of x: how far a customer's few months may lie from its long run.

        Delta method for a ratio: ``T/(T-1) Σ (v - r u)² / (Σ v)²`` with r = Σ v ÷ Σ u. Each customer's own
        figure, resting on T - 1 degrees of freedom, is moderated by the typical monthly noise. NaN below
        three periods or without x.
        """
        usable = np.isfinite(self.log_worth) & (self.periods >= MONTHS_FOR_NOISE)
        safe_value = np.where(usable, self.value, 1.0)
        ratio = np.where(usable, self.value, 0.0) / np.where(usable, self.units, 1.0)
        residual = self.value_squares - 2 * ratio * self.products + ratio**2 * self.units_squares
        freedom = np.maximum(self.periods - 1, 1)
        monthly = np.maximum(residual, 0) * self.periods**2 / freedom / safe_value**2
        if not usable.any():
            return np.full(self.n, np.nan)
        typical = float(np.mean(np.minimum(monthly[usable], np.quantile(monthly[usable], 0.95))))
        moderated = (_NOISE_PRIOR_PERIODS * typical + freedom * monthly) / (_NOISE_PRIOR_PERIODS + freedom)
        return np.where(usable, moderated / np.maximum(self.periods, 1), np.nan)

    @cached_property
    def value_per_month(self) -> Floats:
        """Value per month, shape (n,)."""
        return self.value / np.maximum(self.months, 1)

    @cached_property
    def units_per_month(self) -> Floats:
        """Units per outcome month, shape (n,)."""
        return self.units / np.maximum(self.months, 1)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of a score: its unit, its symmetric scale and, where there is one, the bar it must clear.

    A metric is eligible where every statistic with a bar clears it: ``at_least`` from above, ``at_most`` from
    below. `says` completes the sentence "the metric …" for people when the bar is missed. `scale_free`: whether
    twice the value for everybody leaves it as it is.
    """

    unit: str
    scale: Scale = field(default_factory=Scale)
    at_least: float | None = None
    at_most: float | None = None
    says: str = ""
    scale_free: bool = True

    def clears(self, values: Floats) -> Floats:
        """Return 1 where a draw clears the bar, 0 where it does not; NaN does not."""
        if self.at_least is not None:
            return (values > self.at_least).astype(np.float64)
        if self.at_most is not None:
            return (values < self.at_most).astype(np.float64)
        return np.ones_like(values)


class MetricScore(ABC):
    """A score of a candidate value metric; one public subclass a module."""

    statistics: ClassVar[Mapping[str, Statistic]]
    method: ClassVar[str]

    @abstractmethod
    def evaluate(self, evidence: MetricEvidence, weights: Floats) -> dict[str, Floats]:
        """Return each statistic on every weighting of the customers.

        Parameters
        ----------
        evidence
            The metric's evidence for n customers.
        weights
            Shape (B, n), ≥ 0: how often each customer counts; a row of ones is the sample itself.

        Returns
        -------
        Shape (B,) per statistic; NaN where a weighting cannot carry it.
        """

    @abstractmethod
    def influence(self, evidence: MetricEvidence, point: Mapping[str, float]) -> dict[str, Floats]:
        """Return each statistic's influence function at the sample, shape (n,) each.

        It is n times the change of the statistic per unit of extra weight on a customer, up to a constant;
        NaN where there is none. `point` holds the statistics themselves, as `evaluate` returned them.
        """

    def counted(self, evidence: MetricEvidence) -> dict[str, int]:
        """Return how many customers carry each statistic; by default those with a value per unit."""
        carriers = int(np.isfinite(evidence.log_worth).sum())
        return dict.fromkeys(self.statistics, carriers)


def share_of_totals(part: Floats, whole: Floats, weights: Floats) -> Floats:
    """Return Σ w part ÷ Σ w whole for each row of weights (B, n); NaN where the whole is not positive."""
    above, below = weights @ part, weights @ whole
    shares: Floats = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return shares
