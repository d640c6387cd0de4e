"""A book whose plans were raised by policy one after another, as rows of contract tables, and how it truly answers."""

from __future__ import annotations

import numpy as np

from tests.pricing_service.decisions.raising_business import MONTHS, first_day, last_day
from tests.pricing_service.decisions.small_business import Row, Tables

RAISED = {"basic": 12, "team": 19}
"""The month from which each plan pays a fifth more; the third plan, `free choice`, is never raised."""
RAISE, SLOPE = 0.2, 5.0
PLANS = ("basic", "team", "free choice")
_HAZARD = {"basic": 0.03, "team": 0.02, "free choice": 0.025}


def staggered_book(customers: int = 900, *, seed: int = 1, trend: float = 0.0, chosen: float = 1.0) -> Tables:
    """Customers of three plans, of which two are raised.

    The odds of leaving rise by exp(5 × 0.2) with the raise. With `trend` the log odds of plans raised also rise by so
    much over the half year before; with `chosen` below 1 only that part of a plan is told.
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {name: [] for name in ("customers", "subscriptions", "outcomes", "price_changes")}
    tables["kpis"] = [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}]
    for at in range(customers):
        who, plan = f"c{at:04d}", PLANS[at % 3]
        begins = (
            RAISED.get(plan, MONTHS + 99) if rng.random() < chosen or plan == "free choice" else MONTHS + 99
        )
        month = np.arange(MONTHS)
        odds = _HAZARD[plan] / (1 - _HAZARD[plan]) * np.exp(SLOPE * RAISE * (month >= begins - 1))
        odds = odds * np.exp(trend * ((month < begins - 1) & (month >= begins - 7)))
        leaves = np.flatnonzero(rng.random(MONTHS) < odds / (1 + odds))
        gone = int(leaves[0]) + 1 if leaves.size else MONTHS
        _customer(
            tables, who, plan, begins=begins, gone=gone, bill=round(float(np.exp(rng.normal(4, 0.4))), 2)
        )
    return tables


def _customer(tables: Tables, who: str, plan: str, *, begins: int, gone: int, bill: float) -> None:
    tables["customers"].append({"customer_id": who, "signed_up": first_day(0)})
    end, new = "" if gone >= MONTHS else first_day(gone), round(bill * (1 + RAISE), 2)
    common: Row = {"customer_id": who, "plan": plan}
    told = gone >= begins
    stays = gone > begins
    if told and stays:
        tables["subscriptions"] += [
            common | {"start": first_day(0), "end": first_day(begins), "mrr": bill},
            common | {"start": first_day(begins), "end": end, "mrr": new},
        ]
    else:
        tables["subscriptions"].append(common | {"start": first_day(0), "end": end, "mrr": bill})
    if told:
        tables["price_changes"].append(
            {
                "customer_id": who, "date": first_day(begins), "old_mrr": bill, "offered_mrr": new,
                "new_mrr": new if stays else "", "assignment": "policy", "response": "accepted" if stays else "left",
            }
        )  # fmt: skip
    for month in range(max(min(gone, MONTHS) - 4, 0), min(gone, MONTHS)):
        tables["outcomes"].append(
            {"customer_id": who, "date": last_day(month), "kpi": "hires", "amount": 20 * bill}
        )
