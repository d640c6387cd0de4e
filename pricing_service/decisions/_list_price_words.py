"""What a reader must know of the price list where newcomers are asked it, or where they are not though there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.estimate import Caveat
from pricing_service.decisions._words import customers, listed, percent, sentence
from pricing_service.price_book.from_table import TABLE

Untold = Sequence[tuple[str, str]]
"""Of each customer whose price the list does not tell: the plan, and why."""

_WHY = {
    "no_plan_fits": "it has no plan {plans}: call plans there as subscriptions does",
    "contact_us": "it leaves the price of {plans} to negotiation",
    "metric_not_in_data": "it charges {plans} by a metric of which there is no usage: call metrics there as usage does",
    "units_unknown": "the units are not known of customers on {plans}",
    "asks_nothing": "it asks nothing for {plans}",
    "no_months": "there is no whole month of some customers",
}
_NAMED = 3
"""Plans that are named before the others are counted."""
WHY_NOT_THE_LIST = {
    "no_price_list": "there is no price list",
    "price_list_refused": "the price list cannot be used as it stands",
    "too_few_on_price_list": "the price list tells the prices of too few customers' plans",
}
_WIDE = 0.1
"""Discounts of plans that are farther apart, in shares of the list, do not go under one usual discount."""
_RAISED = 1.05
"""What is surely paid of the list, from which on it may be out of date."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What part of the list is usually paid on a plan, the ends of its interval, and by how many customers."""

    plan: str
    part: float
    low: float
    high: float
    n: int

    @property
    def discount(self) -> str:
        """In words, what is taken off."""
        return f"{percent(1 - self.part)} less" if self.part < 0.995 else "no less"


def not_used(why: str) -> Caveat:
    """Say that there is a price list, and why newcomers are not taken to be asked it."""
    text = f"Today's prices are read off customers' bills, not off the table {TABLE}: {_whole(why)}"
    return Caveat("price_list_not_used", text)


def too_few_told(count: int, untold: Untold, *, fewest: int) -> str:
    """Say why too few customers have a price on the list to know what is usually paid of it."""
    paying = customers(count + len(untold), kind="paying ")
    needs = f"it tells what {count:,} of {paying} would be asked, and needs {fewest}"
    return ". ".join([needs, *_reasons(untold)])


def untold_caveats(untold: Untold, *, of: int) -> tuple[Caveat, ...]:
    """Say of how many of so many paying customers the list tells nothing, and why."""
    if not untold:
        return ()
    start = (
        f"The table {TABLE} does not tell the prices of {len(untold):,} of {customers(of, kind='paying ')}; people like"
        " them are taken to be asked what they pay"
    )
    return (Caveat("price_list_incomplete", _whole(". ".join([start, *_reasons(untold)]))),)


def discount_caveats(usual: Usual, plans: Sequence[Usual]) -> tuple[Caveat, ...]:
    """Say where plans surely have discounts of their own, or the list is surely behind what customers pay."""
    caveats = []
    if usual.low > _RAISED:
        text = (
            f"Half of the customers pay at least {percent(usual.part - 1)} more than the price list asks, and newcomers"
            " are taken to be asked the list. Raises that customers were told explain it; a list that is out of date"
            f" would, too: see that {TABLE} holds today's prices."
        )
        caveats.append(Caveat("bills_above_price_list", text))
    # Whoever pays more than the list by raises has no discount.
    least, most = (chosen(plans, key=lambda each: each.part, default=usual) for chosen in (max, min))
    if min(least.part, 1.0) - most.part > _WIDE and most.high < min(least.low, 1.0):
        text = (
            f"Discounts differ by plan: customers on {most.plan} usually pay {most.discount} than the price list"
            f" ({most.n:,}), those on {least.plan} {least.discount} ({least.n:,}), and newcomers on every plan are"
            f" taken to pay {usual.discount}. See that {TABLE} asks what is billed, by the month or the year as"
            " `billing` says."
        )
        caveats.append(Caveat("discounts_differ_by_plan", text))
    return tuple(caveats)


def todays_prices(result: dict[str, Any]) -> list[str]:
    """Say what today's prices rest on."""
    discount = result["usual_discount"]
    if result["today_rests_on"] == "bills":
        why = WHY_NOT_THE_LIST[discount["reason"]]
        there = "" if discount["reason"] == "no_price_list" else "; the caveats say why"
        return [f"Today's prices are taken to be what customers pay: {why}{there}."]
    if result["today_rests_on"] is None:
        return []
    if discount["value"] < 0.005:
        return ["Today's prices are those of the price list; a discount is not usual."]
    usual, low, high = (percent(discount[end]) for end in ("value", "low", "high"))
    interval = f" ({low} to {high})" if low != high else ""
    return [f"Today's prices are those of the price list less {usual}, the usual discount{interval}."]


def _reasons(untold: Untold) -> list[str]:
    """Return why, the reason of most customers first, with the plans of most customers."""
    texts = []
    for why, _ in Counter(reason for _, reason in untold).most_common():
        plans = Counter(plan or "without a name" for plan, reason in untold if reason == why).most_common()
        named = [f"{plan} ({customers(count)})" for plan, count in plans[:_NAMED]]
        more = [f"{len(plans) - _NAMED} more"] if len(plans) > _NAMED else []
        texts.append(sentence(_WHY[why].format(plans=listed([*named, *more]))))
    return texts


def _whole(text: str) -> str:
    return f"{text.rstrip('.')}."
