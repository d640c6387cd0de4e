"""All evidence on one unit of a metric: what it is worth, what customers would pay, and the price that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

import models.surveys
from models.errors import NotEstimable
from models.estimate import Caveat, Estimate
from models.pricing.capture import Corridor
from models.progress import Progress, silent, stretch
from models.registry import discover
from models.surveys._base import Asked, Reading, SurveyMethod
from models.willingness.all_evidence import AllEvidence, all_evidence
from models.willingness.assumptions import Assumptions
from models.willingness.best_price import BestPrice, best_price
from models.willingness.hypothetical_bias import Bias, Format, Learnt
from models.willingness.sources import Weighed, WillingnessSource, WorthSource
from models.willingness.terms import Terms
from models.willingness.units_lean import lean_of
from pricing_service.decisions._offers import read_offers
from pricing_service.decisions._own_pairs import STATED_BY, learn_from_pairs, stated_prices
from pricing_service.decisions._plain_renewals import renewals_of
from pricing_service.decisions._price_changes import told_prices
from pricing_service.decisions._surveys import Survey, surveys_of
from pricing_service.decisions.willingness_to_pay import WillingnessOptions, read_survey, unit_cost_of
from pricing_service.panel import Metric, StoredPanel

ASKED: dict[str, tuple[str, Format]] = {
    "price_sensitivity": ("van_westendorp", "direct"),
    "purchase_intent": ("gabor_granger", "direct"),
    "choices": ("conjoint", "indirect"),
}
"""By survey table: the method whose typical price enters the evidence, and the form of its question."""
CHECKED = {
    method.answers.table: name
    for name, method in discover(models.surveys, SurveyMethod).items()
    if method.about == "worth"
}
"""By survey table: the method that asks what one unit is worth."""
METHODS = {table: method for table, (method, _) in ASKED.items()} | CHECKED
"""By survey table: the method by which it is read as evidence."""

HypotheticalBias = Literal["estimate", "none"] | float


@dataclass(frozen=True)
class Question:
    """What evidence is wanted of which metric.

    Parameters
    ----------
    panel, metric
        The evidence's dataset, and the metric whose unit is priced.
    sources
        Which sources count; None: all.
    level, seed
        Of the intervals, and of all draws.
    bias
        Of stated prices: estimated, none, or a factor.
    progress
        Told how far the reading of the surveys has come.
    """

    panel: StoredPanel
    metric: Metric
    sources: Sequence[str] | None
    level: float
    seed: int
    bias: HypotheticalBias = "estimate"
    progress: Progress = silent

    @property
    def unit(self) -> str:
        """Money per unit of the metric."""
        return f"{self.panel.currency}/{self.metric.metric}"

    def counts(self, source: str) -> bool:
        """Whether evidence of a source counts."""
        return self.sources is None or source in self.sources


class EvidencePool:
    """The two lists of evidence and what they say together.

    Parameters
    ----------
    question
        What is wanted.
    own
        What outcomes or alternatives and research say of worth.
    units
        Units of the metric per month by customer, for prices that were told as a whole.
    """

    def __init__(self, question: Question, own: Sequence[WorthSource], *, units: Mapping[str, float]) -> None:
        self.question, self.units = question, units
        self.caveats: list[Caveat] = []
        self.surveys = self._about_the_metric()
        self.told = told_prices(question.panel, units) if question.counts("renewals") else None
        readings = dict(self._readings())
        checked = [
            WorthSource(source=name, estimate=reading.typical, anchored=False)
            for name, reading in readings.items()
            if reading.about == "worth"
        ]
        stated = [
            WillingnessSource(
                source=name,
                estimate=reading.typical,
                form=ASKED[name][1],
                spread=_spread(reading),
                lean=self._lean(name),
            )
            for name, reading in readings.items()
            if reading.about == "willingness"
        ]
        paid = self._paid()
        self.worth_sources = [*own, *checked]
        self.willingness_sources = [*paid, *stated]

    def _lean(self, table: str) -> Estimate | None:
        """Return how the prices that respondents named lean on what they use; None where nobody named any."""
        named = stated_prices(self.surveys) if table == STATED_BY else {}
        who = [customer for customer in sorted(named) if customer in self.units]
        price, used = (np.array([each[customer] for customer in who]) for each in (named, self.units))
        return lean_of(price, used, level=self.question.level)

    def _about_the_metric(self) -> list[Survey]:
        wanted = [table for table in METHODS if self.question.counts(table)]
        surveys = surveys_of(self.question.panel, wanted)
        return [survey for survey in surveys if survey.item == self.question.metric.metric]

    def _paid(self) -> list[WillingnessSource]:
        """Read what was paid or refused: quotes, prices that customers were told, and renewals."""
        asked = self.question
        paid = read_offers(asked.panel, asked.metric, level=asked.level) if asked.counts("quotes") else []
        if self.told is None:
            return paid
        renewals = renewals_of(self.told, asked.panel, self.units, asked.metric, level=asked.level)
        return [*paid, renewals] if renewals else paid

    def _readings(self) -> list[tuple[str, Reading]]:
        """Read every survey about the metric; those that cannot carry their method are told in caveats."""
        found = []
        for done, survey in enumerate(self.surveys):
            tell = stretch(self.question.progress, done / len(self.surveys), (done + 1) / len(self.surveys))
            try:
                reading = self._read(survey, METHODS[survey.table], tell)
                found.append((survey.table, _above_zero(reading)))
            except NotEstimable as refusal:
                text = f"{survey.table.replace('_', ' ')}: {refusal}"
                self.caveats.append(Caveat(refusal.reason, text))
        return found

    def _read(self, survey: Survey, method: str, progress: Progress) -> Reading:
        asked = Asked(
            unit=self.question.unit,
            level=self.question.level,
            seed=self.question.seed,
            unit_cost=unit_cost_of(survey, self.question.panel, None),
            progress=progress,
        )
        return read_survey(survey, method, WillingnessOptions().for_methods(), asked)

    @cached_property
    def together(self) -> AllEvidence:
        """What all evidence says."""
        return all_evidence(
            self.worth_sources, self.willingness_sources,
            unit=self.question.unit, level=self.question.level, assumptions=Assumptions(bias=self.bias),
        )  # fmt: skip

    @cached_property
    def bias(self) -> Bias:
        """What is believed of stated prices: as given, else the literature's figure after our own pairs."""
        given = self.question.bias
        if given != "estimate":
            return Bias.fixed(1.0 if given == "none" else float(given))
        # Prices that stand among the sources already show how far stated ones lie above them: once is enough.
        paid = any(each.source == "renewals" and each.estimate.known for each in self.willingness_sources)
        return self.learnt.posterior if self.learnt and not paid else Bias.from_literature()

    @cached_property
    def learnt(self) -> Learnt | None:
        """What our own pairs of stated and decided prices teach; None without any."""
        if self.told is None:
            return None
        return learn_from_pairs(Bias.from_literature(), self.surveys, self.told)

    @property
    def asked(self) -> bool:
        """Whether anybody has been asked, or has shown, what it would pay."""
        return any(each.estimate.known for each in self.willingness_sources)

    def best(self, corridor: Corridor | None) -> BestPrice:
        """Return the price that earns most under what customers would pay."""
        together = self.together
        terms = Terms(unit_cost=self.question.metric.unit_cost or 0.0, lean=together.lean)
        return best_price(
            together.willingness, together.spread, corridor=corridor, terms=terms,
            correlation=together.correlation, seed=self.question.seed,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the two lists, never averaged together, and what they say of each other."""
        together = self.together
        shown: dict[str, Any] = {
            "worth": [_row(each) for each in together.worth_sources],
            "willingness": [_row(each) for each in together.willingness_sources],
            "willingness_pooled": together.willingness.to_json(),
            "share_captured": together.share_captured.to_json(),
            "bias": {form: found.to_json() for form, found in together.bias.items()},
            "share_times_bias": {form: found.to_json() for form, found in together.share_times_bias.items()},
            "spread": together.spread.to_json(),
            "units_lean": together.lean.to_json(),
            "anchor": list(together.anchor),
            "prior_part": together.prior_part,
            "price_range": None if together.price_range is None else list(together.price_range),
        }
        if self.learnt is not None and self.question.bias == "estimate":
            shown["own_pairs"] = {
                "pairs": dict(self.learnt.pairs),
                "bias_before": _bias(self.learnt.prior, together.willingness.level),
                "bias_after": _bias(self.learnt.posterior, together.willingness.level),
                "caveats": [{"code": each.code, "message": each.message} for each in self.learnt.caveats],
            }
        missing = {key: "no_evidence" for key in ("prior_part", "price_range") if shown[key] is None}
        return shown | ({"reasons": missing} if missing else {})


def _bias(bias: Bias, level: float) -> dict[str, Any]:
    return {form: found.to_json() for form, found in bias.estimates(level=level).items()}


def _row(each: Weighed) -> dict[str, Any]:
    return each.to_json()


def _above_zero(reading: Reading) -> Reading:
    """Refuse a typical price of zero: it has no logarithm to be weighed by."""
    if reading.typical.value is not None and reading.typical.value <= 0:
        raise NotEstimable("typical_price_zero", "half of the respondents or more name a price of zero")
    return reading


def _spread(reading: Reading) -> Estimate | None:
    """Return the scale of log willingness: of the prices named, else half the way from demand's 84 % to its 16 %."""
    if reading.spread is not None and reading.spread.known:
        return reading.spread
    demand = reading.demand
    if demand is None or not reading.typical.known:
        return None
    label = Asked(unit="log", level=reading.typical.level).label("from the demand curve")
    priced = demand.price > 0  # what is given away has no place on the log scale
    value, *ends = (
        _scale(demand.price[priced], curve[priced]) for curve in (demand.share, demand.low, demand.high)
    )
    if value is None:
        return None
    # The curve's shape is known no better than its points: a fifth either way at least. An end of its interval that
    # does not reach both shares at the prices asked says no more than that.
    told = [value / 1.2, value * 1.2, *(end for end in ends if end is not None)]
    return label.known(value, min(told), max(told), n=reading.clusters)


def _scale(price: np.ndarray[Any, Any], share: np.ndarray[Any, Any]) -> float | None:
    falling = np.minimum.accumulate(share)
    if falling[0] < 0.84 or falling[-1] > 0.16:
        return None
    logs = np.interp([-0.84, -0.16], -falling, np.log(price))
    return float(logs[1] - logs[0]) / 2 or None
