"""Willingness to pay in plain words: sentences, and the next answers to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pricing_service.decisions._words import listed, money, one, percent
from pricing_service.panel import StoredPanel

Entry = Mapping[str, Any]

_TITLES = {
    "van_westendorp": "the price sensitivity meter (Van Westendorp)",
    "newton_miller_smith": "price sensitivity with purchase intents (Newton, Miller and Smith)",
    "gabor_granger": "answers to stated prices (Gabor-Granger)",
    "conjoint": "choices between offers (conjoint)",
}
_DO = {True: "pay", False: "still consider"}
_REASONS = {
    "insufficient_customers": "too few customers answered",
    "no_none_option": "nobody could choose to buy nothing, so that choices tell which offer, not whether",
    "none_never_chosen": "nobody chose to buy nothing at the prices shown: more than half would buy at each of them",
    "median_above_prices_asked": "more than half said yes to the highest price asked",
    "median_below_prices_asked": "fewer than half said yes to the lowest price asked",
    "calibration_too_rough": "too few purchases tell which share of those who say that they would buy really do",
    "more_than_half_would_buy": "more than half would buy at every price shown",
    "fewer_than_half_would_buy": "fewer than half would buy at any price shown",
}
_WIDE = 0.2
"""A band wider than this share of its value on either side decides little between prices."""


def willingness_sentences(entries: Sequence[Entry], panel: StoredPanel) -> list[str]:
    """Return the result as sentences, by item."""
    items = dict.fromkeys(entry["item"] for entry in entries)
    by_item = [entry for item in items for entry in entries if entry["item"] == item]
    return [said for entry in by_item for said in _sentences_of(entry, panel)]


def feature_sentences(wanted: Mapping[str, Any] | None, currency: str) -> list[str]:
    """Return which feature is wanted most, by what share, and for how much."""
    if wanted is None:
        return []
    if not wanted["features"]:
        return [f"Which features people want most cannot be said: {wanted['caveats'][0]['message']}."]
    first = wanted["features"][0]
    text = (
        f"Of {len(wanted['features'])} features {first['feature']} is wanted most: it would be named best of all in"
        f" {percent(first['share']['value'])} of answers"
    )
    worth = first.get("money")
    if worth and worth["value"] is not None:
        text += f", which stands for {money(worth['value'], currency)} a month"
    return [f"{text}."]


def _sentences_of(entry: Entry, panel: StoredPanel) -> list[str]:
    of, currency = what(entry, panel), panel.currency
    by = _TITLES.get(entry["method"], entry["method"])
    typical = entry["typical"]
    if typical["value"] is None:
        why = typical["warnings"][0]["message"] if typical["warnings"] else _why(typical["reason"])
        said = [f"By {by}, what people would pay for {of} cannot be said: {why}."]
    else:
        said = [
            f"By {by}, half of {entry['quality']['respondents']:,} respondents would {_DO[asks_to_buy(entry)]}"
            f" {money(typical['value'], currency)} or more for {of}; with {percent(typical['level'])} confidence"
            f" that price lies between {money(typical['low'], currency)} and {money(typical['high'], currency)}."
        ]
    return [
        *said,
        *_best(entry, currency),
        *_measured(entry),
        *_range(entry, currency),
        *_doubtful(entry, currency),
    ]


def asks_to_buy(entry: Entry) -> bool:
    """Whether the typical price is one at which people would buy, not only consider."""
    return entry["method"] not in {"van_westendorp", "newton_miller_smith"}


def _why(reason: str) -> str:
    return _REASONS.get(reason, reason.replace("_", " "))


def what(entry: Entry, panel: StoredPanel) -> str:
    """Return what is priced, in words."""
    item = entry["item"]
    if item is None:
        return "what was asked about"
    metric = next((each for each in panel.metrics if each.metric == item), None)
    return f"a month of {item}" if metric is None else one(metric)


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


def _measured(entry: Entry) -> list[str]:
    """Return what purchases say of intents, where they calibrate them."""
    found = entry["details"].get("intent_calibration")
    if found is None:
        return []
    said = [(each["intent"], each["buys"]["value"]) for each in found["intents"] if each["buys"]["n"]]
    shares = listed([f"{percent(share)} of those who answered {intent}" for intent, share in said])
    return [
        f"Quotes to {found['customers']:,} who have also judged the price that they were offered say how far intents"
        f" go: {shares} are taken to buy."
    ]


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
    if clean and clean["value"] is not None and clean["value"] != entry["typical"]["value"] is not None:
        text += (
            f" Without them the typical price would be {money(clean['value'], currency)}"
            f" instead of {money(entry['typical']['value'], currency)}."
        )
    return [text]


def next_survey(entries: Sequence[Entry], panel: StoredPanel) -> list[dict[str, str]]:
    """Return what to ask next, the most useful first."""
    steps = []
    methods = {entry["method"] for entry in entries}
    for entry in entries:
        typical, needed = entry["typical"], entry["quality"].get("customers_needed") or {}
        if typical["value"] and needed.get("value"):
            reach = (typical["high"] - typical["low"]) / 2 / typical["value"]
            if reach > _WIDE:
                steps.append(
                    {
                        "what": f"about {needed['value']:,.0f} customers in all on {what(entry, panel)}",
                        "why": f"the price is known to ± {percent(reach)}; that many make it ± 10 %",
                    }
                )
    reasons = {entry["typical"]["reason"] for entry in entries}
    if "none_never_chosen" in reasons:
        steps.append(
            {
                "what": "choices at higher prices, up to where some buy nothing",
                "why": "a price that nobody refuses does not tell how many would refuse a higher one",
            }
        )
    if "no_none_option" in reasons:
        steps.append(
            {
                "what": "a choice of buying nothing in every task (alternative: none)",
                "why": "choices between offers then also tell whether people would buy at all",
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
