"""The worth of one unit in plain words: sentences, caveats and the next data to collect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.estimate import Caveat
from pricing_service.decisions._alternative_words import alternative_caveats
from pricing_service.decisions._circular import circular_kpis
from pricing_service.decisions._coverage import WANTED_OF_THE_SILENT
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._metric_words import kpi_caveats
from pricing_service.decisions._price_words import contradictions, willingness_sentences_of
from pricing_service.decisions._words import money, one, per, percent, sentence
from pricing_service.panel import Metric

_PAID = {"quotes", "renewals"}
_REASONS = {
    "no_outcomes": "no customer reports what it achieves",
    "no_money": "customers report what they achieve, but nothing says what it is worth in money",
    "insufficient_customers": "too few customers report what they achieve",
    "no_value_for_typical_customer": "the typical customer reports no gain",
    "no_evidence": "none of the chosen sources of evidence is there",
}


def worth_sentences(result: dict[str, Any], metric: Metric, currency: str) -> list[str]:
    """Return the result as sentences, the most important first."""
    worth = result["worth"]
    if worth["value"] is None:
        why = _REASONS.get(worth["reason"], worth["reason"])
        return [f"What {one(metric)} is worth is not known: {why}."]
    by_itself = [each["kpi"] for each in result["circular_kpis"] if each["metric"] == metric.metric]
    assumed = ""
    if by_itself:
        assumed = f" That is no finding: {by_itself[0]} looks as if it were computed from {metric.metric}."
    gross = ", before asking how much of that is owed to us" if result["basis"] == "gross" else ""
    said = [
        f"{sentence(one(metric))} is worth {money(worth['value'], currency)}{_held(metric)} to the typical"
        f" customer{gross}; with {percent(worth['level'])} confidence between {money(worth['low'], currency)} and"
        f" {money(worth['high'], currency)}.{assumed}",
    ]
    asked = willingness_sentences_of(result, metric, currency)
    return [
        *said,
        *asked,
        *contradictions(result["evidence"]),
        *_prices(result, metric, currency),
        *_spread(result, metric, currency),
        *_silent(result),
    ]


def _held(metric: Metric) -> str:
    return "" if metric.aggregate == "sum" else " a month"


def _prices(result: dict[str, Any], metric: Metric, currency: str) -> list[str]:
    corridor, today = result["price_corridor"], result["today"]
    low, high = (percent(share) for share in corridor["capture"])
    said = [
        f"A price that takes {low} to {high} of that lies between {money(corridor['low'], currency)} and"
        f" {money(corridor['high'], currency)} {per(metric)}."
    ]
    if today["price_per_unit"] is not None and today["against_corridor"]:
        said.append(
            f"Customers pay {money(today['price_per_unit'], currency)} {per(metric)} today, all charges taken together:"
            f" {today['against_corridor']} that corridor."
        )
    if corridor["priced_out_share"]:
        said.append(
            f"At its upper end {percent(corridor['priced_out_share'])} of customers would pay more than they gain."
        )
    return said


def _spread(result: dict[str, Any], metric: Metric, currency: str) -> list[str]:
    low, high = result["distribution"]["p10"], result["distribution"]["p90"]
    if low is None or low == high:
        return []
    few = (
        f"One customer in ten gains less than {money(low, currency)}"
        if low > 0
        else "One in ten gains nothing"
    )
    return [f"{few}, and one in ten more than {money(high, currency)} {per(metric)}."]


def _silent(result: dict[str, Any]) -> list[str]:
    found = result["sensitivity"]
    if found["flips_at"] is None or "unknown" in (found["from"], found["to"]):
        return []
    return [
        f"If the customers who do not report got {percent(found['flips_at'])} or less of the value that customers like"
        f" them get, today's price would lie {found['to']} the corridor."
    ]


def worth_caveats(outcomes: Evidence, evidence: Evidence, *, offered: int, covered: int) -> list[Caveat]:
    """Return what a reader must know before relying on the worth.

    Parameters
    ----------
    outcomes
        What customers report.
    evidence
        What the worth rests on: outcomes, alternatives or both.
    offered, covered
        How many customers' alternatives are known, and how many of them count.
    """
    text = "the corridor is a guide to a fair share of value, not the price that earns most"
    caveats = [Caveat("fairness_guide", text)]
    if evidence.kpis and evidence.gross:
        text = "value is gross: no share of it has been attributed to us, so worth is an upper limit"
        caveats.append(Caveat("gross_value", text))
    caveats += alternative_caveats(outcomes, evidence, offered=offered, covered=covered)
    for each in circular_kpis(outcomes):
        text = (
            f"{each['kpi']} brings the same money per unit of {each['metric']} for every customer, as if it were"
            " computed from it: what it adds to the worth is an assumption, not a finding"
        )
        caveats.append(Caveat("kpi_computed_from_metric", text))
    return caveats + kpi_caveats(outcomes)


def next_worth_data(result: dict[str, Any], evidence: Evidence) -> list[dict[str, str]]:
    """Return what to collect next, the most useful first."""
    wanted: list[tuple[str, str, str]] = []
    worth, covered = result["worth"], result["coverage"]
    if worth["value"] is None:
        wanted.append(
            (
                "outcomes",
                "the worth of a unit cannot be known without what customers gain",
                "ask twenty customers for one KPI a month",
            )
        )
    elif (worth["high"] - worth["low"]) / worth["value"] > 0.3:
        wanted.append(
            (
                "outcomes of more customers, or of more months",
                "the worth is known only within a wide band",
                "four times the reporting customers halve the band",
            )
        )
    if covered["share"] is not None and 0 < covered["share"] < 0.8:
        wanted.append(
            (
                WANTED_OF_THE_SILENT,
                "their worth is only modelled from customers like them",
                "a one-question form at renewal",
            )
        )
    if evidence.kpis and evidence.gross:
        wanted.append(
            (
                "kpis.attribution",
                "it turns gross value into worth",
                "let customer success and three customers each judge the share that is owed to us",
            )
        )
    wanted += _wanted_of_willingness(result["evidence"]["willingness"])
    return [{"what": what, "why": why, "cheapest": cheapest} for what, why, cheapest in wanted]


def _wanted_of_willingness(entries: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return what would tell what customers would pay, where no source does, or none that was paid."""
    telling = {entry["source"] for entry in entries if entry["estimate"]["value"] is not None}
    if telling & _PAID:
        return []
    if telling:
        return [
            (
                "quotes",
                "people say that they would pay more than they then pay; by how much, only offers won and lost tell",
                "note the price and the end of each of the next fifty offers",
            )
        ]
    return [
        (
            "price_sensitivity or quotes",
            "worth says what is fair; what customers would pay decides where in the corridor to stand",
            "a four-question price survey among thirty customers",
        )
    ]
