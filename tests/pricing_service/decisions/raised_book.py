"""A book in which prices were raised by lot and value has grown since, as rows of contract tables."""

from __future__ import annotations

from datetime import date

import numpy as np

from tests.pricing_service.decisions.small_business import Row, Tables

MONTHS = 30
RAISED_IN = 12
ELASTICITY = 4.0
_LEAVES = 0.012


def first_of(month: int) -> date:
    return date(2024 + month // 12, month % 12 + 1, 1)


def raised_book(customers: int = 300, *, seed: int = 1) -> Tables:
    """Customers of two plans; half were asked a fifth more in January 2025, by lot; value doubles by the end.

    A third has yearly terms, so that there are several waves. The raise multiplies the odds of leaving by
    1.2 to the power of four.
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {name: [] for name in ("customers", "subscriptions", "outcomes", "price_changes")}
    tables["kpis"] = [{"kpi": "hires", "kind": "revenue", "value_per_unit": 100, "attribution": 0.5}]
    for at in range(customers):
        _customer(tables, f"c{at:03d}", rng, yearly=at % 3 == 0)
    return tables


def _customer(tables: Tables, customer: str, rng: np.random.Generator, *, yearly: bool) -> None:
    bill = round(float(np.exp(rng.normal(4.5, 0.5))), 2)
    asked = bool(rng.random() < 0.5)
    new, end = round(bill * 1.2, 2), 0
    odds = _LEAVES / (1 - _LEAVES)
    for month in range(MONTHS):
        u = np.log(1.2) if asked and month >= RAISED_IN - 1 else 0.0
        its = odds * np.exp(ELASTICITY * u)
        if rng.random() < its / (1 + its):
            end = month + 1
            break
    tables["customers"].append(
        {"customer_id": customer, "signed_up": "2023-06-01", "name": f"House of {customer}"}
    )
    tables["subscriptions"] += _bills(customer, bill, new if asked else None, end=end, yearly=yearly)
    reached = end == 0 or end > RAISED_IN
    if asked and (reached or end == RAISED_IN):
        tables["price_changes"].append(
            {
                "customer_id": customer, "date": first_of(RAISED_IN).isoformat(), "old_mrr": bill, "offered_mrr": new,
                "new_mrr": new if reached else "", "assignment": "randomised",
                "response": "accepted" if reached else "left",
            }
        )  # fmt: skip
    grows = np.linspace(1, 2, MONTHS)
    for month in range(end or MONTHS):
        amount = round(float(bill / 5 * grows[month] * np.exp(rng.normal(0, 0.1))), 2)
        tables["outcomes"].append(
            {
                "customer_id": customer,
                "date": first_of(month).isoformat(),
                "kpi": "hires",
                "amount": amount,
            }
        )


def _bills(customer: str, bill: float, new: float | None, *, end: int, yearly: bool) -> list[Row]:
    last = first_of(end).isoformat() if end else ""
    shared: Row = {"customer_id": customer, "plan": "large" if bill > 90 else "small"}
    if yearly:
        shared |= {"term_months": 12}
    if new is None or 0 < end <= RAISED_IN:
        return [shared | {"start": first_of(0).isoformat(), "end": last, "mrr": bill}]
    middle = first_of(RAISED_IN).isoformat()
    return [
        shared | {"start": first_of(0).isoformat(), "end": middle, "mrr": bill},
        shared | {"start": middle, "end": last, "mrr": new},
    ]
