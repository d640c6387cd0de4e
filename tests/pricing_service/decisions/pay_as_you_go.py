"""A job board on which postings are bought one by one, as rows of contract tables; how often is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from tests.pricing_service.decisions.small_business import Row, Tables

START = date(2024, 1, 1)
DAYS = 730


def invoice(
    customer: str, day: date, amount: float, *, kind: str = "one_off", until: date | None = None
) -> Row:
    return {
        "customer_id": customer,
        "period_start": day.isoformat(),
        "period_end": (until or day + timedelta(1)).isoformat(),
        "amount": amount,
        "kind": kind,
    }


def postings(customers: int = 120, *, seed: int = 1, days: int = DAYS) -> Tables:
    """Customers who came in the first year, buy every 40 days on average, and leave after one purchase in eight."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for at in range(customers):
        day, pace, leaves = float(rng.uniform(0, 365)), rng.gamma(2.0, 1 / 80.0), rng.beta(1.0, 7.0)
        price = 1_200 / rng.gamma(4.0)
        while day < days:
            rows.append(
                invoice(f"p{at:03d}", START + timedelta(int(day)), round(price * rng.gamma(5.0) / 5, 2))
            )
            if rng.random() < leaves:
                break
            day += rng.exponential(1 / pace)
    rows.append(invoice("p000", START + timedelta(days), 100.0))
    return {"invoices": rows}


def billed_by_month(customers: int = 80, *, seed: int = 2, months: int = 24) -> Tables:
    """Customers billed for a month's use where they used anything: in six months of ten, until they leave."""
    rng = np.random.default_rng(seed)
    first = [date(2024 + at // 12, at % 12 + 1, 1) for at in range(months + 1)]
    rows: list[Row] = []
    for at in range(customers):
        start, uses, leaves = int(rng.integers(0, 12)), rng.beta(3.0, 2.0), rng.beta(1.0, 15.0)
        for month in range(start, months):
            if month > start and rng.random() < leaves:
                break
            if month == start or rng.random() < uses:
                amount = round(float(rng.gamma(4.0, 30.0)), 2)
                rows.append(invoice(f"m{at:03d}", first[month], amount, kind="usage", until=first[month + 1]))
    rows.append(invoice("m000", first[months - 1], 80.0, kind="usage", until=first[months]))
    return {"invoices": rows}


def with_subscriptions(tables: Tables, customers: int = 20) -> Tables:
    """The first so many subscribe, too."""
    return tables | {
        "subscriptions": [
            {"customer_id": f"p{at:03d}", "start": "2024-01-01", "end": "", "plan": "pro", "mrr": 100}
            for at in range(customers)
        ]
    }
