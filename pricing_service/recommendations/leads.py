"""What to offer a lead: how it fits the ideal customer, what it would gain, its tier, and what that would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.ideal_customers.scorecard import Scorecard
from pricing_service.decisions._lead_scores import lead_score


def lead_recommendation(
    about: Mapping[str, Any], *, traits: Mapping[str, object], expected_units: float | None
) -> dict[str, Any]:
    """Tell of one lead.

    Parameters
    ----------
    about
        What `about_offers` made of the analyses: `scorecard`, `worth`, `metric`, `tiers`, each None where unknown.
    traits
        What is known of the lead.
    expected_units
        Units of the metric that it will use a month; None where nobody knows.
    """
    reasons: dict[str, str] = {}
    tier = cheapest_tier(about["tiers"], expected_units)
    if tier is None:
        unknown = "nothing_published" if about["tiers"] is None else "no_expected_units"
        enough = expected_units is not None and about["tiers"]
        reasons |= dict.fromkeys(("tier", "quote"), "no_tier_is_large_enough" if enough else unknown)
    if expected_units is None:
        reasons["worth"] = "no_expected_units"
    elif about["worth"] is None:
        reasons["worth"] = "not_analysed"
    if about["scorecard"] is None:
        reasons["ideal"] = "not_analysed"
    return {
        "as_of": about["as_of"],
        "currency": about["currency"],
        "metric": about["metric"],
        "ideal": None if about["scorecard"] is None else _fit(about["scorecard"], traits),
        "worth": None if "worth" in reasons else _times(about["worth"], expected_units or 0.0),
        "tier": tier and {name: tier[name] for name in ("name", "price", "included_units", "overage_price")},
        "quote": tier and {"monthly": tier["bill"], "unit": f"{about['currency']}/month"},
        "reasons": reasons | ({} if about["metric"] else {"metric": "not_analysed"}),
    }


def cheapest_tier(tiers: Sequence[Mapping[str, Any]] | None, units: float | None) -> dict[str, Any] | None:
    """Return the tier with the lowest `bill` for so many units; None where no tier lets that many be used.

    Examples
    --------
    >>> tiers = [{"name": "S", "price": 10.0, "included_units": 5.0, "overage_price": 4.0},
    ...          {"name": "L", "price": 30.0, "included_units": None, "overage_price": None}]
    >>> [cheapest_tier(tiers, units)["name"] for units in (7, 11)]
    ['S', 'L']
    """
    if not tiers or units is None:
        return None
    billed = [{**tier, "bill": bill_of(tier, units)} for tier in tiers]
    return min((tier for tier in billed if tier["bill"] is not None), key=_bill, default=None)


def bill_of(tier: Mapping[str, Any], units: float) -> float | None:
    """Return what so many units cost a month in a tier; None where it does not let so many be used."""
    included, overage = tier["included_units"], tier["overage_price"]
    if included is None or units <= included:
        return float(tier["price"])
    return None if overage is None else float(tier["price"] + (units - included) * overage)


def _bill(tier: Mapping[str, Any]) -> float:
    return float(tier["bill"])


def _fit(scorecard: Mapping[str, Any], traits: Mapping[str, object]) -> dict[str, Any]:
    return lead_score(Scorecard.from_json(scorecard), traits)


def _times(estimate: Mapping[str, Any], units: float) -> dict[str, Any]:
    """Return an estimate for one unit as one for so many units a month."""
    sizes = {
        name: None if estimate[name] is None else estimate[name] * units for name in ("value", "low", "high")
    }
    return {**estimate, **sizes, "unit": f"{estimate['unit'].partition('/')[0]}/month"}
