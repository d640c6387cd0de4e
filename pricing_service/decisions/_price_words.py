"""What customers would pay for one unit, and the price that follows, in plain words."""

from __future__ import annotations

from typing import Any

from pricing_service.decisions._words import listed, money, one, per, percent
from pricing_service.panel import Metric

SAID_BY = {
    "quotes": "quotes won and lost",
    "renewals": "renewals",
    "price_variation": "past raises",
    "price_sensitivity": "the price sensitivity survey",
    "purchase_intent": "answers to stated prices",
    "choices": "choices between offers",
    "outcomes": "reported outcomes",
    "alternatives": "alternatives",
    "worth_checks": "worth checks",
    "prior": "the research figure",
}
_MOSTLY_PRIOR = 0.5
_GOALS = {
    "revenue": "brings in most money",
    "profit": "earns most after cost",
    "lifetime_value": "is worth most",
}


def willingness_sentences_of(result: dict[str, Any], metric: Metric, currency: str) -> list[str]:
    """Return what customers would pay and the price that follows; nothing where nobody was asked."""
    evidence, price = result["evidence"], result["recommended_price"]
    pooled = evidence["willingness_pooled"]
    if price["rests_on"] != "willingness" or pooled["value"] is None:
        return []
    sources = [row["source"] for row in evidence["willingness"] if row["weight"] > 0]
    said = [
        f"By {listed([SAID_BY.get(name, name) for name in sources])}, the typical customer would pay"
        f" {money(pooled['value'], currency)} {per(metric)} (between {money(pooled['low'], currency)} and"
        f" {money(pooled['high'], currency)}){_captured(evidence)}."
    ]
    said.append(_best(price, metric, currency))
    return said + _resting(evidence)


def _captured(evidence: dict[str, Any]) -> str:
    share = evidence["share_captured"]["value"]
    return (
        ""
        if share is None
        else f", {percent(share)} of what {'it gains' if share < 1 else 'we know it gains'}"
    )


def _best(price: dict[str, Any], metric: Metric, currency: str) -> str:
    best, middle = price["price"], price["corridor_middle"]
    text = (
        f"The price for {one(metric)} that {_GOALS[price['goal']]} is {money(best['value'], currency)}"
        f" (between {money(best['low'], currency)} and {money(best['high'], currency)})"
    )
    if price["against_corridor"] is None:
        return f"{text}."
    if price["against_corridor"] == "inside":
        return f"{text}: inside the corridor that a fair share of value gives."
    return (
        f"{text}: {price['against_corridor']} the corridor that a fair share of value gives, whose middle is"
        f" {money(middle['value'], currency)}. The two disagree, and both are shown."
    )


def _resting(evidence: dict[str, Any]) -> list[str]:
    """Say how much of the answer rests on what is believed beforehand."""
    part = evidence["prior_part"]
    if part is None or part < _MOSTLY_PRIOR:
        return []
    return [
        f"Nobody's paid price bears on this yet: {percent(part)} of what it rests on is what other companies have"
        " found. Won and lost quotes, or renewals at a new price, would tell."
    ]


def contradictions(evidence: dict[str, Any]) -> list[str]:
    """Name sources that contradict each other, each pair once."""
    pairs = {
        tuple(sorted((row["source"], other)))
        for name in ("worth", "willingness")
        for row in evidence[name]
        for other in row["contradicts"]
    }
    return [
        f"{listed([SAID_BY.get(name, name) for name in pair]).capitalize()} contradict each other: look at"
        " each by itself before relying on the two together."
        for pair in sorted(pairs)
    ]
