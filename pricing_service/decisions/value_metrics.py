"""Which value metric to price on: every score side by side, the verdict, and what would make it surer."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from models.estimate import Caveat, Estimate
from models.order_statistics import SortedSample, biweight_scale
from models.ranking import Ranking, Standing, rank, scores
from pricing_service.decisions import _needs
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._charts import metric_charts
from pricing_service.decisions._coverage import coverage
from pricing_service.decisions._evidence import Evidence, gather, gather_payments
from pricing_service.decisions._metric_words import metric_caveats, metric_sentences, next_metric_data
from pricing_service.panel import StoredPanel

SILENT_AT = (1.0, 0.75, 0.5, 0.25)
"""Shares of the modelled value at which customers who do not report are tried."""
_CIRCULAR = 0.02


class ValueMetricOptions(Options):
    """Options of the value-metric verdict."""

    metrics: list[str] | None = Field(None, description="candidates to compare; all by default")
    kpis: list[str] | None = Field(None, description="KPIs whose money counts; all by default")
    significance: float = Field(0.1, gt=0, lt=0.5, description="how often a verdict may be wrongly certain")


class ValueMetrics(Decision):
    """Choose the metric on which value per unit varies least among those that grow with the customer."""

    title = "Value metric"
    needs = (_needs.USAGE,)
    options: ClassVar[type[Options]] = ValueMetricOptions

    def decide(
        self, panel: StoredPanel, options: ValueMetricOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Rank the candidates.

        Raises
        ------
        InvalidInput
            If an option names a metric or a KPI that the data does not have.
        """
        progress("Reading the panel", 0, 3)
        evidence = gather(panel, metrics=options.metrics, kpis=options.kpis)
        circular = _circular_kpis(evidence)
        remaining = [kpi for kpi in evidence.kpis if kpi.kpi not in {each["kpi"] for each in circular}]
        if circular and remaining:
            evidence = evidence.without(frozenset(each["kpi"] for each in circular))
        silent = evidence.reporters.size == 0 or not evidence.kpis
        ranked_on = gather_payments(panel, metrics=options.metrics) if silent else evidence
        progress("Scoring metrics", 1, 3)
        if not ranked_on.by_metric or next(iter(ranked_on.by_metric.values())).n == 0:
            return Outcome(_finished({"ranking": []}, evidence, options, ranking=None, circular=circular))
        ranking = rank(
            ranked_on.by_metric,
            seed=seed,
            level=options.level,
            significance=options.significance,
            progress=lambda done, total: progress("Drawing customers", done, total),
        )
        progress("Writing the verdict", 2, 3)
        if silent:
            entries = [_silenced(_entry(each, panel.currency), each) for each in ranking.standings]
            entries.sort(key=_by_growth_and_steadiness)
        else:
            entries = [_entry(each, panel.currency) for each in ranking.standings]
        result: dict[str, Any] = {"ranking": entries}
        if silent or (circular and not remaining):
            ranking = _unsure(ranking, entries)
        if not silent:
            result |= {"charts": metric_charts(evidence, panel.currency)}
            result |= {"sensitivity": _sensitivity(evidence, ranking)}
        return Outcome(_finished(result, evidence, options, ranking=ranking, circular=circular))


def _entry(standing: Standing, currency: str) -> dict[str, Any]:
    """Return one metric's line of the ranking, in the API's names, and every score of the family."""
    spread, growth = standing.scores["spread"], standing.scores["growth"]
    capture, hurdle = standing.scores["capture_efficiency"], standing.scores["hurdle"]
    low, high = growth["slope_low"].value, growth["slope_high"].value
    entry: dict[str, Any] = {
        "metric": standing.metric,
        "unit": f"{currency}/{standing.metric}",
        **{name: spread[name].to_json() for name in ("spread", "between", "within", "inside", "log_sd")},
        "growth": {
            "rank": growth["rank"].to_json(),
            "slope": growth["slope"].to_json(),
            "slope_bounds": None if low is None or high is None else sorted((low, high)),
            "inside": growth["inside"].to_json(),
        },
        "zero_value_share": hurdle["zero_value_share"].value,
        "value_without_units_share": hurdle["value_without_units_share"].value,
        "capture_efficiency": capture["by_value"].to_json(),
        "probability_best": standing.probability_best,
        "probability_eligible": standing.probability_eligible,
        "eligible": standing.eligible,
        "reasons": [{"code": each.code, "message": each.message} for each in standing.reasons],
        "scores": {
            name: {key: estimate.to_json() for key, estimate in family.items()}
            for name, family in standing.scores.items()
        },
    }
    unknown = {
        name: estimate.reason
        for name, estimate in hurdle.items()
        if estimate.value is None and estimate.reason is not None
    }
    if standing.probability_best is None:
        unknown |= dict.fromkeys(("probability_best", "probability_eligible"), "insufficient_customers")
    if entry["growth"]["slope_bounds"] is None:
        entry["growth"]["reasons"] = {"slope_bounds": growth["slope_high"].reason or "not_identified"}
    return entry | ({"reasons_for_null": unknown, "reasons": entry["reasons"]} if unknown else {})


