"""One metric's worth: the draws are made once and every figure is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable, NotIdentified
from models.estimate import Estimate, Label
from models.order_statistics import SortedSample
from models.unit_worth.marginal import MarginalWorth, marginal_worth
from models.unit_worth.outcomes import Worth, WorthEvidence
from models.unit_worth.pooling import FEWEST_CUSTOMERS, PooledWorth, pool
from models.willingness.units_lean import lean_of
from pricing_service.decisions._alternatives import uses_alternatives
from pricing_service.decisions._evidence import Evidence

_MOST_CELLS = 20_000_000  # bootstrap weights held at once, 160 MB
_ALIKE = 1e-6  # a spread of worth below that is rounding
_QUANTILES = ("p10", "p25", "p50", "p75", "p90")


class WorthStudy:
    """What the evidence says about one unit of its metric.

    Parameters
    ----------
    evidence
        Of one metric.
    segment_by
        The trait within which customers with little history lean on each other; default: the plan.
    level
        Coverage of the intervals.
    seed
        Of the bootstrap.
    """

    def __init__(self, evidence: Evidence, *, segment_by: str | None, level: float, seed: int) -> None:
        self.evidence, self.segment_by, self.level, self.seed = evidence, segment_by, level, seed
        self.metric = evidence.metrics[0]
        self.unit = f"{evidence.panel.currency}/{self.metric.metric}"
        self.sums = evidence.by_metric[self.metric.metric]
        self.worth: Worth | None = None
        self.pooled: PooledWorth | None = None
        if evidence.kpis and evidence.reporters.size:
            kpi_value = evidence.kpi_value[self.metric.metric]
            outcomes = WorthEvidence(self.sums, kpi_value, evidence.judgements, evidence.reporting)
            draws = int(np.clip(_MOST_CELLS // max(len(evidence.customers), 1), 100, 1000))
            self.worth = Worth.draw(outcomes, unit=self.unit, seed=seed, draws=draws, level=level)
            self.pooled = self._pooled(outcomes)

    def unknown(self, reason: str) -> Estimate:
        """Return the estimate that is not there."""
        return Estimate.unknown(reason, unit=self.unit, level=self.level)

    @property
    def silence(self) -> str:
        """Why there is no worth where there is none."""
        return "no_money" if self.evidence.heard and not self.evidence.kpis else "no_outcomes"

    def typical(self) -> Estimate:
        """Return the median customer's worth of one unit."""
        return self.worth.typical() if self.worth else self.unknown(self.silence)

    def by_units(self) -> Estimate:
        """Return Σ value ÷ Σ units."""
        return self.worth.by_units() if self.worth else self.unknown(self.silence)

    def lean(self) -> Estimate | None:
        """Return how the worth of one unit leans on units."""
        worth, units = np.exp(self.sums.log_worth), self.sums.units_per_month
        return lean_of(worth, units, level=self.level)

    def spread(self) -> Estimate | None:
        """Return the standard deviation of log worth over customers in the long run; None where it is unknown.

        Its interval is that of a normal law's.
        """
        logs = np.log(self.long_run[0][self.long_run[0] > 0])
        if logs.size < FEWEST_CUSTOMERS or not (scale := float(logs.std(ddof=1))) > _ALIKE:
            return None
        reach = float(special.ndtri((1 + self.level) / 2)) / np.sqrt(2 * (logs.size - 1))
        label = Label(unit="log", level=self.level, method="long-run worth of reporting customers")
        return label.known(scale, scale * float(np.exp(-reach)), scale * float(np.exp(reach)), n=logs.size)

    def ideal(self) -> Estimate:
        """Return the worth to ideal customers, chosen by an earlier period."""
        return self.worth.ideal() if self.worth else self.unknown(self.silence)

    def marginal(self) -> dict[str, Any]:
        """Return the marginal worth with the bound that confounding sets; traits are held fixed, metrics never."""
        try:
            found = self._marginal_worth()
        except NotEstimable as refusal:
            return {"marginal": Estimate.refused(refusal, unit=self.unit, level=self.level).to_json()}
        bound = [found.confounding_low, found.confounding_high]
        return {"marginal": found.estimate.to_json(), "marginal_confounding_bound": bound}

    @cached_property
    def long_run(self) -> tuple[Floats, Floats]:
        """Long-run worths with the spread of the long run, and how many customers each stands for; or empty.

        Customers who report stand for those who do not: giving all the silent the same figure would make the
        distribution narrower than it is. Who gained nothing has the worth 0.
        """
        if self.pooled is None or self.worth is None:
            return np.zeros(0), np.zeros(0)
        known = np.isfinite(self.sums.log_worth)
        worth = np.where(known, self.pooled.deconvolved[self.evidence.reporters], 0.0)
        carries = self.sums.units > 0
        return worth[carries], self.worth.omega[carries]

    def distribution(self) -> dict[str, Any]:
        """Return quantiles over all customers."""
        if self.pooled is None:
            reason = self.typical().reason or "insufficient_customers"
            return dict.fromkeys(_QUANTILES) | {"reasons": dict.fromkeys(_QUANTILES, reason)}
        worth, stands_for = self.long_run
        sample = SortedSample(worth)
        return {
            name: float(sample.quantile(stands_for[None, :], int(name[1:]) / 100)[0]) for name in _QUANTILES
        }

    def by_segment(self) -> list[dict[str, Any]]:
        """Return the typical worth by level of the asked-for trait, else of every trait with few levels."""
        if self.worth is None:
            return []
        traits = self.evidence.traits
        rows = []
        for name in [self.segment_by] if self.segment_by else traits.segment_names:
            levels = traits.segments(name)
            if levels is None:
                continue
            here = levels[self.evidence.reporters]
            for level in np.unique(here).tolist():
                chosen = (here == level).astype(np.float64)
                rows.append({"trait": name, "level": level, "worth": self.worth.typical(chosen).to_json()})
        return rows

    def rows(self) -> Mapping[str, list[Any]]:
        """Return every customer's worth; those who do not report get what customers like them get."""
        customers = self.evidence.customers
        if self.pooled is None:
            nothing: list[float | None] = [None] * len(customers)
            return {
                "customer_id": customers, "worth": nothing, "low": nothing, "high": nothing,
                "own_share": nothing, "basis": ["unknown"] * len(customers),
            }  # fmt: skip
        pooled = self.pooled
        basis = np.where(pooled.own_share > 0, "measured", "modelled").astype(object)
        # Their figure is known, and it is not what customers like them get.
        basis[self.evidence.reporters[(self.sums.units > 0) & (self.sums.value <= 0)]] = "no_gain"

        def shown(figures: Floats) -> list[float | None]:
            pairs = zip(figures.tolist(), basis, strict=True)
            return [None if why == "no_gain" else figure for figure, why in pairs]

        return {
            "customer_id": customers, "worth": shown(pooled.worth), "low": shown(pooled.low),
            "high": shown(pooled.high), "own_share": pooled.own_share.tolist(), "basis": basis.tolist(),
        }  # fmt: skip

    def _pooled(self, outcomes: WorthEvidence) -> PooledWorth | None:
        """Pool customers within the segment that is asked for, else within plans."""
        levels = self.evidence.traits.segments(self.segment_by or "plan")
        size = len(self.evidence.customers)
        segment = (
            np.zeros(size, dtype=np.intp) if levels is None else np.unique(levels, return_inverse=True)[1]
        )
        logs, noise = np.full(size, np.nan), np.full(size, np.nan)
        x = self.sums.log_worth
        logs[self.evidence.reporters] = np.where(np.isfinite(x), x + outcomes.log_bias, np.nan)
        noise[self.evidence.reporters] = self.sums.noise_variance
        try:
            return pool(logs, noise, segment, level=self.level)
        except NotEstimable:
            return None

    def _marginal_worth(self) -> MarginalWorth:
        if self.worth is None:
            raise NotEstimable(self.silence, "no customer reports what it achieved in money")
        if uses_alternatives(self.evidence):
            raise NotIdentified("worth over an alternative is one sum a month: it does not move with units")
        usable = np.isfinite(self.sums.log_worth)
        traits = self.evidence.traits.design({}, most=12)[self.evidence.reporters][usable]
        return marginal_worth(
            self.sums.value_per_month[usable], self.sums.units_per_month[usable], traits,
            unit=self.unit, seed=self.seed, level=self.level,
        )  # fmt: skip
