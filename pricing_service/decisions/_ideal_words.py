"""Ideal customers in plain words: the result as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.ideal_customers.success import TO_THEM, TO_US
from pricing_service.decisions._words import customers, listed, money, percent

_REASONS = {
    "insufficient_customers": "too few customers have been there long enough",
    "no_variation": "as far as the data tell, all customers did equally well",
    "not_identified": "no trait tells customers apart",
    "nothing_dated": "nothing in the data has a date",
}
_PARTS = {
    TO_US: "what they bring us after costs measured in first bills",
    TO_THEM: "what they themselves gain, measured so too",
}
_MOST_TOLD = 3

Result = Mapping[str, Any]


def ideal_sentences(result: Result, currency: str) -> list[str]:
    """Return the result as sentences, the most important first."""
    return [
        _verdict(result),
        *_success(result),
        *_profile(result),
        *_rule(result),
        *_reliability(result),
        *_ideal(result),
        *_lifetime(result, currency),
        *_leads(result),
    ]


def _verdict(result: Result) -> str:
    quality = result["score_quality"]
    found = quality["out_of_sample"]
    if found is None:
        why = quality["reasons"]["out_of_sample"]
        return f"Whether traits foretell success is not known: {_REASONS.get(why, why)}."
    area = found["auc"]
    if area["value"] is None:
        return "Whether traits foretell success is not known: too few customers have been there long enough."
    pair = (
        f"of two customers it names the better one {100 * area['value']:.0f} times in 100"
        f" (between {100 * area['low']:.0f} and {100 * area['high']:.0f}; 50 is a coin)"
    )
    if quality["predicts"] == "yes":
        return f"Traits known at signing foretell who succeeds: on customers that the score had not seen, {pair}."
    if quality["predicts"] == "no":
        said = f"Nothing that is known at signing foretells who succeeds: {pair}."
        return f"{said} Every customer's score is the base rate."
    return f"The data do not tell yet whether traits at signing foretell who succeeds: {pair}."


def _success(result: Result) -> list[str]:
    told = result["success"]
    if told["share"] is None:
        return []
    parts = " and ".join(_PARTS[part] for part in told["parts"])
    if not told["relative_to_size"]:
        parts = "what they gain"
    months = told["window_months"]
    window = "month" if months == 1 else f"{months} months"
    return [
        f"A success is one of the best {percent(told['share'])} of {customers(told['known'])} in the {window}"
        f" after signing, by {parts}."
    ]


def _profile(result: Result) -> list[str]:
    rows = [row for row in result["profile"] if row["stands_out"]]
    if not result["profile"]:
        return []
    looked = sum(row["p_value"] is not None for row in result["profile"])
    if not rows:
        return [f"Of {looked} levels of traits, none stands out once that many were looked at."]
    rows.sort(key=lambda row: -row["lift"]["value"])
    often = [_lifted(row) for row in rows if row["lift"]["value"] > 1][:_MOST_TOLD]
    seldom = [_lifted(row) for row in rows[::-1] if row["lift"]["value"] <= 1][:_MOST_TOLD]
    said = [f"Success is more frequent than among all customers with {listed(often)}."] if often else []
    return said + ([f"It is less frequent with {listed(seldom)}."] if seldom else [])


def _lifted(row: Result) -> str:
    lift = row["lift"]
    return (
        f"{row['trait']} {row['level']} ({lift['value']:.2g} times as often, between {lift['low']:.2g}"
        f" and {lift['high']:.2g})"
    )


def _rule(result: Result) -> list[str]:
    found = result["score_quality"]["out_of_sample"]
    if found is None or not found["by_trait"] or result["score_quality"]["predicts"] != "yes":
        return []
    best = found["by_trait"][0]["trait"]
    said = {
        "yes": "The score tells more than the best single trait does",
        "no": "The best single trait tells more than the score does",
        "cannot_tell": "The score is not known to tell more than the best single trait does",
    }[found["single_trait"]["beaten"]]
    return [f"{said} ({best})."]


def _reliability(result: Result) -> list[str]:
    found = result["score_quality"]["out_of_sample"]
    if found is None or result["score_quality"]["predicts"] != "yes":
        return []
    holds = found["reliability"]["within_sampling_error"]
    if holds is None:
        return []
    if holds:
        return ["Its chances come true: where it says 30 %, about 30 % succeed, within sampling error."]
    return ["Its chances do not come true within sampling error: read them as an order, not as chances."]


def _ideal(result: Result) -> list[str]:
    group = result["ideal"]
    if not group:
        return []
    hits, everybody = percent(group["success"]["value"]), percent(result["success"]["share"])
    return [
        f"{customers(group['customers'])} ({percent(group['share'])}) fit the profile; of those whom scores picked"
        f" unseen, {hits} had succeeded, against {everybody} of all."
    ]


def _lifetime(result: Result, currency: str) -> list[str]:
    typical = result["lifetime_value"]["typical"]
    if typical["value"] is None:
        return []
    return [
        f"The typical customer is worth {money(typical['value'], currency)} to us over its life, between"
        f" {money(typical['low'], currency)} and {money(typical['high'], currency)}."
    ]


def _leads(result: Result) -> list[str]:
    leads = result["leads"]
    if not leads or not leads["open"] or not leads["scored"]:
        return []
    many = f"{leads['open']:,} open " + ("lead is" if leads["open"] == 1 else "leads are")
    if leads["conditional_on_winning"]:
        return [f"{many} scored on the condition that they are won: no lost leads tell the chance of that."]
    return [f"{many} scored by the chance of winning them and of success then."]
