"""Growth and retention in plain words: gross retention first, since expansion can hide a bucket that leaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pricing_service.decisions._growth_ahead_words import ahead_sentences, between
from pricing_service.decisions._growth_caveats import MOSTLY_REFUSED
from pricing_service.decisions._words import customers, money, percent

Result = Mapping[str, Any]
_YEAR = 12
LEAKY_BELOW = 0.82
"""Gross retention of a year that a quarter of private SaaS companies stay below (KeyBanc and Sapphire, 2024)."""
_LINES = (
    ("new", "new customers brought"),
    ("expansion", "expansion"),
    ("price_raise", "raises of price"),
    ("reactivation", "customers who came back"),
)
_CAUSES = (
    ("units", "number of units"),
    ("plan_change", "change of plan"),
    ("discount", "discounts"),
    ("another_subscription", "further subscriptions"),
    ("other", "causes that nothing tells"),
)
_LOSSES = (("churn", "customers who left took"), ("contraction", "contraction"))


def growth_sentences(result: Result, *, leaky_below: float, worst: Sequence[str] = ()) -> list[str]:
    """Return the result as sentences, the most important first; `worst` are those about segments that keep least."""
    last = result["months"][-1]
    return [
        *_refused(result),
        _gross(last, result["convention"], leaky_below),
        *_net(last),
        *worst,
        *_raises(last, result["convention"]),
        *_renewed(result),
        *_bridge(result),
        *_causes(result),
        *_doubled(result),
        *ahead_sentences(result),
        _counted(result["convention"]),
        f"All of this is as of the end of {_month(last['month'])}, the last whole month.",
    ]


def _month(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def _refused(result: Result) -> list[str]:
    """Say first where most of what was sent counts for nothing."""
    found = [each["message"] for each in result["caveats"] if each["code"] == MOSTLY_REFUSED]
    return [f"Nothing below stands for all customers: {text}" for text in found]


def _gross(last: Result, convention: Result, leaky_below: float) -> str:
    gross, window = last["grr"], convention["window_months"]
    if gross["value"] is None:
        why = {"window_not_over": f"the data do not span {_span(window)} yet"}.get(gross["reason"])
        return f"How much revenue stays is not known: {why or 'too few customers were there at its start'}."
    kept = f"Of the revenue of {_span(window)} ago {between(gross)} is still there, expansion left out"
    usual = leaky_below == LEAKY_BELOW
    border = "three companies in four keep {} or more" if usual else "it is said to leak below {}"
    border = border.format(percent(leaky_below))
    # The border is one of a year, counted customer by customer.
    if window != _YEAR or convention["name"] != "endpoint" or gross["value"] >= leaky_below:
        return f"{kept}."
    leaks = "The bucket leaks" if gross["high"] < leaky_below else "The bucket may leak"
    return f"{leaks}. {kept}; {border}."


def _span(months: int) -> str:
    return "a month" if months == 1 else f"{months} months"


def _net(last: Result) -> list[str]:
    net = last["nrr"]
    if net["value"] is None:
        return []
    said = f"With expansion it is {between(net)}"
    if net["low"] > 1:
        return [f"{said}: the same customers pay more than they did."]
    if net["high"] < 1:
        return [f"{said}: the same customers pay less than they did."]
    return [f"{said}: whether the same customers pay more or less than they did is not sure."]


def _raises(last: Result, convention: Result) -> list[str]:
    """Say what net retention would be without raises, where it is counted as that is: at two month-ends."""
    without, net = last["nrr_without_raises"], last["nrr"]
    counted = convention["name"] in ("endpoint", "capped_in_total")
    if not counted or without["value"] is None or net["value"] is None or without["value"] == net["value"]:
        return []
    return [f"Without raises of price it would be {between(without)}."]


def _bridge(result: Result) -> list[str]:
    # The first month opens with what known customers pay at its end: nothing moved in it.
    currency, year = result["currency"], (result["months"][1:] or result["months"])[-_YEAR:]
    gained = [(sum(month[line] for month in year), words) for line, words in _LINES]
    lost = [(sum(month[line] for month in year), words) for line, words in _LOSSES]
    parts = [f"{words} {money(amount, currency)}" for amount, words in gained if amount]
    taken = [f"{words} {money(amount, currency)}" for amount, words in lost if amount]
    span = "month" if len(year) == 1 else f"{len(year)} months"
    opened, closed = (money(amount, currency) for amount in (year[0]["opening_mrr"], year[-1]["closing_mrr"]))
    went = "stayed at" if year[-1]["closing_mrr"] == year[0]["opening_mrr"] else f"went from {opened} to"
    moved = f"In the last {span} revenue a month {went} {closed}"
    return [f"{moved}." if not parts + taken else f"{moved}: {', '.join(parts + taken)}."]


def _renewed(result: Result) -> list[str]:
    """Say how much of what came up for renewal was renewed, and what comes up next."""
    currency, rows = result["currency"], result["renewals"]
    past, ahead = (
        [row["due_mrr"] for row in rows if (row["renewed_share"]["reason"] == "not_yet_due") == later]
        for later in (False, True)
    )
    share, said = result["available_to_renew"], []
    if share["value"] is not None:
        said.append(
            f"Of {money(sum(past), currency)} a month that came up for renewal in the last"
            f" {result['convention']['window_months']} months {between(share)} was renewed."
        )
    if sum(ahead):
        span = "next month" if len(ahead) == 1 else f"next {len(ahead)} months"
        said.append(f"In the {span} {money(sum(ahead), currency)} a month come up for renewal.")
    return said


def _causes(result: Result) -> list[str]:
    """Say what expansion came from, where anything tells it."""
    year = [month["expansion_by"] for month in result["months"][-12:]]
    sums = {cause: round(sum(month[cause] for month in year), 3) for cause, _ in _CAUSES}
    if not any(amount for cause, amount in sums.items() if cause != "other"):
        return []
    said = [f"{words} {money(sums[cause], result['currency'])}" for cause, words in _CAUSES if sums[cause]]
    return [f"Expansion by cause: {', '.join(said)}."]


def _doubled(result: Result) -> list[str]:
    share = result["doubled"]
    if share["value"] is None:
        return []
    return [
        f"Of {customers(share['n'])} who paid {_span(result['convention']['window_months'])} ago {between(share)} pay"
        " at least twice as much now."
    ]


def _counted(convention: Result) -> str:
    if convention["name"] == "endpoint":
        return (
            "Retention compares what the same customers pay at two month-ends, as most filed figures do; gross"
            " retention counts no customer for more than it paid at first. Other ways to count are shown beside it."
        )
    return f"Counted by the convention {convention['name']}; the default and all others are shown beside it."
