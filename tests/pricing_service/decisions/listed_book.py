"""A book whose plans' list prices changed on different days, as rows of contract tables, and how it truly answers."""

from __future__ import annotations

import numpy as np

from tests.pricing_service.decisions.raising_business import first_day, last_day
from tests.pricing_service.decisions.small_business import Row, Tables

MONTHS, SLOPE = 36, 5.0
PRICES = {"basic": {0: 50, 11: 60}, "team": {0: 100, 22: 130}, "free choice": {0: 80}}
"""The list price of each plan from a month on; `free choice` never changes."""
USUAL = {"basic": 60, "team": 100, "free choice": 80}
"""The list price at which most come."""
HAZARD = {"basic": 0.03, "team": 0.015, "free choice": 0.02}


def listed_book(
    customers: int = 1200,
    *,
    seed: int = 1,
    slope: float = SLOPE,
    larger: float = 0.0,
    willing: float = 0.0,
    unseen: tuple[float, float] = (0.8, 0.4),
    plans: tuple[str, ...] = tuple(PRICES),
) -> Tables:
    """Customers of three plans who come in all months at the list price of their day and stay on it.

    The odds of leaving are exp(slope × (list price ÷ the usual one - 1)) times those at the usual one. With `larger`
    the log of seats goes up so much with the log of the list price; with `willing` the log odds of leaving go down so
    much with it, for a reason that nobody sees. Of `unseen` ω and σ, what nobody sees of a customer, ε ~ N(0, 1),
    lowers its log odds by ω ε and divides what it minds of a price by exp(σ ε).
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {name: [] for name in ("customers", "subscriptions", "outcomes", "price_changes")}
    tables["kpis"] = [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1, "attribution": 1}]
    tables["price_book"] = [
        {"plan": plan, "price": price, "valid_from": first_day(month)}
        for plan in plans
        for month, price in PRICES[plan].items()
    ]
    for at in range(customers):
        plan, came = str(rng.choice(plans)), int(rng.integers(0, MONTHS - 3))
        asked = PRICES[plan][max(month for month in PRICES[plan] if month <= came)]
        over = asked / USUAL[plan]
        more, (often, minds) = rng.standard_normal(), unseen
        log_odds = np.log(HAZARD[plan] / (1 - HAZARD[plan])) - often * more - willing * np.log(over)
        log_odds += slope * np.exp(-minds * more) * (over - 1)
        leaves = np.flatnonzero(rng.random(MONTHS - came) < 1 / (1 + np.exp(-log_odds)))
        gone = came + int(leaves[0]) + 1 if leaves.size else MONTHS
        seats = float(np.exp(rng.normal(0, 0.4) + larger * np.log(over)))
        worth = 20 * USUAL[plan] * seats * rng.lognormal(0, 0.3)
        who: Row = {"customer_id": f"c{at:04d}"}
        country = str(rng.choice(["DE", "NL"]))
        tables["customers"].append(who | {"signed_up": first_day(came), "country": country})
        pays = who | {"plan": plan, "mrr": round(asked * seats, 2)}
        _stays(tables, pays, range(came, min(gone, MONTHS)), worth=round(worth, 2))
    return tables


def _stays(tables: Tables, pays: Row, months: range, *, worth: float) -> None:
    """Add its subscription, and outcomes of its first months and its last ones."""
    end = "" if months.stop >= MONTHS else first_day(months.stop)
    tables["subscriptions"].append(pays | {"start": first_day(months.start), "end": end})
    outcome: Row = {"customer_id": pays["customer_id"], "kpi": "hires", "amount": worth}
    for month in sorted({*months[:3], *months[-4:]}):
        tables["outcomes"].append(outcome | {"date": last_day(month)})
