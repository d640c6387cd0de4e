"""The worth of one unit in plain words: sentences, caveats and the next data to collect."""

from __future__ import annotations

from typing import Any

from models.estimate import Caveat
from pricing_service.decisions._evidence import Evidence
from pricing_service.decisions._metric_words import percent

_REASONS = {
    "no_outcomes": "no customer reports what it achieved",
    "insufficient_customers": "too few customers report outcomes",
    "no_value_for_typical_customer": "the typical customer has achieved nothing yet",
}


def money(amount: float, currency: str) -> str:
    """Return an amount with three significant digits and its currency.

    Examples
    --------
    >>> money(1234.5, "EUR"), money(0.01234, "EUR"), money(47.25, "EUR")
    ('1,230 EUR', '0.0123 EUR', '47.2 EUR')
    """
    if amount == 0:
        return f"0 {currency}"
    rounded = float(f"{amount:.3g}")
    digits = max(0, 2 - len(str(int(abs(rounded)))) + 1) if abs(rounded) >= 1 else 4
    text = f"{rounded:,.{digits}f}" if abs(rounded) >= 1 else f"{rounded:.3g}"
    return f"{text} {currency}"


def worth_sentences(result: dict[str, Any], currency: str) -> list[str]:
    """Return the result as sentences, the most important first."""
    worth, metric = result["worth"], result["metric"]
    if worth["value"] is None:
        why = _REASONS.get(worth["reason"], worth["reason"])
        return [f"What one unit of {metric} is worth is not known: {why}."]
    gross = " before asking how much of it is owed to us" if result["basis"] == "gross" else ""
    sentences = [
        f"One unit of {metric} is worth {money(worth['value'], currency)} to the typical customer{gross}"
        f" ({money(worth['low'], currency)} to {money(worth['high'], currency)},"
        f" {percent(worth['level'])} sure).",
    ]
    corridor, today = result["price_corridor"], result["today"]
    low, high = (percent(share) for share in corridor["capture"])
    sentences.append(
        f"A price that takes {low} to {high} of that lies between {money(corridor['low'], currency)}"
        f" and {money(corridor['high'], currency)} per unit."
    )
    if today["price_per_unit"] is not None and today["against_corridor"]:
        place = {"inside": "inside", "below": "below", "above": "above"}[today["against_corridor"]]
        sentences.append(
            f"Customers pay {money(today['price_per_unit'], currency)} per unit today, {place} that corridor."
        )
    distribution = result["distribution"]
    if distribution["p10"] is not None:
        sentences.append(
            f"One customer in ten gets less than {money(distribution['p10'], currency)} per unit and one in ten"
            f" more than {money(distribution['p90'], currency)}."
        )
    if result["sensitivity"]["flips_at"] is not None:
        sentences.append(
            f"If the customers who do not report got {percent(result['sensitivity']['flips_at'])} of the value that"
            f" customers like them get, today's price would lie {result['sensitivity']['to']} the corridor."
        )
    return sentences


def worth_caveats(evidence: Evidence) -> list[Caveat]:
    """Return what a reader must know before relying on the worth."""
    caveats = [
        Caveat(
            "fairness_guide",
            "the corridor is a guide to a fair share of value, not the price that earns most",
        )
    ]
    if evidence.kpis and evidence.gross:
        text = "value is gross: no share of it has been attributed to us, so worth is an upper limit"
        caveats.append(Caveat("gross_value", text))
    for kpi in evidence.panel.kpis:
        if not kpi.monetised and kpi.why_not:
            caveats.append(Caveat("kpi_not_monetised", f"{kpi.kpi} is left out: {kpi.why_not}"))
        elif kpi.monetised and not kpi.counted:
            text = f"{kpi.kpi} drives {kpi.drives}, whose value is counted already; it is not added again"
            caveats.append(Caveat("kpi_not_added_twice", text))
    return caveats


def next_worth_data(result: dict[str, Any], evidence: Evidence) -> list[dict[str, str]]:
    """Return what to collect next, the most useful first."""
    wanted: list[tuple[str, str, str]] = []
    worth, covered = result["worth"], result["coverage"]
    if worth["value"] is None:
        wanted.append(
            ("outcomes", "worth cannot be known without them", "ask twenty customers for one KPI a month")
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
                "outcomes of customers who do not report",
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
    wanted.append(
        (
            "price_sensitivity or worth_checks",
            "worth says what is fair; what customers would pay decides where in the corridor to stand",
            "a four-question price survey among thirty customers",
        )
    )
    return [{"what": what, "why": why, "cheapest": cheapest} for what, why, cheapest in wanted]
