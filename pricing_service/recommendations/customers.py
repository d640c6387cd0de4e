"""One recommendation a customer: its tier and raise as decided, and what else is known of it.

Notation: p is the chance to leave within one month; 1 - (1 - p)^12 the chance to leave within a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from pricing_service.recommendations.basis import Basis

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
Known = tuple[Any, dict[str, str]]
"""A value, and the reasons of what in it is null."""


def recommendations(basis: Basis) -> Iterator[dict[str, Any]]:
    """Tell of every customer, sorted by id.

    Examples
    --------
    >>> from datetime import date
    >>> told = next(recommendations(Basis("ws_1", date(2026, 6, 30), "EUR", {"A-1": ("pro", 49.0)}, {})))
    >>> told["current"], told["raise"], told["reasons"]["raise"], told["confidence"]
    ({'plan': 'pro', 'mrr': 49.0}, None, 'nothing_published', 'none')
    """
    for customer_id in sorted(basis.today):
        yield _recommendation(basis, customer_id)


def recommendation_id(workspace_id: str, customer_id: str) -> str:
    """Return the id of a customer's recommendation: it stays while what is recommended changes."""
    number = int.from_bytes(hashlib.sha256(f"{workspace_id}\0{customer_id}".encode()).digest()[:16], "big")
    digits = (_ALPHABET[number >> 5 * at & 31] for at in reversed(range(26)))
    return f"rec_{''.join(digits)}"


def _recommendation(basis: Basis, customer_id: str) -> dict[str, Any]:
    parts: dict[str, Known] = {
        "tier": _tier(basis, customer_id),
        "raise": _raise(basis, customer_id),
        "renewal_risk": _renewal_risk(basis, customer_id),
        "next_value": (None, {"next_value": "not_built"}),
        "price_book_version": _or_why(basis.price_book_version, "price_book_version", "no_price_book"),
    }
    value = {name: known for name, (known, _) in parts.items()}
    reasons = {name: reason for _, why in parts.values() for name, reason in why.items()}
    return {
        "id": recommendation_id(basis.workspace_id, customer_id),
        "customer_id": customer_id,
        "as_of": basis.as_of.isoformat(),
        "currency": basis.currency,
        "current": _current(basis, customer_id),
        "tier": value["tier"],
        "raise": value["raise"],
        "ideal": _ideal(basis, customer_id),
        "value": _value(basis, customer_id),
        "renewal_risk": value["renewal_risk"],
        "next_value": value["next_value"],
        "price_book_version": value["price_book_version"],
        "headline": _headline(basis, customer_id, value),
        "confidence": _confidence(basis, customer_id, value),
        "valid_until": basis.valid_until.isoformat(),
        "reasons": reasons,
    }


def _current(basis: Basis, customer_id: str) -> dict[str, Any]:
    plan, mrr = basis.today[customer_id]
    why = {"plan": "no_plan" if mrr else "not_a_customer_now", "mrr": "no_bills"}
    return _with_reasons({"plan": plan, "mrr": mrr}, why)


def _tier(basis: Basis, customer_id: str) -> Known:
    decided = basis.decided("tiers")
    if decided is None:
        return None, {"tier": "nothing_published"}
    row = decided.rows.get(customer_id)
    if row is None:
        return None, {"tier": "not_analysed"}
    tier = next((each for each in decided.result["tiers"] if each["name"] == row["tier"]), None)
    if tier is None:
        return None, {"tier": "would_leave"}
    told = {name: tier.get(name) for name in ("name", "price", "included_units", "overage_price")}
    told |= {"bill": row["bill"], "change": row["change"], "reasons": [_moves(row["change"])]}
    why = {
        "included_units": "unlimited",
        "overage_price": "no_overage",
        "bill": "not_known",
        "change": "no_bills",
    }
    return _with_reasons(told, why, under="reasons_for_null"), {}


