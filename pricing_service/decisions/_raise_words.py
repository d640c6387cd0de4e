"""Raises in plain words: who, by how much, what it is worth and what it costs, before any statistics."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from pricing_service.decisions._raise_cross_section import CROSS_SECTIONAL
from pricing_service.decisions._raise_past_words import past_sentences
from pricing_service.decisions._raise_told import STAGGERED
from pricing_service.decisions._raise_wave_words import wave_sentences
from pricing_service.decisions._raise_willing_entries import willing_sentences
from pricing_service.decisions._words import chance, customers, listed, money, percent

Result = Mapping[str, Any]
SKIPPED = {
    "grandfathered": "they keep their price for good",
    "raise_coming": "they were told a raise that is not in force yet",
    "value_unknown": "nothing tells what they get",
    "no_value": "they get no value",
    "pays_its_share_already": "they pay their share of their value already",
    "not_earned": "their value has not grown enough since their last price",
    "raised_recently": "their price was set within a year",
    "not_due_in_time": "their price may not change within the months that count",
    "contract_allows_none": "their contract allows no raise",
}


def raise_sentences(result: Result) -> list[str]:
    """Return the result as sentences, the most important first."""
    plan = (
        [*_plan(result), *_beside(result)] if result["policy"] else [*_no_plan(result), *_would_tell(result)]
    )
    past = past_sentences(result["past_raises"])
    return [
        *plan,
        *_answer(result),
        *_by_plan(result),
        *willing_sentences(result),
        *_by_list_price(result),
        *past,
        *wave_sentences(result),
        *_threats(result),
        *_coming(result),
        *_skipped(result),
        *_too_much(result),
    ]


def _plan(result: Result) -> list[str]:
    policy, expected, currency = result["policy"], result["expected"], result["currency"]
    if not policy["raised"]:
        return ["No raise is worth its churn within the budgets: leave prices as they are."]
    gain, churn, mrr = (expected[name] for name in ("lifetime_value_change", "churn_change", "mrr_change"))
    steps = sorted({group["raise"] for group in policy["groups"]})
    by = f"{percent(steps[0])} to {percent(steps[-1])}" if len(steps) > 1 else percent(steps[0])
    return [
        f"Raise {policy['raised']} of {customers(result['customers'])} by {by}: that is expected to be worth "
        f"{money(gain['value'], currency)} ({money(gain['low'], currency)} to {money(gain['high'], currency)}) over "
        f"{result['options']['horizon_months']} months, and {money(mrr['value'], currency)} more MRR in a year.",
        f"It costs {_points(churn['value'])} points of customers a year ({_points(churn['low'])} to "
        f"{_points(churn['high'])}); the chance that it gains is {chance(expected['chance_of_gain'])}.",
    ]


def _points(share: float) -> str:
    return f"{100 * share:.2f}"


def _beside(result: Result) -> list[str]:
    flat, currency = result["beside"]["flat"], result["currency"]
    if not result["policy"]["raised"]:
        return []
    free = result["beside"]["without_fairness"]["lifetime_value_change"]["value"]
    own = result["beside"]["without_hold_out"]["lifetime_value_change"]["value"]
    held = result["hold_out"]["customers"]
    found = [f"With nobody held out it would be worth {money(own, currency)}."] if held else []
    if flat["raise"]:
        found.append(
            f"The best single raise for everybody, {percent(flat['raise'])} at most, would be worth "
            f"{money(flat['lifetime_value_change']['value'], currency)} within the same budgets."
        )
    else:
        found.append("No single raise for everybody is worth its churn within the same budgets.")
    if free > own:
        found.append(
            f"Giving alike customers ({listed([name.replace('_', ' ') for name in result['options']['fairness_by']])}) "
            f"the same raise costs {money(free - own, currency)}."
        )
    return found


def _no_plan(result: Result) -> list[str]:
    rows = [row for row in result["band"] if row["customers"]]
    text = "No plan can be given: nothing in the data tells how many would leave for a raise."
    if not rows:
        return [text]
    row = min(rows, key=lambda each: abs(each["raise"] - 0.1))
    low, high = (money(row["lifetime_value_change"][end], result["currency"]) for end in ("low", "high"))
    return [
        text,
        f"By what is usual elsewhere, {percent(row['raise'])} for {customers(row['customers'])} whose value allows it "
        f"would change lifetime value by {low} to {high}, and lose {_points(row['churn_change']['low'])} to "
        f"{_points(row['churn_change']['high'])} points of customers a year.",
    ]


def _would_tell(result: Result) -> list[str]:
    wave = result["would_tell"]
    few = (
        " That is more than there are: run waves for longer."
        if wave["customers"] > wave["customers_there"]
        else ""
    )
    return [
        f"It would be known after {wave['months']} months in which half of {customers(wave['customers'])}, chosen by "
        f"lot, are asked {percent(wave['raise'])} more (`assignment` randomised in `price_changes`).{few}"
    ]


def _answer(result: Result) -> list[str]:
    slope = result["elasticity"]
    if slope["value"] is None:
        return []
    return [
        f"A raise of 10 % multiplies the odds of leaving by {_odds(slope['value'])} ({_odds(slope['low'])} to "
        f"{_odds(slope['high'])}), by {_known_by(slope)}."
    ]


def _known_by(slope: Result) -> str:
    kinds = [kind for kind in slope["identified_by"].split(", ") if kind != CROSS_SECTIONAL]
    if len(kinds) == len(slope["identified_by"].split(", ")):
        return f"raises that were {slope['identified_by']} to {customers(slope['given'])}"
    came = f"list prices that {customers(slope['cross_sectional']['customers'])} came at"
    return f"raises that were {', '.join(kinds)}, and by {came}" if kinds else came


def _by_plan(result: Result) -> list[str]:
    staggered = result["elasticity"].get("staggered")
    if staggered is None:
        return []
    trend = staggered["trend_before"]
    if trend["verdict"] == "none_seen" and STAGGERED not in (result["elasticity"]["identified_by"] or ""):
        return ["Raises of whole plans tell too little of it."]
    if trend["verdict"] == "none_seen":
        return [
            "That rests on raises of whole plans one after another. Before, these plans lost customers as the others "
            f"did, as far as can be seen (chance of differences as large: {percent(trend['chance'])})."
        ]
    why = "lost customers at another rate before" if trend["verdict"] == "seen" else "are hardly seen before"
    return [f"Raises of whole plans tell nothing of it: the plans that were raised {why}."]


def _by_list_price(result: Result) -> list[str]:
    listed = result["elasticity"].get("cross_sectional")
    if listed is None:
        return []
    balance, away = listed["balance"], listed["explained_away"]
    if away["value"] is not None:
        return [
            "That rests on the list prices at which customers came, which is the weakest evidence. What was known of "
            "them before does not go with their price, as far as can be seen (chance of differences as large: "
            f"{percent(balance['chance'])}). Who came at a higher price was willing to pay it, so that truly more "
            "leave.",
            "To explain it away, a reason that nobody sees would have to multiply both the chance of having come at a "
            f"tenth more and that of leaving by {away['value']:.1f} (by {away['low']:.1f} at the lower end).",
        ]
    why = {
        "seen": "nothing of it: customers of different prices differed before",
        "unknown": "nothing of it: nothing was known of customers before that could be compared",
        "none_seen": "too little of it",
    }[balance["verdict"]]
    return [f"List prices at which customers came tell {why}."]


def _odds(elasticity: float) -> str:
    factor = exp(0.1 * elasticity)
    return f"{factor:.2f}"


def _threats(result: Result) -> list[str]:
    guard = result.get("threats") or {}
    if guard.get("holds") is not False:
        return []
    less = _points(guard["asked_less"]["value"])
    return [
        f"Those likelier to leave are asked {less} points less than others who may be asked as "
        "much: whoever threatens to leave would learn that it pays. Keep alike customers at one raise (`fairness_by`)."
    ]


def _coming(result: Result) -> list[str]:
    coming, currency = result.get("coming") or {}, result["currency"]
    if not coming.get("customers"):
        return []
    were = "was" if coming["customers"] == 1 else "were"
    text = f"{customers(coming['customers'])} {were} told a raise that is not in force yet"
    stays = coming["customers"] - coming["left"]
    left = f", of whom {coming['left']} left" if coming["left"] else ""
    if not stays:
        return [f"{text}{left}."]
    return [
        f"{text}{left}: those who are there pay {money(coming['mrr'], currency)} a month and will pay "
        f"{money(coming['coming_mrr'], currency)}, which is what the plan begins with."
    ]


def _skipped(result: Result) -> list[str]:
    parts = [f"{row['customers']} because {SKIPPED[row['reason']]}" for row in result["skipped"]]
    return [f"Not raised: {listed(parts)}."] if parts else []


def _too_much(result: Result) -> list[str]:
    count = result["earned"]["pay_too_much"]
    if not count:
        return []
    cap = percent(result["options"]["capture_cap"])
    who, whose, they = ("pays", "its", "it leaves") if count == 1 else ("pay", "their", "they leave")
    return [f"{customers(count)} {who} more than {cap} of {whose} value: offer a smaller plan before {they}."]
