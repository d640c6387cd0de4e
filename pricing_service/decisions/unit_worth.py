"""What one unit of the metric is worth to a customer, and the corridor of fair prices that follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.errors import NotEstimable
from models.estimate import Caveat, Estimate
from models.pricing.capture import corridor
from models.progress import Progress as ProgressOfAPart
from models.progress import silent, stretch
from models.threads import on_one_thread
from models.willingness.sources import WorthSource
from pricing_service.decisions import _needs, _sensitivity
from pricing_service.decisions._all_evidence import EvidencePool, Question
from pricing_service.decisions._alternatives import net_worth, rests_on_alternatives, with_alternatives
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._charts import worth_bins
from pricing_service.decisions._circular import circular_kpis
from pricing_service.decisions._coverage import coverage
from pricing_service.decisions._evidence import Evidence, gather
from pricing_service.decisions._price import at_attributions, prices
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions._worth_words import next_worth_data, worth_caveats, worth_sentences
from pricing_service.decisions.value_metrics import ValueMetricOptions, ValueMetrics
from pricing_service.panel import StoredPanel

EvidenceSource = Literal[
    "outcomes", "alternatives", "worth_checks", "prior", "price_sensitivity", "purchase_intent", "choices",
    "quotes", "renewals",
]  # fmt: skip

Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Prior(BaseModel):
    """A research figure for the worth of one unit, in the dataset's currency: a value and its 90 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float = Field(gt=0, allow_inf_nan=False)
    low: float = Field(gt=0, allow_inf_nan=False)
    high: float = Field(gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Prior:
        if not self.low <= self.value <= self.high or self.low == self.high:
            raise ValueError(
                "a prior needs low ≤ value ≤ high, and low < high: nothing is known without doubt"
            )
        return self


class UnitWorthOptions(Options):
    """Options of the worth of one unit."""

    metric: str | None = Field(None, description="the metric; default: the one that value_metrics recommends")
    capture: tuple[float, float] = Field((0.10, 0.15), description="shares of worth that a price may take")
    sources: list[EvidenceSource] | None = Field(
        None, min_length=1, description="which evidence counts; all by default"
    )
    hypothetical_bias: Literal["estimate", "none"] | Factor = Field(
        "estimate", description="estimate, none, or a factor; for surveys"
    )
    prior: Prior | None = Field(None, description="a research figure that enters beside the outcomes")
    kpis: list[str] | None = Field(None, min_length=1, description="KPIs whose money counts; all by default")

    @model_validator(mode="after")
    def _rising(self) -> UnitWorthOptions:
        if not 0 < self.capture[0] <= self.capture[1] <= 1:
            raise ValueError(f"capture must be two rising shares between 0 and 1, got {list(self.capture)}")
        return self

    def counts(self, source: str) -> bool:
        """Whether evidence of a source counts."""
        return self.sources is None or source in self.sources


class UnitWorth(Decision):
    """Say what one unit is worth, to whom, and between which prices it is fairly shared."""

    title = "Worth of one unit"
    needs = (_needs.USAGE, _needs.WORTH)
    options: ClassVar[type[Options]] = UnitWorthOptions

    @on_one_thread
    def decide(
        self, panel: StoredPanel, options: UnitWorthOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Estimate worth.

        Raises
        ------
        InvalidInput
            If an option names a metric, a KPI or a trait that the data does not have.
        NotEstimable
            If there is no metric at all.
        """
        progress("Choosing the metric", 0, 4)
        chosen = chosen_metric(panel, options, seed)
        progress("Weighting reporters", 1, 4)
        outcomes = gather(panel, metrics=[chosen.metric], kpis=options.kpis)
        outcomes.traits.require(options.segment_by)
        net = net_worth(panel) if options.counts("alternatives") else {}
        evidence, covered = with_alternatives(outcomes, net, use_outcomes=options.counts("outcomes"))
        study = WorthStudy(evidence, segment_by=options.segment_by, level=options.level, seed=seed)
        progress("Estimating worth", 2, 4)
        told = stretch(partial(progress, "Reading surveys"), 2 / 4, 3 / 4)
        pool = pool_of(study, options, seed, told)
        caveats = [*chosen.caveats, *worth_caveats(outcomes, evidence, offered=len(net), covered=covered)]
        caveats += [*pool.caveats, *pool.together.caveats]
        result = _result(study, pool, options, outcomes)
        progress("Writing the result", 3, 4)
        result["caveats"] = [{"code": each.code, "message": each.message} for each in caveats]
        result["sentences"] = worth_sentences(result, study.metric, panel.currency)
        result["next_data"] = next_worth_data(result, evidence)
        progress(self.title, 4, 4)
        return Outcome(result, study.rows())


@dataclass(frozen=True)
class _Chosen:
    metric: str
    caveats: tuple[Caveat, ...] = ()


def chosen_metric(panel: StoredPanel, options: UnitWorthOptions, seed: int) -> _Chosen:
    """Return the metric that is asked for, else the one that is recommended, else the first of the ranking."""
    if options.metric is not None:
        return _Chosen(options.metric)
    asked = ValueMetricOptions(as_of=options.as_of, level=options.level, kpis=options.kpis)
    verdict = ValueMetrics().decide(panel, asked, seed=seed, progress=lambda step, done, total: None).result
    if verdict["recommended"] is not None:
        return _Chosen(verdict["recommended"])
    if not verdict["ranking"]:
        raise NotEstimable("no_usage", "no metric has any usage")
    first = verdict["ranking"][0]["metric"]
    text = f"no metric can be recommended on this data; {first} stands first in the ranking and is shown"
    return _Chosen(first, (Caveat("metric_not_recommended", text),))


def _result(
    study: WorthStudy, pool: EvidencePool, options: UnitWorthOptions, outcomes: Evidence
) -> dict[str, Any]:
    """Return the API's result, but for its words."""
    typical = pool.together.worth
    fair = corridor(typical, capture=options.capture)
    best = pool.best(fair) if pool.asked else None
    priced = prices(study, typical, fair, capture=options.capture, best=best)
    today = priced["today"]["price_per_unit"]
    as_of = outcomes.panel.as_of.isoformat()
    return {
        "metric": study.metric.metric,
        "unit": study.unit,
        "worth": typical.to_json(),
        "worth_by_units": study.by_units().to_json(),
        "ideal": study.ideal().to_json(),
        **study.marginal(),
        "basis": "gross" if study.evidence.gross else "net",
        "distribution": study.distribution(),
        "by_segment": study.by_segment(),
        "evidence": pool.to_json(),
        "coverage": coverage(outcomes),
        "circular_kpis": circular_kpis(outcomes),
        **priced,
        "sensitivity": _sensitivity.not_tried(typical.reason or study.silence)
        if study.worth is None or fair is None
        else _sensitivity.of_price(study.evidence, study.worth, price=today, capture=options.capture),
        "charts": {
            "worth": {"bins": worth_bins(*study.long_run), "unit": study.unit},
            "attributions": at_attributions(typical, gross=study.evidence.gross, capture=options.capture),
        },
        "as_of": as_of,
        "options": options.model_dump(mode="json") | {"metric": study.metric.metric, "as_of": as_of},
    }


def pool_of(
    study: WorthStudy, options: UnitWorthOptions, seed: int, progress: ProgressOfAPart = silent
) -> EvidencePool:
    """Gather the evidence that counts: the customers' own, research, surveys and offers."""
    own = "alternatives" if rests_on_alternatives(study.evidence) else "outcomes"
    gained = WorthSource(source=own, estimate=study.typical(), lean=study.lean(), spread=study.spread())
    sources = [gained] if options.counts(own) else []
    if options.prior is not None and options.counts("prior"):
        prior = options.prior
        figure = Estimate(
            value=prior.value, low=prior.low, high=prior.high, level=0.9, n=0, unit=study.unit, method="research"
        )  # fmt: skip
        sources.append(WorthSource(source="prior", estimate=figure, anchored=False))
    asked = Question(
        panel=study.evidence.panel, metric=study.metric, sources=options.sources, level=options.level,
        seed=seed, bias=options.hypothetical_bias,
        progress=progress,
    )  # fmt: skip
    units = study.evidence.book_units[study.metric.metric].tolist()
    used = {who: each for who, each in zip(study.evidence.customers, units, strict=True) if each > 0}
    return EvidencePool(asked, sources, units=used)
