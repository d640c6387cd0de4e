"""Guidance for one offer: where to stop, what to ask, what to try, and how likely it is taken.

Notation: u units a month; [a, b] the corridor of fair prices for one unit; p* the recommended price for one unit.
Floor = u min(a, p*), target = u p*, stretch = u max(b, p*). A plan that is named gives the target by its price list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pricing_service.recommendations.leads import bill_of

NUMBERS = ("floor", "target", "stretch", "win_probability")


def quote_guidance(
    about: Mapping[str, Any], *, units: float, plan: str | None, today: float | None = None
) -> dict[str, Any]:
    """Guide one offer; money a month.

    Parameters
    ----------
    about
        What `about_offers` made of the analyses: `price` (`at`, `corridor`, `demand`) and `tiers`, None where unknown.
    units
        Units of the metric a month, above 0.
    plan
        A published tier by name, whose price is the target; None: the recommended price for one unit.
    today
        What the customer pays now; None for a lead. It is told beside, and changes nothing.
    """
    price, tiers = about["price"], about["tiers"] or []
    tier = next((each for each in tiers if each["name"] == plan), None)
    if plan is not None and tier is None:
        return _nothing(about, "no_such_plan" if about["tiers"] is not None else "nothing_published")
    listed = None if tier is None else bill_of(tier, units)
    if tier is not None and listed is None:
        return _nothing(about, "no_tier_is_large_enough")
    if price is None:
        return _nothing(about, "not_analysed", target=listed)
    at = price["at"] if listed is None else listed / units
    low, high = price["corridor"]
    chance = _chance(price["demand"], at)
    told = {
        "floor": round(units * min(low, at), 2),
        "target": round(units * at, 2),
        "stretch": round(units * max(high, at), 2),
        "win_probability": chance,
    }
    reasons = {} if chance is not None else {"win_probability": "no_demand_curve"}
    against = "inside" if low <= at <= high else "below" if at < low else "above"
    rests = [f"target_{against}_corridor", "price_list" if tier else f"rests_on_{price['rests_on']}"]
    if today is not None:
        rests.append("asks_more_than_today" if told["target"] > today else "asks_no_more_than_today")
    return _shown(about, told, reasons, rests)


def _nothing(about: Mapping[str, Any], reason: str, target: float | None = None) -> dict[str, Any]:
    told = {**dict.fromkeys(NUMBERS), "target": target}
    reasons = {name: reason for name, value in told.items() if value is None}
    return _shown(about, told, reasons, [] if target is None else ["price_list"])


def _shown(
    about: Mapping[str, Any], told: Mapping[str, Any], null: Mapping[str, str], rests: list[str]
) -> dict[str, Any]:
    null = {**null, **({} if about["metric"] else {"metric": "not_analysed"})}
    shown = {**told, "reasons": rests, "metric": about["metric"], "as_of": about["as_of"]}
    return {**shown, "unit": f"{about['currency']}/month", "reasons_for_null": dict(null)}


def _chance(demand: Mapping[str, Any] | None, price: float) -> float | None:
    """Return the share of people who would pay so much for one unit, read off the demand curve inside its range."""
    if demand is None or not demand["price"][0] <= price <= demand["price"][-1]:
        return None
    return float(np.interp(price, demand["price"], demand["share"]))


def about_offers(answers: Mapping[str, Any], *, as_of: str, currency: str) -> dict[str, Any]:
    """Gather what leads and offers need of the analyses: tiers only as published, the rest as far as it is known.

    Parameters
    ----------
    answers
        By kind, as in `Basis`.
    as_of
        The last day of the data.
    currency
        Of all money.
    """
    worth = answers["unit_worth"].result if "unit_worth" in answers else {}
    tiers = answers["tiers"] if "tiers" in answers and answers["tiers"].published else None
    ideal = answers["ideal_customers"].result if "ideal_customers" in answers else {}
    found = worth.get("worth")
    return {
        "as_of": as_of,
        "currency": currency,
        "metric": worth.get("metric") or (tiers.result["metric"] if tiers else None),
        "scorecard": ideal.get("scorecard") or None,
        "worth": found if found and found["value"] is not None else None,
        "tiers": tiers and [_priced(each) for each in tiers.result["tiers"]],
        "price": _price(worth),
    }


def _priced(tier: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tier.get(name) for name in ("name", "price", "included_units", "overage_price")}


def _price(worth: Mapping[str, Any]) -> dict[str, Any] | None:
    recommended, corridor = worth.get("recommended_price") or {}, worth.get("price_corridor") or {}
    at = (recommended.get("price") or {}).get("value")
    if at is None or corridor.get("low") is None:
        return None
    curve = recommended.get("earnings") or []
    demand = {"price": [each["price"] for each in curve], "share": [each["demand"] for each in curve]}
    return {
        "at": at,
        "corridor": [corridor["low"], corridor["high"]],
        "demand": demand if curve else None,
        "rests_on": recommended.get("rests_on") or "corridor",
    }