def _silenced(entry: dict[str, Any], standing: Standing) -> dict[str, Any]:
    """Take away what only outcomes can tell; what remains compares usage with what customers pay."""
    level, n = standing.spread.level, 0

    def unknown(unit: str) -> dict[str, Any]:
        return Estimate.unknown("no_outcomes", unit=unit, n=n, level=level).to_json()

    growth = {
        "rank": unknown("correlation"),
        "slope": unknown("log/log"),
        "slope_bounds": None,
        "inside": unknown("correlation"),
    }
    kept = {name: entry["scores"][name] for name in entry["scores"] if name == "predictability"}
    return entry | {
        **{name: unknown("log") for name in ("spread", "between", "within", "inside", "log_sd")},
        "growth": growth | {"reasons": {"slope_bounds": "no_outcomes"}},
        "growth_with_payment": entry["growth"]["rank"],
        "zero_value_share": None,
        "value_without_units_share": None,
        "capture_efficiency": unknown("share"),
        "probability_best": None,
        "probability_eligible": None,
        "eligible": "no" if any(each.code == "constant_metric" for each in standing.reasons) else "unknown",
        "reasons": [{"code": "no_outcomes", "message": "no customer reports what it achieved"}],
        "reasons_for_null": dict.fromkeys(
            ("zero_value_share", "value_without_units_share", "probability_best", "probability_eligible"),
            "no_outcomes",
        ),
        "scores": kept,
    }


def _by_growth_and_steadiness(entry: dict[str, Any]) -> tuple[bool, float, float]:
    growth = entry["growth_with_payment"]["low"]
    variation = entry["scores"].get("predictability", {}).get("unit_variation", {}).get("value")
    return (
        entry["eligible"] == "no",
        -(growth if growth is not None else -1.0),
        variation if variation is not None else np.inf,
    )


def _unsure(ranking: Ranking, entries: list[dict[str, Any]]) -> Ranking:
    """Without outcomes of their own kind, the best verdict is that the data cannot tell."""
    leading = next((entry["metric"] for entry in entries if entry["eligible"] != "no"), None)
    return Ranking(ranking.standings, leading, "cannot_tell", (), (), None)


def _circular_kpis(evidence: Evidence) -> list[dict[str, str]]:
    """Name the KPIs whose money per unit of a metric is the same for everybody: computed from the metric."""
    found = []
    for metric in evidence.metrics:
        units = evidence.by_metric[metric.metric].units
        for k, kpi in enumerate(evidence.kpis):
            money = evidence.kpi_value[metric.metric][k]
            usable = (money > 0) & (units > 0)
            if usable.sum() < 8 or np.ptp(units[usable]) == 0:
                continue
            if biweight_scale(np.log(money[usable] / units[usable])) < _CIRCULAR:
                found.append({"kpi": kpi.kpi, "metric": metric.metric})
    return found


def _sensitivity(evidence: Evidence, ranking: Ranking) -> dict[str, Any]:
    """Try non-reporters at shares of the modelled value: which metric would lead, and from where another?

    Non-reporters are stood for by reporters like them (weights (1 - π) / π) whose value per unit is scaled.
    """
    if evidence.reporting.everybody or ranking.recommended is None:
        return {"non_reporters_at": [], "flips_at": None, "reasons": {"flips_at": "everybody_reports"}}
    ones = np.ones((1, len(evidence.customers)))
    silent = evidence.reporting.odds_of_silence(ones)
    both = np.hstack([np.ones((1, silent.shape[1])), silent])
    allowed = [each.metric for each in ranking.standings if each.eligible != "no"]
    samples = {metric: evidence.by_metric[metric].log_worth for metric in allowed}

    def leader(share: float) -> str:
        scale = {
            metric: float(SortedSample(np.concatenate([x, x + np.log(share)])).biweight_scale(both)[0])
            for metric, x in samples.items()
        }
        return min(scale, key=lambda metric: (np.nan_to_num(scale[metric], nan=np.inf), metric))

    tried = [{"share": share, "recommended": leader(share)} for share in SILENT_AT]
    start = leader(1.0)
    flips = next((share for share in np.arange(0.95, 0.04, -0.05) if leader(float(share)) != start), None)
    shown: dict[str, Any] = {
        "non_reporters_at": tried,
        "flips_at": None if flips is None else round(float(flips), 2),
    }
    return shown if flips is not None else shown | {"reasons": {"flips_at": "never_flips"}}


def _finished(
    result: dict[str, Any],
    evidence: Evidence,
    options: ValueMetricOptions,
    *,
    ranking: Ranking | None,
    circular: list[dict[str, str]],
) -> dict[str, Any]:
    """Put the verdict, the words and the coverage around the ranking."""
    verdict = ranking or Ranking((), None, "cannot_tell", (), (), None)
    caveats: list[Caveat] = metric_caveats(evidence, circular)
    shown: dict[str, Any] = {
        "recommended": verdict.recommended,
        "verdict": verdict.verdict,
        "tied_with": list(verdict.tied_with),
        "contenders": list(verdict.contenders),
        "customers_needed": verdict.customers_needed,
        "coverage": coverage(evidence),
        "basis": "gross" if evidence.gross else "net",
        "as_of": evidence.panel.as_of.isoformat(),
        "circular_kpis": circular,
        "bars": _bars(),
        "options": options.model_dump(mode="json") | {"as_of": evidence.panel.as_of.isoformat()},
        "caveats": [{"code": each.code, "message": each.message} for each in caveats],
        **result,
    }
    if verdict.customers_needed is None:
        reason = "cannot_tell_how_many" if verdict.verdict == "cannot_tell" else "decided"
        shown["reasons"] = {"customers_needed": reason}
    if verdict.recommended is None:
        shown["reasons"] = shown.get("reasons", {}) | {"recommended": "none_eligible"}
    shown["sentences"] = metric_sentences(shown, evidence.panel.currency)
    shown["next_data"] = next_metric_data(shown, evidence)
    return shown


def _bars() -> list[dict[str, Any]]:
    """Return the bars that make a metric eligible, so that a reader can dispute them."""
    return [
        {
            "statistic": key,
            "at_least": statistic.at_least,
            "at_most": statistic.at_most,
            "else": statistic.says,
        }
        for score in scores().values()
        for key, statistic in score.statistics.items()
        if statistic.at_least is not None or statistic.at_most is not None
    ]
