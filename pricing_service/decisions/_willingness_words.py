"""Willingness to pay in plain words: sentences, and the next answers to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pricing_service.decisions._words import money, percent

Entry = Mapping[str, Any]

_TITLES = {
    "van_westendorp": "the price sensitivity meter (Van Westendorp)",
    "newton_miller_smith": "price sensitivity with purchase intents (Newton, Miller and Smith)",
    "gabor_granger": "answers to stated prices (Gabor-Granger)",
    "conjoint": "choices between offers (conjoint)",
}
_WIDE = 0.2
"""A band wider than this share of its value on either side decides little between prices."""


def willingness_sentences(entries: Sequence[Entry], currency: str) -> list[str]:
    """Return the result as sentences, by item, the most important first."""
    said = []
    for item in dict.fromkeys(entry["item"] for entry in entries):
        its = [entry for entry in entries if entry["item"] == item]
        for entry in its:
            said += _sentences_of(entry, currency)
    return said


def _sentences_of(entry: Entry, currency: str) -> list[str]:
    of = what(entry)
    by = _TITLES.get(entry["method"], entry["method"])
    typical = entry["typical"]
    if typical["value"] is None:
        why = typical["warnings"][0]["message"] if typical["warnings"] else typical["reason"]
        said = [f"By {by}, what people would pay for {of} cannot be said: {why}."]
    else:
        said = [
            f"By {by}, the typical of {entry['quality']['respondents']} respondents would pay"
            f" {money(typical['value'], currency)} for {of}; with {percent(typical['level'])} confidence between"
            f" {money(typical['low'], currency)} and {money(typical['high'], currency)}."
        ]
    return [*said, *_best(entry, currency), *_range(entry, currency), *_doubtful(entry, currency)]


def what(entry: Entry) -> str:
    """Return what is priced, in words."""
    item, unit = entry["item"], str(entry["unit"])
    if item is None:
        return "what was asked about"
    return f"a month of {item}" if unit.endswith("/month") else f"one unit of {item}"


def _best(entry: Entry, currency: str) -> list[str]:
    profit, revenue = entry["best_price"]["profit"], entry["best_price"]["revenue"]
    best, by = (profit, "profit") if profit["value"] is not None else (revenue, "revenue")
    if best["value"] is None:
        return []
    text = (
        f"The price that earns most {by} is {money(best['value'], currency)}, anywhere between"
        f" {money(best['low'], currency)} and {money(best['high'], currency)}."
    )
    return [f"{text} People say more than they pay: read it as an upper guide until paid prices confirm it."]


def _range(entry: Entry, currency: str) -> list[str]:
    low, high = entry["points"]["pmc"], entry["points"]["pme"]
    if low["value"] is None or high["value"] is None:
        return []
    return [
        f"Prices between {money(low['value'], currency)} and {money(high['value'], currency)} are acceptable to most:"
        " below, more people doubt the quality than see a bargain; above, more find it too expensive than still fair."
    ]


def _doubtful(entry: Entry, currency: str) -> list[str]:
    quality = entry["quality"]
    flagged = [flag for flag in quality["flags"] if flag["count"]]
    if not flagged:
        return []
    told = "; ".join(f"{percent(flag['share'])}: {flag['message']}" for flag in flagged)
    text = f"Doubtful answers ({told})."
    clean = quality.get("without_flagged", {}).get("typical")
    if clean and clean["value"] is not None and entry["typical"]["value"] is not None:
        text += (
            f" Without them the typical price would be {money(clean['value'], currency)}"
            f" instead of {money(entry['typical']['value'], currency)}."
        )
    return [text]


def next_survey(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Return what to ask next, the most useful first."""
    steps = []
    methods = {entry["method"] for entry in entries}
    for entry in entries:
        typical = entry["typical"]
        if typical["value"]:
            reach = (typical["high"] - typical["low"]) / 2 / typical["value"]
            if reach > _WIDE:
                answers = round(entry["quality"]["customers"] * (reach / 0.1) ** 2)
                steps.append(
                    {
                        "what": f"about {answers:,} answers in all on {what(entry)}",
                        "why": f"the price is known to ± {percent(reach)}; that many make it ± 10 %",
                    }
                )
    if methods == {"van_westendorp"}:
        steps.append(
            {
                "what": "two purchase intents (intent_cheap, intent_expensive, 1 to 5) beside the four prices",
                "why": "acceptable prices then become demand, and demand a price that earns most",
            }
        )
    steps.append(
        {
            "what": "quotes with what was won, lost and why",
            "why": "people say more than they pay; won and lost quotes show by how much",
        }
    )
    return list({step["what"]: step for step in steps}.values())
