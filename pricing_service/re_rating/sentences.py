"""A simulation in plain words, for people who decide on prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing_service.decisions._words import money
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
    found, assumed = result["behaviour"], result["behaviour"]["assumptions"]
    if found["rests_on"] == "assumption":
        low, high = (100 * 0.1 * assumed[end] for end in ("leaving_low", "leaving_high"))
        basis = f"If of customers whose bill rises by a tenth between {low:.3g} and {high:.3g} in 100 leave"
    else:
        basis = "By what customers would pay"
    leave, after = found["leave"], found["total_after"]
    said = [
        f"{basis}, {_about(leave['low'])} to {_about(leave['high'])} customers leave, and the total ends between "
        f"{money(after['low'], currency)} and {money(after['high'], currency)}."
    ]
    if found["move"]["high"]:
        said.append(
            f"{found['move']['high']:,} customers would save at least {assumed['least_saving']:.0%} on another plan; "
            f"if all of them take it, the total falls by {money(found['saved_by_moving'], currency)}."
        )
    return said


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
