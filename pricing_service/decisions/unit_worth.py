"""What one unit of the metric is worth to a customer, and the corridor of fair prices that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate
from models.pricing.capture import Corridor, corridor, priced_out_share
from models.unit_worth.evidence_pool import Source, combine
from models.unit_worth.marginal import MarginalWorth, marginal_worth
from models.unit_worth.outcomes import Worth, WorthEvidence
from models.unit_worth.pooling import PooledWorth, pool
from pricing_service.decisions import _needs
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._charts import worth_bins
from pricing_service.decisions._coverage import coverage
from pricing_service.decisions._evidence import Evidence, gather
from pricing_service.decisions._worth_words import next_worth_data, worth_caveats, worth_sentences
from pricing_service.decisions.value_metrics import SILENT_AT, ValueMetricOptions, ValueMetrics
from pricing_service.panel import StoredPanel

ATTRIBUTIONS = (1.0, 0.75, 0.5, 0.25, 0.1)
"""Shares of gross value at which the corridor is shown where nobody has judged how much is owed to us."""
_MOST_CELLS = 20_000_000  # bootstrap weights held at once, 160 MB


class Prior(BaseModel):
    """A research figure for the worth of one unit, in the dataset's currency: a value and its 90 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float = Field(gt=0)
    low: float = Field(gt=0)
    high: float = Field(gt=0)


class UnitWorthOptions(Options):
    """Options of the worth of one unit."""

    metric: str | None = Field(None, description="the metric; default: the one that value_metrics recommends")
    capture: tuple[float, float] = Field((0.10, 0.15), description="shares of worth that a price may take")
    sources: list[str] | None = Field(None, description="which evidence counts; all by default")
    hypothetical_bias: str | float = Field("estimate", description="estimate, none, or a factor; for surveys")
    prior: Prior | None = Field(None, description="a research figure that enters beside the outcomes")
    kpis: list[str] | None = Field(None, description="KPIs whose money counts; all by default")


