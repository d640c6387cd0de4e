"""Which value metric to price on: every score side by side, the verdict, and what would make it surer."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from models.estimate import Caveat
from models.ranking import Ranking, Standing, rank, scores
from models.threads import on_one_thread
from pricing_service.decisions import _needs, _sensitivity
from pricing_service.decisions._alternative_words import alternative_caveats
from pricing_service.decisions._alternatives import over_alternatives
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._charts import metric_charts
from pricing_service.decisions._circular import circular_kpis
from pricing_service.decisions._coverage import coverage
from pricing_service.decisions._entries import entry_of, silent_entries, unscored
from pricing_service.decisions._evidence import Evidence, gather, gather_payments
from pricing_service.decisions._metric_words import metric_caveats, metric_sentences, next_metric_data
from pricing_service.decisions._segments import ranking_by_segment
from pricing_service.decisions._stated_spread import stated_spreads
from pricing_service.panel import StoredPanel


class ValueMetricOptions(Options):
    """Options of the value-metric verdict."""

    metrics: list[str] | None = Field(None, min_length=1, description="candidates to compare; all by default")
    kpis: list[str] | None = Field(None, min_length=1, description="KPIs whose money counts; all by default")
    significance: float = Field(0.1, gt=0, lt=0.5, description="how often a verdict may be wrongly certain")


class ValueMetrics(Decision):
    """Choose the metric on which value per unit varies least among those that grow with the customer."""

    title = "Value metric"
    needs = (_needs.USAGE,)
    options: ClassVar[type[Options]] = ValueMetricOptions

    @on_one_thread
    def decide(
        self, panel: StoredPanel, options: ValueMetricOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Rank the candidates.

        Raises
        ------
        InvalidInput
            If an option names a metric, a KPI or a trait that the data does not have.
        """
        progress("Reading the panel", 0, 3)
        outcomes = gather(panel, metrics=options.metrics, kpis=options.kpis)
        outcomes.traits.require(options.segment_by)
        evidence, offered, covered = over_alternatives(outcomes)
        circular = circular_kpis(evidence)
        if circular:
            evidence = evidence.without(frozenset(each["kpi"] for each in circular))
        silence = _silence(evidence, circular)
        judged = evidence if silence is None else gather_payments(panel, metrics=options.metrics)
        progress("Scoring metrics", 1, 3)
        ranking = _ranked(judged, options, seed=seed, progress=progress)
        progress("Writing the verdict", 2, 3)
        if silence is None:
            result = _by_value(evidence, ranking)
        else:
            result, ranking = _by_what_is_left(judged, ranking, silence, level=options.level, seed=seed)
        if options.segment_by is not None:
            result["by_segment"] = ranking_by_segment(
                judged,
                options.segment_by,
                seed=seed,
                level=options.level,
                significance=options.significance,
                silence=silence,
            )
        caveats = metric_caveats(evidence, circular)
        caveats += alternative_caveats(outcomes, evidence, offered=offered, covered=covered)
        result |= _verdict(ranking, evidence, options, circular)
        result["coverage"] = coverage(outcomes)
        result["caveats"] = [{"code": each.code, "message": each.message} for each in caveats]
        result["sentences"] = metric_sentences(result, evidence, silence)
        result["next_data"] = next_metric_data(result, evidence)
        progress(self.title, 3, 3)
        return Outcome(result)


def _silence(evidence: Evidence, circular: list[dict[str, str]]) -> Caveat | None:
    """Say why no value can be told, None where some can."""
    if circular and not evidence.kpis:
        text = "the only money that customers report looks as if it were computed from a metric"
        return Caveat("kpi_computed_from_metric", text)
    if evidence.kpis and evidence.reporters.size:
        return None
    if any(not kpi.monetised and kpi.share_given == 0 for kpi in evidence.panel.kpis) and evidence.heard:
        return Caveat(
            "no_money", "customers report what they achieve, but nothing says what it is worth in money"
        )
    return Caveat("no_outcomes", "no customer reports what it achieves")


