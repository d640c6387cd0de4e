"""A simulation in plain words, for people who decide on prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._price_words import SAID_BY
from pricing_service.decisions._words import listed, money, percent, sentence
from pricing_service.money import MINOR_UNITS

Figures = Mapping[str, Any]


def sentences_of(result: Figures) -> list[str]:
    """Return what a simulation found: the total, who pays more, who moves, where bills jump, who might leave."""
    if not result["counted"]["customer_months"]:
        return [
            "No customer-month can be compared: before or after is not known for any of them.",
            *_left(result),
        ]
    currency = result["currency"]
    return [
        _total(result, currency),
        *_spread(result["change"]),
        *_moves(result["moves"]),
        *_cliff(result["cliffs"], currency),
        *_behaviour(result, currency),
        *_left(result),
    ]


def signed(share: float) -> str:
    """Return a relative change as people write it.

    Examples
    --------
    >>> signed(0.0512), signed(-0.2), signed(0.0001)
    ('+5.1 %', '−20.0 %', '±0.0 %')
    """
    sign = "±" if abs(share) < 0.0005 else "+" if share > 0 else "−"
    return f"{sign}{abs(share):.1%}".replace("%", " %")


def exact(amount: float, currency: str) -> str:
    """Return an amount to the smallest coin of its currency.

    Examples
    --------
    >>> exact(1234.5, "EUR"), exact(1234, "JPY")
    ('1,234.50 EUR', '1,234 JPY')
    """
    return f"{amount:,.{MINOR_UNITS[currency]}f} {currency}"


def _about(customers: float) -> str:
    return f"{customers:,.0f}" if customers >= 10 else f"{customers:.2g}"


def _total(result: Figures, currency: str) -> str:
    total, months, counted = result["total"], result["months"], result["counted"]
    share = "" if total["change_share"] is None else f" ({signed(total['change_share'])})"
    before = "what the current book asks" if result["against"] == "price_book" else "what customers paid"
    return (
        f"Over {months['count']} months and {counted['customers']:,} customers, {before} goes from "
        f"{exact(total['before'], currency)} to {exact(total['after'], currency)}{share} if everyone stays."
    )


def _spread(change: Figures) -> list[str]:
    said = [
        f"{change['pay_more']:,} customers pay more, {change['pay_less']:,} less, {change['pay_same']:,} the same."
    ]
    if change["p50"] is not None:
        said.append(
            f"The middle customer's bill changes by {signed(change['p50'])}; one in twenty changes by "
            f"{signed(change['p5'])} or lower, one in twenty by {signed(change['p95'])} or higher."
        )
    return said


def _moves(moves: list[Figures]) -> list[str]:
    if not moves:
        return []
    most = moves[0]
    why = "is not in the draft" if most["why"] == "plan_gone" else "does not carry its usage"
    return [
        f"{sum(move['customers'] for move in moves):,} customers are on another plan: the largest group "
        f"({most['customers']:,}) goes from {most['from']} to {most['to']}, because its plan {why}."
    ]


def _cliff(cliffs: list[Figures], currency: str) -> list[str]:
    jumps = [cliff for cliff in cliffs if cliff["bill_above"] is not None]
    if not jumps:
        return []
    worst = jumps[0]
    return [
        f"At {worst['units']:,.10g} {worst['metric']} on {worst['plan']} the next one takes the bill from "
        f"{exact(worst['bill'], currency)} to {exact(worst['bill_above'], currency)} a month; "
        f"{worst['customers_near']:,} customers are within a tenth of it."
    ]


def _behaviour(result: Figures, currency: str) -> list[str]:
    found, least_saving = result["behaviour"], result["behaviour"]["assumptions"]["least_saving"]
    leave, after = found["leave"], found["total_after"]
    said = [
        f"{_basis(found)}, {_about(leave['low'])} to {_about(leave['high'])} customers leave, and the total ends "
        f"between {money(after['low'], currency)} and {money(after['high'], currency)}.",
        *_unknown(found),
    ]
    if found["move"]["high"]:
        said.append(
            f"{found['move']['high']:,} customers would save at least {least_saving:.0%} on another plan; "
            f"if all of them take it, the total falls by {money(found['saved_by_moving'], currency)}."
        )
    return said


def _basis(found: Figures) -> str:
    if found["rests_on"] == "assumption":
        return f"If {_assumption(found)} leave"
    evidence = found["evidence"]
    sources = listed([SAID_BY.get(name, name) for name in evidence["sources"]])
    return (
        f"By what customers would pay for their {evidence['metric']}, as {sources} tell it, in "
        f"{percent(evidence['level'])} of all cases"
    )


def _assumption(found: Figures) -> str:
    low, high = (found["assumptions"][end] * 10 for end in ("leaving_low", "leaving_high"))
    return f"of customers whose bill rises by a tenth between {low:.3g} and {high:.3g} in 100"


def _unknown(found: Figures) -> list[str]:
    """Return of whom nothing is known, what is known of nobody, and what would tell it."""
    said = [f"{sentence(each['message'])}." for each in found["caveats"] if each["code"] in _SAID]
    said += [f"To have it told, {each['cheapest']}." for each in found["next_data"] if said]
    unknown = [f"{each['customers']:,} {_UNKNOWN.get(each['reason'], '')}" for each in found["assumed_for"]]
    if found["rests_on"] == "evidence" and unknown:
        said.append(
            f"In that, customers of whom nothing is known leave as assumed, {_assumption(found)}: {listed(unknown)}."
        )
    return said


_SAID = ("leaving_assumed", "willingness_from_worth")
"""Codes of caveats that are told with the band."""
_UNKNOWN = {
    "no_bill_today": "pay nothing today",
    "metric_not_used": "have not used it",
}
_REASONS = {
    "contact_us": "their plan's price is negotiated",
    "metric_not_in_data": "the draft charges for a metric that the data do not have",
    "units_unknown": "their units are not known",
    "no_plan_fits": "no plan of the draft carries their usage",
    "nothing_to_compare_with": "nothing tells what they paid before",
}


def _left(result: Figures) -> list[str]:
    return [
        f"{left['customers']:,} customers are left out of {left['customer_months']:,} customer-months: "
        f"{_REASONS[left['reason']]}."
        for left in result["left_out"]
    ]
