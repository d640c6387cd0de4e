"""What customers are worth, who leaves, and what is foreseen, in plain words: the second half of growth's sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

from pricing_service.decisions._words import customers, listed, money, percent

Result = Mapping[str, Any]


def ahead_sentences(result: Result) -> list[str]:
    """Return what is said of lifetimes, value, leaving, the forecast, levers and the company's price, in this order."""
    return [
        *_lifetime(result),
        *_by_customer(result),
        *_value(result),
        *_captured(result),
        *_leaving(result),
        *_forecast(result),
        *_levers(result),
        *_valuation(result),
    ]


def between(estimate: Result) -> str:
    """Return a share with its interval."""
    value, low, high = (percent(estimate[end]) for end in ("value", "low", "high"))
    return f"{value} (between {low.removesuffix(' %')} and {high})" if low != high else value


def _lifetime(result: Result) -> list[str]:
    value, payback, currency = result["lifetime_value"], result["cac_payback_months"], result["currency"]
    if value["value"] is None:
        return []
    amount, low, high = (money(value[end], currency) for end in ("value", "low", "high"))
    kind = (
        "revenue, since no table tells costs"
        if result["gross_margin"] is None
        else "margin after cost to serve"
    )
    months, rate = result["lifetime"]["months"], percent(result["lifetime"]["discount_rate"])
    by_terms = "; of those on terms a renewal is a term's end" if result["lifetime"].get("terms") else ""
    by_first = result["lifetime"].get("new_pays_by") == "first_bills"
    pays = "as those of the last two years did at first" if by_first else "what the average one pays"
    said = (
        f"A new customer who pays {pays} is worth {amount} over {months} months, between {low} and"
        f" {high} ({kind}, discounted at {rate} a year{by_terms})"
    )
    if payback["value"] is None:
        return [f"{said}."]
    cost = money(result["acquisition_cost"]["value"], currency)
    return [f"{said}; winning one costs {cost}, which is paid back after {payback['value']:.0f} months."]


def _by_customer(result: Result) -> list[str]:
    """Say how far the worth of customers who pay today lies apart, and by what they stay for longer."""
    told = result["lifetime"].get("by_customer") or {}
    if not told.get("tenths"):
        return []
    top, bottom = (money(each["mean"]["value"], result["currency"]) for each in told["tenths"])
    said = f"Of customers who pay today the tenth that is worth most is still to bring {top} each, the least {bottom}"
    sure = [each["words"] for each in told["apart_by"] if each["stands_out"]]
    return [f"{said}; who stays longer differs by {listed(sure)}." if sure else f"{said}."]


def _captured(result: Result) -> list[str]:
    share = result["forces"]["value_bridge"]["captured"]
    if share["value"] is None:
        return []
    return [f"Of the value added at customers who stayed {between(share)} became revenue."]


def _value(result: Result) -> list[str]:
    value, months = result["forces"]["value"], result["convention"]["window_months"]
    if value["value"] is None:
        return []
    said = f"The same {customers(value['n'])} gain {between(value)} of what they gained in the {months} months before"
    if value["low"] > 1:
        return [f"{said}: there is value that prices may follow."]
    if value["high"] < 1:
        return [f"{said}: what they pay for is worth less to them, and raises would go against it."]
    return [f"{said}."]


def _leaving(result: Result) -> list[str]:
    effects = result["leaving"].get("effects", [])
    sure = [each for each in effects if each["stands_out"]]
    if not effects:
        return []
    if not sure:
        known = (
            f"Of {len(effects)} things known of customers none is"
            if effects[1:]
            else "What is known of customers is not"
        )
        return [f"{known} sure to foretell who leaves."]
    sure.sort(key=lambda each: -abs(log(each["odds_ratio"]["value"])))
    told = [f"{each['words']} ({_odds(each['odds_ratio'])})" for each in sure]
    return [f"What foretells leaving: {listed(told)}. It foretells, which is not yet a reason."]


def _odds(ratio: Result) -> str:
    value, low, high = (f"{ratio[end]:.2g}" for end in ("value", "low", "high"))
    return f"{value} times the odds, between {low} and {high}"


def _forecast(result: Result) -> list[str]:
    if not result["forecast"]:
        return []
    last, currency = result["forecast"][-1], result["currency"]
    mrr, ahead = last["mrr"], len(result["forecast"])
    ends = f"between {money(mrr['low'], currency)} and {money(mrr['high'], currency)}"
    return [
        f"If things go on as they did, revenue a month will be {money(mrr['value'], currency)} in"
        f" {'a month' if ahead == 1 else f'{ahead} months'}, {ends} with probability {percent(mrr['level'])}.",
        *_bound(result["bound"]),
    ]


def _bound(bound: Result) -> list[str]:
    if not bound.get("customers"):
        return []
    pay, are = ("pays", "is") if bound["customers"] == 1 else ("pay", "are")
    share = percent(bound["share_of_mrr"])
    return [
        f"{customers(bound['customers'])}, who {pay} {share} of today's revenue, {are} bound by terms: they are"
        " foreseen to leave as they did, when terms end."
    ]


def _levers(result: Result) -> list[str]:
    levers = result["forces"]["levers"]
    if not levers:
        return []
    currency, years = result["currency"], result["forces"]["horizon_months"] // 12
    best = levers[0]["mrr_change"]
    value, low, high = (money(best[end], currency) for end in ("value", "low", "high"))
    said = (
        f"Of {len(levers)} levers, {levers[0]['words']} would likely do most in {years} years: {value} a month more,"
        f" between {low} and {high}"
    )
    if best["low"] <= 0:
        return [f"{said}; the data do not tell which of them does most."]
    second = levers[1]["mrr_change"]
    said = f"{said}; next is {levers[1]['words']}, with {money(second['value'], currency)}"
    return [
        f"{said}." if best["low"] > second["high"] else f"{said}, and which of the two does more is not sure."
    ]


def _valuation(result: Result) -> list[str]:
    told, currency = result["valuation"], result["currency"]
    worth = told["value_of_a_point"]
    if result["months"][-1]["nrr"]["value"] is None or worth["value"] is None:
        return []
    return [
        f"A point more of net retention adds {money(worth['low'], currency)} to {money(worth['high'], currency)} to the"
        f" company's price, at {told['multiple_per_point']['least']:g} to {told['multiple_per_point']['most']:g} times"
        " annual revenue a point, and at most that: companies that grow faster have both."
    ]
