"""How long customers stay: a million customers by month, a million customer-months, and renewals of any number.

Bars, in CPU milliseconds of one thread without imports: 30 for Kaplan-Meier of 1,000,000 customers with bands, 1,000
for the hazard of leaving on 1,000,000 customer-months with 8 covariates and errors by customer, and 50 for the
shifted-beta-geometric law with the interval of a residual lifetime. For customers without a contract: 500 for the
BG/NBD law of 2,357 customers, 600 draws of its posterior included, where the library lifetimes takes 1,000 without one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

# One thread, as the service runs: more of them spend CPU on waiting for each other.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np

from models.purchases.bg_nbd import BgNbd
from models.purchases.buying import Buying
from models.purchases.histories import Histories
from models.retention.customer_months import CustomerMonths
from models.retention.hazard import Hazard
from models.retention.incidence import incidence
from models.retention.lifetime import Lifetime
from models.retention.renewal_counts import RenewalCounts
from models.retention.shifted_beta_geometric import Outlook
from models.retention.survival import survival

MILLION = 1_000_000
BARS = {"survival": 30.0, "hazard": 1_000.0, "lifetime": 50.0, "purchases": 500.0}


def milliseconds(work: Callable[[], object], *, times: int) -> float:
    """Return the median CPU milliseconds that the work takes, after once in vain."""
    work()
    spent = []
    for _ in range(times):
        started = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - started))
    return float(np.median(spent))


def of_survival() -> float:
    """Measure curves of a million customers; print the others beside the one with a bar."""
    rng = np.random.default_rng(0)
    life, age = rng.geometric(0.03, MILLION), rng.integers(1, 61, MILLION)
    stays, left = np.minimum(life, age), life <= age
    late = np.minimum(rng.integers(0, 12, MILLION), stays - 1)
    kinds = left * rng.integers(1, 3, MILLION)
    taken = milliseconds(lambda: survival(stays, left).median(), times=9)
    others = (
        milliseconds(lambda: survival(stays, left, entry=late), times=5),
        milliseconds(lambda: incidence(stays, kinds, kinds=2), times=5),
    )
    print(
        f"Kaplan-Meier of {MILLION:,} customers: {taken:.1f} ms (bar {BARS['survival']:.0f} ms); with late entry"
        f" {others[0]:.1f} ms; two kinds of end {others[1]:.1f} ms"
    )
    return taken


def of_hazard() -> float:
    """Measure the hazard of a million customer-months."""
    rng = np.random.default_rng(0)
    customer, age = np.repeat(np.arange(MILLION // 25), 25), np.tile(np.arange(25), MILLION // 25)
    x = rng.normal(size=(MILLION, 8))
    left = rng.random(MILLION) < 1 / (1 + np.exp(3 + 0.5 * x[:, 0] + 0.2 * x[:, 1]))

    def fit() -> object:
        months = CustomerMonths(ended=left, age=age, covariates=x, customer=customer)
        return Hazard().fit(months).effects()

    taken = milliseconds(fit, times=3)
    print(
        f"hazard of {MILLION:,} customer-months, 8 covariates: {taken:.0f} ms (bar {BARS['hazard']:.0f} ms)"
    )
    return taken


def of_lifetime() -> float:
    """Measure the law and a residual lifetime on yearly, monthly and silent books; return the slowest."""
    yearly = RenewalCounts.of_curve([1000, 869, 743, 653, 593, 551, 517, 491])
    months = np.arange(120)
    monthly = RenewalCounts(np.full(120, 1e5), 1e5 * 0.7 / (20.7 + months), 100_000)
    silent = RenewalCounts(np.full(24, 300.0), np.zeros(24), 300)
    slowest = 0.0
    for name, book in (
        ("7 yearly renewals", yearly),
        ("120 months", monthly),
        ("24 months, none left", silent),
    ):
        by_year, by_month = Outlook(discount=0.1), Outlook.of_months(yearly_discount=0.1, months=60)
        outlook = by_year if book is yearly else by_month
        taken = milliseconds(lambda: Lifetime().fit(book).residual(0, outlook), times=9)  # noqa: B023  called at once
        slowest = max(slowest, taken)
        print(f"lifetime with its interval, {name}: {taken:.1f} ms (bar {BARS['lifetime']:.0f} ms)")
    return slowest


def of_purchases() -> float:
    """Measure the law of as many customers as CDNOW's sample has, and its likelihood's maximum alone."""
    rng = np.random.default_rng(0)
    seen = rng.uniform(27, 39, 2_357).round(2)
    times = np.cumsum(rng.exponential(1 / rng.gamma(0.5, 1 / 6, (2_357, 1)), (2_357, 40)), axis=1)
    last = rng.geometric(rng.beta(0.9, 1.6, 2_357)) - 1
    bought = np.minimum((times < seen[:, None]).sum(axis=1), last)
    latest = np.where(bought > 0, times[np.arange(2_357), bought - 1], 0).round(2)
    histories = Histories.of_customers(bought, latest, seen)
    taken = milliseconds(lambda: Buying(BgNbd).fit(histories), times=3)
    print(f"BG/NBD of 2,357 customers with its posterior: {taken:.0f} ms (bar {BARS['purchases']:.0f} ms)")
    return taken


def main() -> int:
    """Print milliseconds beside their bars."""
    found = {
        "survival": of_survival(),
        "hazard": of_hazard(),
        "lifetime": of_lifetime(),
        "purchases": of_purchases(),
    }
    return int(any(found[name] > bar for name, bar in BARS.items()))


if __name__ == "__main__":
    raise SystemExit(main())
