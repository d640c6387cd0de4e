"""Coverage of what customers without a contract will buy, on customers of known laws, into docs/truth-purchases.md."""

from __future__ import annotations

import multiprocessing
import os
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from models.purchases._base import PurchaseLaw
from models.purchases.bg_bb import BgBb
from models.purchases.bg_nbd import BgNbd, MbgNbd
from models.purchases.buying import Buying
from models.purchases.spending import Spending
from models.purchases.worth import money_ahead, value_of_new
from tests.truth.purchase_worlds import World

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-purchases.md"
RUNS = int(os.environ.get("TRUTH_BUYERS", "2000"))
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "9100000"))
SIZES = (50, 200)
DRAWS = 200
FIGURES = ("active", "purchases", "money", "worth of a new one")
YEARS = 3
DISCOUNT = 0.12
ROWS: dict[str, tuple[World, type[PurchaseLaw], str]] = {
    "MBG/NBD, two years seen": (World("after_any", (0.8, 4.0), (0.8, 2.4), 104), MbgNbd, "yes"),
    "MBG/NBD, loyal, three years": (World("after_any", (1.5, 8.0), (0.7, 9.0), 156), MbgNbd, "yes"),
    "BG/NBD, CDNOW's, two years": (World("after_again", (0.24, 4.4), (0.8, 2.4), 104), BgNbd, "yes"),
    "Pareto/NBD, CDNOW's, two years": (World("unseen", (0.55, 10.6), (0.6, 11.7), 104), MbgNbd, "no"),
    "BG/BB, by months, two years": (World("monthly", (1.2, 0.75), (0.66, 8.0), 24), BgBb, "yes"),
}
"""Worlds, the law that is learned, and whether the world is as the law has it."""
Cell = list[tuple[bool, float]]

HEAD = f"""# Customers without a contract: what the intervals are worth

Made by `make truth`; do not edit. {RUNS:,} simulated sets of customers a row, seeds from {FIRST_SEED:,} on, by which no
choice in the code was made; {DRAWS} draws of each posterior. Nominal 90 %; each cell: how many intervals hold the truth
± twice the binomial error, and the mean width as a share of the mean truth.

*Active*: how many customers are still active. *Purchases*, *money*: how often all of them buy in the next year, and
what they spend: the drawn year itself, not its expectation. *Worth of a new one*: what a new customer spends on average
in {YEARS} years, its first purchase included, discounted at {DISCOUNT:.0%} a year. *Assumed*: whether the world is as
the law has it.

| customers of | learned as | n | assumed | {" | ".join(FIGURES)} |
{"| --- " * (len(FIGURES) + 4)}|
"""


def one(task: tuple[str, int, int, float]) -> list[tuple[float, float, float]]:
    """Draw a past, learn from it, and return low, high and truth of all figures."""
    name, n, seed, worth = task
    world, law, _ = ROWS[name]
    past = world.draw(np.random.default_rng(seed), n)
    buying = Buying(law, draws=DRAWS, seed=seed).fit(past.histories)
    spending = Spending(draws=DRAWS, seed=seed).fit(past.spends)
    _, low, high = value_of_new(
        buying, spending, YEARS * world.year, discount=(1 + DISCOUNT) ** (1 / world.year) - 1
    )
    totals = (
        buying.active(),
        buying.purchases(world.year),
        money_ahead(buying, spending, world.year, currency="EUR"),
    )
    told = [
        (float(each.low or 0), float(each.high or 0), float(true))
        for each, true in zip(totals, (past.active, past.purchases, past.money), strict=True)
    ]
    return [*told, (low, high, worth)]


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, int], dict[str, Cell]]:
    cells: dict[tuple[str, int], dict[str, Cell]] = {}
    lines = []
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for name, (world, law, assumed) in ROWS.items():
            worth = world.worth_of_new(YEARS * world.year, (1 + DISCOUNT) ** (1 / world.year) - 1)
            for n in SIZES:
                tasks = [(name, n, FIRST_SEED + at, worth) for at in range(RUNS)]
                found = np.array(pool.map(one, tasks, chunksize=20))  # (runs, figures, 3)
                cells[name, n] = {each: cell(found[:, at]) for at, each in enumerate(FIGURES)}
                told = " | ".join(shown(found[:, at]) for at in range(len(FIGURES)))
                lines.append(f"| {name} | {law.__name__} | {n} | {assumed} | {told} |")
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return cells


def cell(found: np.ndarray) -> Cell:
    """Return whether each interval holds its truth, and how wide it is."""
    return [(bool(low <= true <= high), float(high - low)) for low, high, true in found]


def shown(found: np.ndarray) -> str:
    """Write a cell."""
    hits = np.array([hit for hit, _ in cell(found)])
    rate = float(hits.mean())
    error = 2 * sqrt(max(rate * (1 - rate), 1 / RUNS) / RUNS)
    return f"{rate:.1%} ± {error:.1%} · {(found[:, 1] - found[:, 0]).mean() / found[:, 2].mean():.2f}"


def rate(cells: Cell) -> float:
    return float(np.mean([hit for hit, _ in cells]))


def test_totals_of_customers_as_assumed_are_covered_at_their_level(measured):
    for (name, n), cells in measured.items():
        if ROWS[name][2] == "yes":
            for figure in ("active", "purchases", "money"):
                assert 0.84 <= rate(cells[figure]) <= 0.97, (name, n, figure)


def test_purchases_of_customers_who_leave_unseen_are_covered_nearly_so(measured):
    for (name, n), cells in measured.items():
        if ROWS[name][2] == "no":
            assert rate(cells["purchases"]) >= 0.8, (name, n)
