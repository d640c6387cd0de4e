"""A business that raised half of its customers by lot, as rows of contract tables, and what tests ask of it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from pricing_service.decisions import Outcome
from pricing_service.decisions._raise_customers import RaiseCustomers
from pricing_service.decisions._raise_terms import RaiseTerms
from pricing_service.panel import StoredPanel
from tests.pricing_service.decisions.small_business import Row, Tables, decided

KIND = "raises"
MONTHS, RAISED_AT = 30, 12
"""Months from January 2024, and the month whose first day the new price holds from."""
RAISE, SLOPE, HAZARD = 0.2, 4.0, 0.02
TERMS = RaiseTerms(0.25, (0.10, 0.15), 24, 0.12, 60, 0.9, 3)
LAST_DAY = date(2026, 6, 30)


def first_day(at: int) -> str:
    return date(2024 + at // 12, at % 12 + 1, 1).isoformat()


def last_day(at: int) -> str:
    year, month = 2024 + at // 12, at % 12 + 1
    return date(year, month, monthrange(year, month)[1]).isoformat()


def raising_board(
    customers: int = 200, *, seed: int = 1, assignment: str = "randomised", told: bool = True,
    willing: float | None = None,
) -> Tables:  # fmt: skip
    """Customers who pay 2–14 % of their value; of half of them it grew by half after the first year.

    By lot every other one was asked a fifth more from the thirteenth month on; the odds of leaving have the elasticity
    4. `assignment` is how the price is said to have been set; without `told` no price change is in the data. With
    `willing` all say what they would pay, and the answer is steeper by exp(willing v), v : log of the share that they
    pay of it.
    """
    rng, pays = np.random.default_rng(seed), np.random.default_rng((seed, 1)).normal(0, 0.5, customers)
    tables: Tables = {
        name: [] for name in ("customers", "subscriptions", "outcomes", "kpis", "price_changes")
    }
    for at in range(customers):
        who, raised = f"c{at:03d}", bool(rng.random() < 0.5)
        value = round(float(2000 * np.exp(rng.normal(0, 0.6))), 2)
        bill = round(value * float(rng.uniform(0.02, 0.14)), 2)
        steep = SLOPE * np.exp((willing or 0.0) * pays[at])
        odds = (
            HAZARD
            / (1 - HAZARD)
            * np.where(np.arange(MONTHS) < RAISED_AT - 1, 1, (1 + RAISE) ** steep) ** raised
        )
        leaves = np.flatnonzero(rng.random(MONTHS) < odds / (1 + odds))
        gone = int(leaves[0]) + 1 if leaves.size else None
        plan = "large" if bill > 140 else "small"
        tables["customers"].append(
            {"customer_id": who, "signed_up": first_day(0), "country": "DE" if at % 2 else "NL"}
        )
        asked = told and raised and (gone is None or gone >= RAISED_AT)
        tables["subscriptions"] += _subscribed(who, plan, bill, gone=gone, raised=asked)
        if asked:
            tables["price_changes"].append(_told(who, bill, left=gone == RAISED_AT, assignment=assignment))
        grows = rng.random() < 0.5
        for month in range(min(gone or MONTHS, MONTHS)):
            level = value * (1.5 if grows and month >= RAISED_AT else 1.0)
            amount = round(float(level * np.exp(rng.normal(0, 0.1))), 2)
            tables["outcomes"].append(
                {"customer_id": who, "date": last_day(month), "kpi": "hires", "amount": amount}
            )
        if willing is not None:
            tables.setdefault("price_sensitivity", []).append(_says(who, plan, bill / np.exp(pays[at])))
    tables["kpis"] = [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}]
    return tables


def _says(who: str, plan: str, would_pay: float) -> Row:
    """What a customer answers that would pay so much a month for its plan; all exaggerate alike, by three tenths."""
    ends = {"cheap": 0.5, "expensive": 1.2, "too_expensive": 1.4}
    return {"respondent_id": f"r-{who}", "customer_id": who, "item": plan} | {
        name: round(would_pay * times, 4) for name, times in ends.items()
    }


def _subscribed(who: str, plan: str, bill: float, *, gone: int | None, raised: bool) -> list[Row]:
    end = "" if gone is None or gone >= MONTHS else first_day(gone)
    common: Row = {"customer_id": who, "plan": plan}
    if not raised or gone == RAISED_AT:
        return [common | {"start": first_day(0), "end": end, "mrr": bill}]
    new = round(bill * (1 + RAISE), 2)
    return [
        common | {"start": first_day(0), "end": first_day(RAISED_AT), "mrr": bill},
        common | {"start": first_day(RAISED_AT), "end": end, "mrr": new},
    ]


def _told(who: str, bill: float, *, left: bool, assignment: str) -> Row:
    new = round(bill * (1 + RAISE), 2)
    return {
        "customer_id": who, "date": first_day(RAISED_AT), "old_mrr": bill, "offered_mrr": new,
        "new_mrr": "" if left else new, "announced": first_day(RAISED_AT - 2), "assignment": assignment,
        "response": "left" if left else "accepted", "wave": "w1",
    }  # fmt: skip


def changed(tables: Tables, name: str, **more: object) -> Tables:
    """The same tables with fields added to every row of one of them."""
    return tables | {name: [row | more for row in tables[name]]}


def in_another_currency(tables: Tables, factor: float) -> Tables:
    """The same business with all money multiplied."""
    money = {"mrr", "amount", "old_mrr", "offered_mrr", "new_mrr", "cheap", "expensive", "too_expensive"}

    def scaled(row: Row) -> Row:
        return {
            key: float(str(value)) * factor if key in money and value != "" else value
            for key, value in row.items()
        }

    return {name: [scaled(row) for row in rows] for name, rows in tables.items()}


def shuffled(tables: Tables) -> Tables:
    """The same rows in another order."""
    rng = np.random.default_rng(5)
    return {name: [each[at] for at in rng.permutation(len(each))] for name, each in tables.items()}


def customers_of(panel: StoredPanel) -> RaiseCustomers:
    return RaiseCustomers.of(panel, level=0.9, seed=3)


def terms(**more: Any) -> RaiseTerms:
    return replace(TERMS, **more)


def rows(outcome: Outcome) -> list[dict[str, Any]]:
    """Customers as rows."""
    assert outcome.rows is not None
    names = list(outcome.rows)
    return [dict(zip(names, each, strict=True)) for each in zip(*outcome.rows.values(), strict=True)]


def raised(panel: StoredPanel, **options: object) -> Outcome:
    return decided(KIND, panel, **options)
