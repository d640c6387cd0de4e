"""Cohorts as the result shows them: how many customers and how much revenue is left by age, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from models.estimate import Estimate, Label
from models.proportions import wilson
from models.retention.cohort_intervals import FEWEST_IN_COHORT, CohortIntervals, Ends, Members
from models.retention.cohorts import cohort_triangle
from models.retention.intervals import revenue_retention
from models.retention.survival import Survival
from pricing_service.decisions._growth_ledger import Book

_DIGITS = 4
"""After the point, of shares by cohort and age: there are thousands of them."""
_CURVE = {"values": "value", "low": "low", "high": "high"}
_METHODS = {
    "logo_retention": "customers still paying ÷ customers at first, mid-P",
    "grr": "Σ min(first, now) ÷ Σ first, variance learned from all cohorts",
    "nrr": "Σ now ÷ Σ first, variance learned from all cohorts",
}


def cohort_rows(book: Book, *, level: float) -> list[dict[str, Any]]:
    """Return each cohort's customers and MRR by age in months, with what is left of them as curves by age."""
    triangle, members = cohort_triangle(book.ledger), Members.of(book.ledger)
    if members is None:
        return []
    intervals = CohortIntervals(members, level=level)
    ages = range(book.ledger.months)
    found = {
        "logo_retention": [intervals.logo(age) for age in ages],
        "grr": [intervals.revenue(age, "gross") for age in ages],
        "nrr": [intervals.revenue(age, "net") for age in ages],
    }
    rows = []
    for at, month in enumerate(members.months.tolist()):
        seen, n = int(triangle.seen[month]), int(triangle.customers[month, 0])
        rows.append(
            {
                "month": book.months[month],
                "customers": triangle.customers[month, :seen].tolist(),
                "mrr": [book.money(each) for each in triangle.mrr[month, :seen]],
                **{name: _by_age(name, ends[:seen], at, n=n, level=level) for name, ends in found.items()},
            }
        )
    return rows


def _by_age(name: str, ends: Sequence[Ends], at: int, *, n: int, level: float) -> dict[str, Any]:
    """Return one cohort's shares as a curve by age, `values` between `low` and `high`, or null with a reason."""
    told: dict[str, Any] = {"level": level, "n": n, "unit": "share", "method": _METHODS[name]}
    if n < FEWEST_IN_COHORT:
        unknown = dict.fromkeys(_CURVE)
        return {**unknown, **told, "reasons": dict.fromkeys(unknown, "insufficient_customers")}
    curve = {
        end: [round(float(getattr(each, of)[at]), _DIGITS) for each in ends] for end, of in _CURVE.items()
    }
    return {**curve, **told, "reasons": {}}


def age_rows(book: Book, stays: Survival | None, *, level: float) -> list[dict[str, Any]]:
    """Return which share of customers still pays at each age, and of the revenue that they began with.

    The share is Kaplan and Meier's where it is known, else that of all cohorts that are old enough; revenue is always
    that of all cohorts that are old enough.
    """
    triangle, members = cohort_triangle(book.ledger), Members.of(book.ledger)
    rows: list[dict[str, Any]] = []
    if members is None:
        return rows
    for age in range(book.ledger.months):
        old = np.arange(book.ledger.months - age)
        began, still = int(triangle.customers[old, 0].sum()), int(triangle.customers[old, age].sum())
        began_mrr, still_mrr = triangle.mrr[old, 0].sum(), triangle.mrr[old, age].sum()
        if not began:
            continue
        label = Label(unit="share", method="cohorts old enough, Wilson's interval", level=level)
        paying = share_of(still, began, label)
        if stays is not None and age <= stays.last_month:
            paying = stays.at(age)
        first = members.first[:began]
        left = revenue_retention(first, first * members.ratio[age, :began], level=level)
        all_of_it = label.known(1.0, 1.0, 1.0, n=began)
        rows.append(
            {
                "age_months": age,
                "paying": paying.to_json(),
                "mrr_of_first": float(still_mrr / began_mrr),
                "nrr": (left.net if age else all_of_it).to_json(),
                "grr": (left.gross if age else all_of_it).to_json(),
            }
        )
    return rows


def share_of(count: int, n: int, label: Label) -> Estimate:
    """Return a share of n customers with Wilson's interval."""
    z = float(special.ndtri((1 + label.level) / 2))
    share = count / n
    low, high = wilson(np.array([share]), np.array([float(n)]), z)
    return label.known(share, float(low[0]), float(high[0]), n=n)