def _moves(change: float | None) -> str:
    """Return how the bill would move, as a code; less than a hundredth of the currency is nothing."""
    if change is None:
        return "bill_unknown_today"
    return (
        "would_pay_the_same" if abs(change) < 0.01 else "would_pay_more" if change > 0 else "would_pay_less"
    )


def _raise(basis: Basis, customer_id: str) -> Known:
    decided = basis.decided("raises")
    if decided is None:
        return None, {"raise": "nothing_published"}
    row = decided.rows.get(customer_id)
    if row is None:
        return None, {"raise": "not_analysed"}
    if not row["raise"]:
        return None, {"raise": next(iter(row["reasons"] or []), "not_raised")}
    mrr = basis.today[customer_id][1]
    if mrr is not None and mrr >= row["recommended_mrr"]:
        return None, {"raise": "pays_it_already"}
    told = {
        "to_mrr": row["recommended_mrr"],
        "share": row["raise"],
        "effective": row["effective"] and str(row["effective"])[:10],
        "reasons": list(row["reasons"] or []),
    }
    return _with_reasons(told, {"effective": "no_day_told"}, under="reasons_for_null"), {}


def _ideal(basis: Basis, customer_id: str) -> dict[str, Any]:
    row = basis.row("ideal_customers", customer_id)
    why = "not_analysed" if not row else "traits_do_not_predict"
    known = {"score": row.get("score"), "ideal": row.get("ideal")}
    return _with_reasons(known, dict.fromkeys(known, why))


def _value(basis: Basis, customer_id: str) -> dict[str, Any]:
    row = basis.row("raises", customer_id)
    why = "not_analysed" if not row else "no_value_known"
    known = {"monthly": row.get("value"), "captured_share": row.get("captured_share")}
    return _with_reasons(known, dict.fromkeys(known, why))


def _renewal_risk(basis: Basis, customer_id: str) -> Known:
    """Return the chance to leave within a year at today's price."""
    year = basis.row("raises", customer_id).get("churn_before")
    month = basis.row("growth", customer_id).get("chance_of_leaving")
    if year is None and month is not None:
        year = 1 - (1 - month) ** 12
    return _or_why(year, "renewal_risk", "not_analysed")


def _headline(basis: Basis, customer_id: str, value: Mapping[str, Any]) -> str:
    """Say in one sentence what to do."""
    plan, mrr = basis.today[customer_id]
    tier, to_come = value["tier"], value["raise"]
    money = basis.currency
    if to_come is not None:
        since = f" from {to_come['effective']} on" if to_come["effective"] else ""
        return f"Raise to {to_come['to_mrr']:,.2f} {money} a month{since} (+{to_come['share']:.1%})."
    if tier is not None and tier["name"] != plan:
        return f"Fits {tier['name']} at {tier['price']:,.2f} {money} a month."
    if mrr:
        return f"Keep today's price of {mrr:,.2f} {money} a month."
    return "Pays nothing today, and nothing is recommended."


def _confidence(basis: Basis, customer_id: str, value: Mapping[str, Any]) -> str:
    """Tell how sure it is.

    `none`: nothing decided is about this customer. `high`: a raise whose answer in churn was learned from raises given
    by lot, to a customer whose value is measured. `medium`: one learned otherwise, or a tier alone. `low`: the rest.
    """
    raises = basis.decided("raises")
    if raises is None or customer_id not in raises.rows:
        return "none" if value["tier"] is None else "medium"
    identified = raises.result.get("elasticity", {}).get("identified_by")
    measured = raises.rows[customer_id]["value_basis"] == "measured"
    if identified is None:
        return "low"
    return "high" if measured and "randomised" in identified else "medium"


def _or_why(value: Any, name: str, reason: str) -> Known:
    return value, {} if value is not None else {name: reason}


def _with_reasons(known: dict[str, Any], why: Mapping[str, str], *, under: str = "reasons") -> dict[str, Any]:
    """Put beside a mapping's nulls why they are."""
    null = {name: why[name] for name, value in known.items() if value is None}
    return known | {under: null} if null else known