class UnitWorth(Decision):
    """Say what one unit is worth, to whom, and between which prices it is fairly shared."""

    title = "Worth of one unit"
    needs = (_needs.USAGE, _needs.OUTCOMES)
    options: ClassVar[type[Options]] = UnitWorthOptions

    def decide(
        self, panel: StoredPanel, options: UnitWorthOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Estimate worth.

        Raises
        ------
        InvalidInput
            If an option names a metric or a KPI that the data does not have.
        NotEstimable
            If no metric was named and none can be recommended.
        """
        progress("Choosing the metric", 0, 4)
        metric = options.metric or _recommended(panel, options, seed)
        evidence = gather(panel, metrics=[metric], kpis=options.kpis)
        study = _Study(evidence, metric, options, seed)
        progress("Weighting reporters", 1, 4)
        result = study.result(progress)
        return Outcome(result, study.rows())


def _recommended(panel: StoredPanel, options: UnitWorthOptions, seed: int) -> str:
    chosen = ValueMetricOptions(as_of=options.as_of, level=options.level, kpis=options.kpis)
    verdict = ValueMetrics().decide(panel, chosen, seed=seed, progress=lambda step, done, total: None)
    recommended = verdict.result["recommended"]
    if recommended is None:
        raise NotEstimable("no_metric", "no value metric can be recommended; name one in options.metric")
    return str(recommended)


class _Study:
    """One metric's worth: the draws are made once and every figure is read from them."""

    def __init__(self, evidence: Evidence, metric: str, options: UnitWorthOptions, seed: int) -> None:
        self.evidence, self.metric, self.options, self.seed = evidence, metric, options, seed
        self.currency = evidence.panel.currency
        self.unit = f"{self.currency}/{metric}"
        self.sums = evidence.by_metric[metric]
        self.known = bool(evidence.kpis) and evidence.reporters.size > 0
        self.pooled: PooledWorth | None = None
        if self.known:
            worth = WorthEvidence(
                self.sums, evidence.kpi_value[metric], evidence.judgements, evidence.reporting
            )
            draws = int(np.clip(_MOST_CELLS // max(len(evidence.customers), 1), 100, 1000))
            self.worth = Worth.draw(worth, unit=self.unit, seed=seed, draws=draws, level=options.level)
            self.pooled = self._pool(worth)

    def result(self, progress: Progress) -> dict[str, Any]:
        """Return the API's result."""
        outcomes = self.worth.typical() if self.known else self._unknown("no_outcomes")
        sources = [Source("outcomes", outcomes)]
        if self.options.prior is not None:
            prior = self.options.prior
            figure = Estimate(
                value=prior.value,
                low=prior.low,
                high=prior.high,
                level=0.9,
                n=0,
                unit=self.unit,
                method="research",
            )
            sources.append(Source("prior", figure))
        if self.options.sources is not None:
            sources = [source for source in sources if source.name in self.options.sources]
        typical, weights = combine(sources, unit=self.unit, level=self.options.level)
        progress("Estimating worth", 2, 4)
        fair = corridor(typical, capture=self.options.capture)
        marginal = self._marginal()
        progress("Writing the result", 3, 4)
        shown: dict[str, Any] = {
            "metric": self.metric,
            "unit": self.unit,
            "worth": typical.to_json(),
            "worth_by_units": self._known("by_units"),
            "ideal": self._known("ideal"),
            **marginal,
            "basis": "gross" if self.evidence.gross else "net",
            "distribution": self._distribution(),
            "by_segment": self._by_segment(),
            "evidence": {
                "worth": [
                    {"source": source.name, "estimate": source.estimate.to_json(), "weight": weight}
                    for source, weight in zip(sources, weights, strict=True)
                ],
                "willingness": [],
            },
            "coverage": coverage(self.evidence),
            **self._price(typical, fair),
            "sensitivity": self._sensitivity(fair),
            "charts": {
                "worth": {"bins": worth_bins(self._long_run()), "unit": self.unit},
                "attributions": self._attributions(typical),
            },
            "as_of": self.evidence.panel.as_of.isoformat(),
            "options": self.options.model_dump(mode="json")
            | {"metric": self.metric, "as_of": self.evidence.panel.as_of.isoformat()},
        }
        shown["caveats"] = [
            {"code": each.code, "message": each.message} for each in worth_caveats(self.evidence)
        ]
        shown["sentences"] = worth_sentences(shown, self.currency)
        shown["next_data"] = next_worth_data(shown, self.evidence)
        return shown

    def rows(self) -> Mapping[str, list[Any]]:
        """Return every customer's worth; those who do not report get what customers like them get."""
        customers = self.evidence.customers
        if self.pooled is None:
            nothing: list[float | None] = [None] * len(customers)
            return {
                "customer_id": customers, "worth": nothing, "low": nothing, "high": nothing,
                "own_share": nothing, "basis": ["unknown"] * len(customers),
            }  # fmt: skip
        reported = self.evidence.reported
        return {
            "customer_id": customers,
            "worth": self.pooled.worth.tolist(),
            "low": self.pooled.low.tolist(),
            "high": self.pooled.high.tolist(),
            "own_share": self.pooled.own_share.tolist(),
            "basis": ["measured" if own > 0 else "modelled" for own in self.pooled.own_share * reported],
        }

    def _unknown(self, reason: str) -> Estimate:
        return Estimate.unknown(reason, unit=self.unit, level=self.options.level)

    def _known(self, which: str) -> dict[str, Any]:
        found: Estimate = getattr(self.worth, which)() if self.known else self._unknown("no_outcomes")
        return found.to_json()

    def _pool(self, worth: WorthEvidence) -> PooledWorth | None:
        """Pool customers within the segment that is asked for, else within plans."""
        name = self.options.segment_by or "plan"
        levels = self.evidence.traits.segments(name)
        size = len(self.evidence.customers)
        segment = (
            np.zeros(size, dtype=np.intp) if levels is None else np.unique(levels, return_inverse=True)[1]
        )
        logs, noise = np.full(size, np.nan), np.full(size, np.nan)
        logs[self.evidence.reporters] = np.where(
            np.isfinite(self.sums.log_worth), self.sums.log_worth + worth.log_bias, np.nan
        )
        noise[self.evidence.reporters] = self.sums.noise_variance
        try:
            return pool(logs, noise, segment, level=self.options.level)
        except NotEstimable:
            return None

    def _long_run(self) -> Floats:
        """Return long-run worths of all customers, with the spread of the long run."""
        return np.zeros(0) if self.pooled is None else self.pooled.deconvolved

    def _distribution(self) -> dict[str, Any]:
        names = ("p10", "p25", "p50", "p75", "p90")
        if self.pooled is None:
            reason = "insufficient_customers" if self.known else "no_outcomes"
            return dict.fromkeys(names) | {"reasons": dict.fromkeys(names, reason)}
        return {name: float(np.quantile(self._long_run(), int(name[1:]) / 100)) for name in names}

    def _by_segment(self) -> list[dict[str, Any]]:
        """Return the typical worth by level of the asked-for trait, else of every trait with few levels."""
        if not self.known:
            return []
        names = [self.options.segment_by] if self.options.segment_by else self.evidence.traits.segment_names
        rows = []
        for name in names:
            levels = self.evidence.traits.segments(name)
            if levels is None:
                continue
            here = levels[self.evidence.reporters]
            for level in np.unique(here).tolist():
                chosen = (here == level).astype(np.float64)
                rows.append({"trait": name, "level": level, "worth": self.worth.typical(chosen).to_json()})
        return rows

    def _marginal(self) -> dict[str, Any]:
        """Return the marginal worth with the bound that confounding sets; traits are held fixed, metrics never."""
        try:
            found = self._marginal_worth()
        except NotEstimable as refusal:
            return {"marginal": Estimate.refused(refusal, unit=self.unit, level=self.options.level).to_json()}
        bound = [found.confounding_low, found.confounding_high]
        return {"marginal": found.estimate.to_json(), "marginal_confounding_bound": bound}

    def _marginal_worth(self) -> MarginalWorth:
        if not self.known:
            raise NotEstimable("no_outcomes", "no customer reports what it achieved")
        usable = np.isfinite(self.sums.log_worth)
        traits = self.evidence.traits.design({}, most=12)[self.evidence.reporters][usable]
        return marginal_worth(
            self.sums.value_per_month[usable], self.sums.units_per_month[usable], traits,
            unit=self.unit, seed=self.seed, level=self.options.level,
        )  # fmt: skip

    def _price(self, typical: Estimate, fair: Corridor | None) -> dict[str, Any]:
        """Return the corridor, the price in its middle, and where today's price lies."""
        capture = list(self.options.capture)
        if fair is None:
            reason = typical.reason or "not_identified"
            nothing = {"low": None, "high": None, "capture": capture, "priced_out_share": None}
            reasons = dict.fromkeys(("low", "high", "priced_out_share"), reason)
            price = self._unknown(reason).to_json()
            return {
                "price_corridor": nothing | {"reasons": reasons},
                "recommended_price": {
                    "price": price,
                    "against_corridor": None,
                    "reasons": {"against_corridor": reason},
                },
                "today": self._today(None),
            }
        out = priced_out_share(self._long_run(), fair.high)
        middle = typical.scaled((capture[0] + capture[1]) / 2)
        shown = {"low": fair.low, "high": fair.high, "capture": capture, "priced_out_share": out}
        if out is None:
            shown["reasons"] = {"priced_out_share": "insufficient_customers"}
        return {
            "price_corridor": shown,
            "recommended_price": {
                "price": middle.to_json(),
                "against_corridor": fair.holds(middle.value or 0.0),
            },
            "today": self._today(fair),
        }

    def _today(self, fair: Corridor | None) -> dict[str, Any]:
        """Return what customers pay per unit today, Σ MRR ÷ Σ units, and where that lies."""
        units = self.evidence.book_units[self.metric]
        paying = (self.evidence.traits.mrr > 0) & (np.nan_to_num(units) > 0)
        if not paying.any():
            return {
                "price_per_unit": None,
                "against_corridor": None,
                "reasons": {"price_per_unit": "no_bills"},
            }
        price = float(self.evidence.traits.mrr[paying].sum() / units[paying].sum())
        where = None if fair is None else fair.holds(price)
        return {"price_per_unit": price, "customers": int(paying.sum()), "against_corridor": where}

    def _sensitivity(self, fair: Corridor | None) -> dict[str, Any]:
        """Try non-reporters at shares of the modelled value, and find where today's price leaves its place."""
        if not self.known or fair is None:
            return {"non_reporters_at": [], "flips_at": None, "reasons": {"flips_at": "no_outcomes"}}
        if self.evidence.reporting.everybody:
            return {"non_reporters_at": [], "flips_at": None, "reasons": {"flips_at": "everybody_reports"}}
        tried = [{"share": share, "worth": self.worth.with_silent_at(share).to_json()} for share in SILENT_AT]
        today = self._today(fair)["price_per_unit"]
        if today is None:
            return {"non_reporters_at": tried, "flips_at": None, "reasons": {"flips_at": "no_bills"}}

        def place(share: float) -> str:
            worth = self.worth.typical_with_silent_at(share)
            low, high = self.options.capture
            return (
                "unknown" if worth is None else Corridor(low * worth, high * worth, (low, high)).holds(today)
            )

        start = place(1.0)
        flips = next((share for share in np.arange(0.9, 0.05, -0.1) if place(float(share)) != start), None)
        if flips is None:
            return {"non_reporters_at": tried, "flips_at": None, "reasons": {"flips_at": "never_flips"}}
        becomes = place(float(flips))
        return {"non_reporters_at": tried, "flips_at": round(float(flips), 2), "from": start, "to": becomes}

    def _attributions(self, typical: Estimate) -> list[dict[str, float]]:
        """Return the corridor at several attributions where value is gross."""
        if not self.evidence.gross or typical.value is None:
            return []
        low, high = self.options.capture
        return [
            {"attribution": share, "low": low * share * typical.value, "high": high * share * typical.value}
            for share in ATTRIBUTIONS
        ]
