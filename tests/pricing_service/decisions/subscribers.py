"""A book in which it is known which trait makes customers stay, as rows of contract tables."""

from __future__ import annotations

from datetime import date

import numpy as np

from tests.pricing_service.decisions.small_business import Row, Tables

MONTHS = 30
LEAVES = {"DE": 0.015, "FR": 0.13, "NL": 0.13}
"""Chance of leaving after a month, by country; the same for all in noise."""


def first_of(month: int) -> str:
    return date(2023 + month // 12, month % 12 + 1, 1).isoformat()


def subscribers(customers: int = 240, *, seed: int = 1, foretold: bool = True) -> Tables:
    """Customers who sign up over two years; Germans stay, and neither size nor colour says anything.

    Bills differ by orders of magnitude and not by country; the last subscription dates the data's end.
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {"customers": [], "subscriptions": []}
    for at in range(customers):
        country = str(rng.choice(list(LEAVES)))
        signed, bill = int(rng.integers(0, 24)), round(float(np.exp(rng.normal(5, 1.5))), 2)
        life = int(rng.geometric(LEAVES[country] if foretold else 0.06))
        colour = str(rng.choice(["red", "blue"]))
        tables["customers"].append(
            {
                "customer_id": f"c{at:03d}", "signed_up": first_of(signed), "country": country, "colour": colour,
                "staff": int(np.ceil(np.exp(rng.normal(3, 1)))),
            }
        )  # fmt: skip
        end = first_of(signed + life) if signed + life < MONTHS else ""
        tables["subscriptions"].append(bill_of(f"c{at:03d}", first_of(signed), end, bill))
    last = {
        "customer_id": "newest",
        "signed_up": first_of(MONTHS),
        "country": "FR",
        "colour": "red",
        "staff": 9,
    }
    tables["customers"].append(last)
    tables["subscriptions"].append(bill_of("newest", first_of(MONTHS), "", 100.0))
    return tables


def bill_of(customer: str, start: str, end: str, mrr: float) -> Row:
    return {
        "customer_id": customer,
        "start": start,
        "end": end,
        "plan": "large" if mrr > 150 else "small",
        "mrr": mrr,
    }


def leads(*, lost: int = 120, seed: int = 5) -> list[Row]:
    """Decided leads, of which Germans are seldom won, and three open ones: usual, usual, and one from Mars."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for at in range(lost):
        row = {
            "lead_id": f"lost{at}",
            "created": first_of(at % 20),
            "customer_id": "",
            "lost": first_of(at % 20 + 1),
        }
        rows.append(row | {"country": "DE" if at % 6 else "FR", "colour": str(rng.choice(["red", "blue"]))})
    for name, country in (("good", "DE"), ("bad", "FR"), ("odd", "Mars")):
        row = {"lead_id": name, "created": first_of(29), "customer_id": "", "lost": ""}
        rows.append(row | {"country": country, "colour": "red"})
    return rows


def won(tables: Tables) -> list[Row]:
    """A lead of every customer, as it was before it signed."""
    return [
        {
            "lead_id": f"l-{row['customer_id']}", "created": row["signed_up"], "customer_id": row["customer_id"],
            "lost": "", "country": row["country"], "colour": row["colour"],
        }
        for row in tables["customers"]
    ]  # fmt: skip
