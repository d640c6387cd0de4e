"""Customers without a contract in words: how many still buy, what the year ahead brings, and how that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import customers, money

Result = Mapping[str, Any]


def buyer_sentences(section: Result, currency: str) -> list[str]:
    """Return the section as sentences; nothing where there are no such customers."""
    if section["money_ahead"]["value"] is None:
        return []
    often, spent, worth = (section[name] for name in ("purchases_ahead", "money_ahead", "lifetime_value"))
    active = section["likely_active"]
    return [
        f"Of {customers(section['customers'])} who buy without a contract about {active['value']:,.0f} are likely still"
        f" active, between {active['low']:,.0f} and {active['high']:,.0f}. In the next {section['months_ahead']} months"
        f" they will buy about {often['value']:,.0f} times, for {_money(spent, currency)}; this is in no MRR.",
        f"A new customer of that kind is worth {_money(worth, currency)} within {section['lifetime_months']} months.",
        *_tried(section["out_of_time"]),
    ]


def _tried(tried: Result) -> list[str]:
    expected = tried["expected"]
    if expected["value"] is None:
        return []
    low, high, came = expected["low"], expected["high"], tried["came"]
    verdict = "as" if low <= came <= high else "not as"
    return [
        f"The first two thirds of the history let expect {low:,.0f} to {high:,.0f} purchases of the rest;"
        f" {came:,} came, {verdict} foretold."
    ]


def _money(estimate: Result, currency: str) -> str:
    value, low, high = (money(estimate[end], currency) for end in ("value", "low", "high"))
    return f"{value} (between {low.removesuffix(f' {currency}')} and {high})"
