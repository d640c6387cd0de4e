"""What one unit is worth, from what customers achieved: typical, by units and for ideal customers.

The typical worth is the median, over the whole book, of a customer's long-run value per unit. Outcomes are
known for some customers over some months; the estimate answers both: reporters are weighted to stand for
everybody, and the ratio of two noisy sums is corrected for its bias on the log scale.

Notation
--------
N : customers in the book     n : those who report     K : KPIs     B : draws
V : (K, n) Σ stated money of each KPI                  U : (n,) Σ units over the same periods
f : (B, K) attribution factors      W : (B, N) bootstrap weights      ω : (B, n) reporting weights
x = log(Σ_k f_k V_k) - log U + c : log long-run worth of one unit; c = (cv²(v) - cv²(u)) / 2T corrects
E[log of a mean] ≈ log of the expectation - cv² / 2T, with coefficients of variation pooled over customers
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.attribution import Judgement, draw_factors
from models.checks import Floats
from models.estimate import Caveat, Estimate, Label
from models.order_statistics import SortedSample, row_quantiles
from models.resampling import bootstrap_weights, estimate_from_quantiles, slices
from models.unit_worth.reporting import Reporting
from models.value_metrics._base import MONTHS_FOR_NOISE, MetricEvidence

FEWEST_CUSTOMERS = 8


@dataclass(frozen=True)
class WorthEvidence:
    """Everything that outcomes say about one metric.

    Parameters
    ----------
    metric
        The reporters' sums, with value at the stated attributions, n customers.
    kpi_value
        Shape (K, n): Σ stated money of each KPI, before attribution, over the same periods.
    judgements
        One a KPI.
    reporting
        Who of the N customers in the book reports; its reporters are the n of `metric`, in the same order.
    """

    metric: MetricEvidence
    kpi_value: Floats
    judgements: Sequence[Judgement]
    reporting: Reporting

    @cached_property
    def log_bias(self) -> Floats:
        """c, shape (n,): 0 where periods are too few to tell."""
        known = (self.metric.periods >= MONTHS_FOR_NOISE) & (self.metric.value > 0) & (self.metric.units > 0)
        if not known.any():
            return np.zeros(self.metric.n)
        excess = _squared_variation(self.metric.value, self.metric.value_squares, self.metric.periods)
        excess = excess - _squared_variation(
            self.metric.units, self.metric.units_squares, self.metric.periods
        )
        typical = float(np.median(excess[known]))
        return np.where(known, typical / (2 * np.maximum(self.metric.periods, 1)), 0.0)

    def log_worth(self, factors: Floats) -> Floats:
        """Return x for each row of factors (B, K), shape (B, n).

        -inf where a customer achieved nothing or lost, NaN where it has no units.
        """
        money = factors @ self.kpi_value
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(money > 0, np.log(np.where(money > 0, money, 1.0)), -np.inf)
            units = np.where(
                self.metric.units > 0, np.log(np.where(self.metric.units > 0, self.metric.units, 1)), np.nan
            )
        worth: Floats = logs - units + self.log_bias
        return worth

    @property
    def stated(self) -> Floats:
        """The factors at their means, shape (1, K)."""
        return np.array([[judgement.mean for judgement in self.judgements]])

    @property
    def carriers(self) -> NDArray[np.bool_]:
        """Which reporters have units, and so a worth, shape (n,)."""
        carries: NDArray[np.bool_] = self.metric.units > 0
        return carries


def _squared_variation(total: Floats, squares: Floats, periods: Floats) -> Floats:
    safe = np.maximum(periods, 2)
    mean = np.where(total > 0, total, 1.0) / safe
    variation: Floats = np.maximum(squares - safe * mean**2, 0) / (safe - 1) / mean**2
    return variation


@dataclass(frozen=True)
class Worth:
    """Draws of what one unit is worth; each question is answered from the same draws.

    Parameters
    ----------
    evidence
        What the answers rest on.
    unit
        Currency, ``/``, metric.
    level
        Coverage of the intervals.
    counts
        Shape (B, N): bootstrap weights by customer.
    factors
        Shape (B, K): attribution draws.
    """

    evidence: WorthEvidence
    unit: str
    level: float
    counts: Floats
    factors: Floats

    @classmethod
    def draw(
        cls, evidence: WorthEvidence, *, unit: str, seed: int, draws: int = 1000, level: float = 0.9
    ) -> Worth:
        """Draw customers and attributions."""
        counts = bootstrap_weights(evidence.reporting.reported.size, draws=draws, seed=seed)
        factors = draw_factors(list(evidence.judgements), draws=draws, seed=seed + 1)
        return cls(evidence, unit, level, counts, factors)

    @cached_property
    def _omega(self) -> Floats:
        return np.concatenate([self.evidence.reporting.weights(self.counts[cut]) for cut in self._cuts()])

    @cached_property
    def omega(self) -> Floats:
        """The reporters' weights in the whole sample, shape (n,)."""
        omega: Floats = self.evidence.reporting.weights(np.ones((1, self.counts.shape[1])))[0]
        return omega

    @cached_property
    def _relative(self) -> Floats:
        """Draws of all value attributed to us, as a multiple of its stated mean, shape (B,)."""
        money = np.maximum(self.evidence.kpi_value, 0).sum(axis=1)
        stated = float((self.evidence.stated @ money)[0])
        relative: Floats = self.factors @ money / stated if stated > 0 else np.ones(self.factors.shape[0])
        return relative

    def _cuts(self) -> list[slice]:
        return list(slices(self.counts.shape[1], self.counts.shape[0]))

    def typical(self, where: Floats | None = None) -> Estimate:
        """Estimate the worth of the median customer, of all or of reporters marked in `where` (n,)."""
        return self.quantile(0.5, where)

    def quantile(self, at: float, where: Floats | None = None) -> Estimate:
        """Estimate the worth below which the share `at` of the customers lies."""
        chosen = self.evidence.carriers if where is None else (where > 0) & self.evidence.carriers
        n = int(chosen.sum())
        method = "median of long-run value per unit, reporters weighted to stand for all customers"
        if n < FEWEST_CUSTOMERS:
            return self._label(method).unknown("insufficient_customers", n=n)
        value = float(self._quantiles(self.evidence.stated, self.omega[None, :], chosen, at)[0])
        if value <= 0:
            return self._label(method).unknown("no_value_for_typical_customer", n=n)
        drawn = self._quantiles(self.factors, self._omega, chosen, at)
        return self._estimate(value, drawn, n=n, method=method)

    def _quantiles(self, factors: Floats, omega: Floats, chosen: NDArray[np.bool_], at: float) -> Floats:
        """Return the weighted quantile of each draw; with one KPI the factor only shifts the log."""
        evidence = self.evidence
        if len(evidence.judgements) == 1:
            logs = evidence.log_worth(np.ones((1, 1)))[0]
            middle = SortedSample(np.where(chosen, logs, np.nan)).quantile(omega, at)
            return np.asarray(factors[:, 0] * np.exp(middle), dtype=np.float64)
        ordered = self._ordered if factors is self.factors else _in_order(evidence.log_worth(factors))
        weights = np.take_along_axis(omega * chosen, ordered[1], axis=1)
        return np.exp(row_quantiles(ordered[0], weights, at))

    @cached_property
    def _ordered(self) -> tuple[Floats, NDArray[np.intp]]:
        """Log worths of every draw in ascending order, and whose they are; customers without units last."""
        return _in_order(self.evidence.log_worth(self.factors))

    def by_units(self) -> Estimate:
        """Estimate Σ value ÷ Σ units of the whole book: what the average unit, not customer, is worth."""
        evidence = self.evidence
        months = np.maximum(evidence.metric.months, 1)
        method = "Σ value ÷ Σ units per month, reporters weighted to stand for all customers"
        if int(evidence.carriers.sum()) < FEWEST_CUSTOMERS:
            n = int(evidence.carriers.sum())
            return self._label(method).unknown("insufficient_customers", n=n)

        def ratio(factors: Floats, omega: Floats) -> Floats:
            money = np.einsum("bk,kn,bn->b", factors, evidence.kpi_value / months, omega, optimize=True)
            units = omega @ (evidence.metric.units / months)
            ratios: Floats = np.divide(money, units, out=np.full(units.shape, np.nan), where=units > 0)
            return ratios

        value = float(ratio(evidence.stated, self.omega[None, :])[0])
        if not value > 0:
            return self._label(method).unknown("no_value", n=evidence.metric.n)
        return self._estimate(value, ratio(self.factors, self._omega), n=evidence.metric.n, method=method)

    def ideal(self) -> Estimate:
        """Estimate the worth to ideal customers: the top fifth by an EARLIER period's value.

        They are chosen by the first half of their periods and measured on the last half, for choosing and
        measuring on the same months would mistake luck for success.
        """
        metric = self.evidence.metric
        method = "median of the last half's value per unit among the top fifth by the first half's value"
        late_units, late_value = metric.late_units, metric.late_value
        both = (metric.periods >= 4) & (late_units > 0)
        n_top = int(both.sum()) // 5
        if n_top < FEWEST_CUSTOMERS:
            return self._label(method).unknown("insufficient_customers", n=n_top)
        early = np.where(both, metric.early_value / np.maximum(metric.early_periods, 1), -np.inf)
        top = np.zeros(metric.n, dtype=bool)
        top[np.argsort(-early, kind="stable")[:n_top]] = True
        with np.errstate(divide="ignore", invalid="ignore"):
            late = np.where(
                top,
                np.log(np.where(late_value > 0, late_value, 0.0) / late_units),
                np.nan,
            )
        sample = SortedSample(late)
        value = float(np.exp(sample.median(self.omega[None, :])[0]))
        if not value > 0:
            return self._label(method).unknown("no_value_for_typical_customer", n=n_top)
        return self._estimate(
            value, np.exp(sample.median(self._omega)) * self._relative, n=n_top, method=method
        )

    def with_silent_at(self, fraction: float) -> Estimate:
        """Estimate the typical worth if customers who do not report get `fraction` of the modelled value."""
        method = f"non-reporters at {fraction:.0%} of the modelled value"
        n = int(self.evidence.carriers.sum())
        if n < FEWEST_CUSTOMERS:
            return self._label(method).unknown("insufficient_customers", n=n)
        value = self.typical_with_silent_at(fraction)
        if value is None:
            return self._label(method).unknown("no_value_for_typical_customer", n=n)
        drawn = np.exp(self._with_silent(fraction).median(self._book_draws))
        return self._estimate(value, drawn * self._relative, n=n, method=method)

    def typical_with_silent_at(self, fraction: float) -> float | None:
        """Return the point of `with_silent_at` alone; None where the typical customer achieves nothing."""
        ones = np.ones((1, self.counts.shape[1]))
        value = float(np.exp(self._with_silent(fraction).median(self._stand_for_book(ones))[0]))
        return value if value > 0 else None

    def _with_silent(self, fraction: float) -> SortedSample:
        """Put beside each reporter its silent twin, whose worth is scaled."""
        logs = np.where(self.evidence.carriers, self.evidence.log_worth(self.evidence.stated)[0], np.nan)
        return SortedSample(np.concatenate([logs, logs + np.log(fraction)]))

    def _stand_for_book(self, weights: Floats) -> Floats:
        """Weigh reporters as themselves and their twins as those who are silent: (B, N) to (B, 2 n)."""
        reporters = weights[:, self.evidence.reporting.reported > 0]
        return np.hstack([reporters, self.evidence.reporting.odds_of_silence(weights)])

    @cached_property
    def _book_draws(self) -> Floats:
        return np.concatenate([self._stand_for_book(self.counts[cut]) for cut in self._cuts()])

    def _label(self, method: str) -> Label:
        return Label(unit=self.unit, method=method, level=self.level)

    def _estimate(self, value: float, drawn: Floats, *, n: int, method: str) -> Estimate:
        estimate = estimate_from_quantiles(value, drawn, n=n, label=self._label(method))
        if any(judgement.attribution is None for judgement in self.evidence.judgements):
            text = "no share of this value is attributed to us: it is gross, an upper limit of our worth"
            return estimate.warned(Caveat("gross_value", text))
        return estimate


def _in_order(logs: Floats) -> tuple[Floats, NDArray[np.intp]]:
    order = np.argsort(logs, axis=1, kind="stable")
    return np.take_along_axis(logs, order, axis=1), order