def _by_value(evidence: Evidence, ranking: Ranking) -> dict[str, Any]:
    """Return the ranking by value per unit, its pictures and what silent customers could change."""
    return {
        "ranking": [entry_of(each, evidence.panel.currency) for each in ranking.standings],
        "charts": metric_charts(evidence, evidence.panel.currency),
        "sensitivity": _sensitivity.of_leader(evidence, ranking),
    }


def _by_what_is_left(
    payments: Evidence, ranking: Ranking, silence: Caveat, *, level: float, seed: int
) -> tuple[dict[str, Any], Ranking]:
    """Return the ranking where no value is known: by surveys, growth with payment and steady use."""
    entries = silent_entries(
        ranking.standings,
        currency=payments.panel.currency,
        why=silence,
        payment_unknown=_payment_unknown(payments),
        stated=stated_spreads(payments.panel, payments.metrics, level=level, seed=seed),
    )
    result = {"ranking": entries, "sensitivity": _sensitivity.not_tried(silence.code)}
    return result, _unsure(ranking.standings, entries)


def _payment_unknown(payments: Evidence) -> dict[str, str]:
    """Say, per metric, why growth with what customers pay would tell nothing."""
    if not (payments.traits.mrr > 0).any():
        return {metric.metric: "no_bills" for metric in payments.metrics}
    # Bills that are charged by a metric follow it by construction.
    return {each["metric"]: "bills_computed_from_metric" for each in circular_kpis(payments)}


def _ranked(judged: Evidence, options: ValueMetricOptions, *, seed: int, progress: Progress) -> Ranking:
    """Let the candidates compete, if there is any customer over whom they can."""
    if judged.reporters.size == 0:
        standings = unscored(judged.metrics, level=options.level)
        return Ranking(tuple(standings), None, "cannot_tell", (), (), None)
    return rank(
        judged.by_metric,
        seed=seed,
        level=options.level,
        significance=options.significance,
        progress=lambda done, total: progress("Drawing customers", done, total),
    )


def _unsure(standings: tuple[Standing, ...], entries: list[dict[str, Any]]) -> Ranking:
    """Without value the best verdict is that the data cannot tell; what leads, leads on growth with payment."""
    leading = next((entry["metric"] for entry in entries if entry["eligible"] != "no"), None)
    return Ranking(standings, leading, "cannot_tell", (), (), None)


def _verdict(
    ranking: Ranking, evidence: Evidence, options: ValueMetricOptions, circular: list[dict[str, str]]
) -> dict[str, Any]:
    """Return the verdict and what it rests on."""
    as_of = evidence.panel.as_of.isoformat()
    missing = {}
    if ranking.customers_needed is None:
        unsure = ranking.verdict == "cannot_tell"
        missing["customers_needed"] = "cannot_tell_how_many" if unsure else "decided"
    if ranking.recommended is None:
        missing["recommended"] = "none_eligible"
    return {
        "recommended": ranking.recommended,
        "verdict": ranking.verdict,
        "tied_with": list(ranking.tied_with),
        "contenders": list(ranking.contenders),
        "customers_needed": ranking.customers_needed,
        **({"reasons": missing} if missing else {}),
        "basis": "gross" if evidence.gross else "net",
        "as_of": as_of,
        "circular_kpis": circular,
        "bars": _bars(),
        "options": options.model_dump(mode="json") | {"as_of": as_of},
    }


def _bars() -> list[dict[str, Any]]:
    """Return the bars that make a metric eligible, so that a reader can dispute them."""
    bars = []
    for score in scores().values():
        for key, statistic in score.statistics.items():
            ends = {"at_least": statistic.at_least, "at_most": statistic.at_most}
            given = {end: bar for end, bar in ends.items() if bar is not None}
            if given:
                bars.append({"statistic": key, **given, "else": statistic.says})
    return bars
