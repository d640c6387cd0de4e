"""What raises do to the business in plain words: retention and price, the churn they bear, and what more would buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import customers, money, percent

Result = Mapping[str, Any]


def effect_sentences(result: Result) -> list[str]:
    """Return effects as sentences; none of a plan where nobody is raised."""
    if not result["policy"] or not result["policy"]["raised"]:
        return _right_size(result)
    return [*_before_after(result), *_bears(result), *_frontier(result), *_right_size(result)]


def _before_after(result: Result) -> list[str]:
    told = {row["measure"]: row for row in result["before_after"]}
    net, gross, change = told["nrr"], told["grr"], told["valuation"]["change"]
    low, high = (money(change[end], result["currency"]) for end in ("low", "high"))
    return [
        f"Net retention of a year goes from {_exact(net['before'])} to {_exact(net['after'])}, gross retention from "
        f"{_exact(gross['before'])} to {_exact(gross['after'])}, all expansion but the raise left out. By what buyers "
        f"of companies pay for net retention that changes the price of the company by {low} to {high}."
    ]


def _exact(share: Mapping[str, Any]) -> str:
    return f"{100 * share['value']:.1f} %"


def _bears(result: Result) -> list[str]:
    rows = [row for row in result["break_even"] if row["raised"]]
    tight = min(rows, key=lambda row: row["break_even_churn"]["value"] - row["churn_change"]["value"])
    return [
        f"Margin is thinnest on plan {tight['plan']}: it bears {_exact(tight['break_even_churn'])} of its revenue lost "
        f"at once, and {_exact(tight['churn_change'])} are foretold to be lost within a year."
    ]


def _frontier(result: Result) -> list[str]:
    own = result["options"]["max_churn_change"]
    here, *wider = [row for row in result["frontier"] if row["max_churn_change"] >= own]
    if not wider:
        return []
    more = wider[0]["lifetime_value_change"]["value"] - here["lifetime_value_change"]["value"]
    if more <= 0:
        return ["A larger budget of churn would bring nothing more."]
    return [
        f"A budget of churn of {percent(wider[0]['max_churn_change'])} in place of {percent(own)} would bring "
        f"{money(more, result['currency'])} more."
    ]


def _right_size(result: Result) -> list[str]:
    sizes, currency = result["right_size"], result["currency"]
    if not sizes or not sizes["customers"]:
        return []
    return [
        f"At {percent(sizes['cap'])} of their value {customers(sizes['customers'])} would pay "
        f"{money(sizes['fair_mrr'], currency)} a month, where they pay {money(sizes['mrr'], currency)} (`fair_mrr`)."
    ]
