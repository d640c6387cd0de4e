"""Grandfathering as data: which customers keep which price and which allowance, and until when.

What is kept stands here as values, so that a bill needs no older version of the book to be understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from pricing_service.price_book.numbers import Amount
from pricing_service.price_book.plans import Billing, Charge, Name, Noun, Plan

Kept = Literal["price", "allowance"]


class Grandfathered(Noun):
    """Customers who were on `plan` before a day keep its old price, its old included units, or both."""

    plan: Name
    product: Name | None = None
    billing: Billing = "monthly"
    on_plan_before: date = Field(description="customers whose time on the plan began before this day")
    until: date | None = Field(None, description="the first day without it; null: for good")
    price: Amount | None = Field(None, description="kept price per billing period; null: the plan's own")
    included_units: dict[Name, Amount | None] = Field(
        {}, description="kept free units a month by metric; null: unlimited"
    )

    def holds(self, plan: Plan, day: date) -> bool:
        """Whether it is about a line of the book, on a day."""
        return self.key == plan.key and (self.until is None or day < self.until)

    @property
    def key(self) -> tuple[str | None, str, str]:
        """What names the line of the book."""
        return self.product, self.plan, self.billing

    def applied(self, plan: Plan) -> Plan:
        """Return the plan as these customers have it."""
        price = plan.price if self.price is None else self.price
        return plan.model_copy(
            update={"price": price, "charges": tuple(self._kept(charge) for charge in plan.charges)}
        )

    def _kept(self, charge: Charge) -> Charge:
        if charge.metric not in self.included_units:
            return charge
        included = self.included_units[charge.metric]
        blocks = () if included is None else charge.blocks
        return charge.model_copy(update={"included_units": included, "blocks": blocks})


def keeping(
    old: Mapping[tuple[str | None, str, str], Plan],
    new: Mapping[tuple[str | None, str, str], Plan],
    *,
    keeps: frozenset[Kept],
    before: date,
    until: date | None = None,
) -> tuple[Grandfathered, ...]:
    """Write down what customers of an older book keep under a newer one.

    Parameters
    ----------
    old, new
        The books' plans by key. Plans of both books that a customer would pay more on, or get less of, are kept.
    keeps
        What is kept: prices, allowances, or both.
    before
        Customers on the plan before this day.
    until
        The first day without it; None for good.
    """
    kept = []
    for key, plan in new.items():
        was = old.get(key)
        if was is None:
            continue
        price = was.price if "price" in keeps and _dearer(plan, was) else None
        units = _less_included(plan, was) if "allowance" in keeps else {}
        if price is None and not units:
            continue
        named = {"plan": plan.name, "product": plan.product, "billing": plan.billing}
        held = {"on_plan_before": before, "until": until, "price": price, "included_units": units}
        kept.append(Grandfathered.model_validate(named | held))
    return tuple(kept)


def _dearer(plan: Plan, was: Plan) -> bool:
    return plan.price is not None and was.price is not None and plan.price > was.price


def _less_included(plan: Plan, was: Plan) -> dict[str, Amount | None]:
    had = {charge.metric: charge.included_units for charge in was.charges}
    return {
        charge.metric: had[charge.metric]
        for charge in plan.charges
        if charge.metric in had and charge.included_units is not None
        if (units := had[charge.metric]) is None or units > charge.included_units
    }
