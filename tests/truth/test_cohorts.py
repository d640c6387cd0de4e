"""Coverage of the intervals of cohorts by age, beside the plain bootstrap, written into docs/truth-cohorts.md."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from models.checks import Floats
from models.retention.cohort_intervals import CohortIntervals, Ends, Members
from models.retention.intervals import revenue_retention
from tests.models.retention.ledgers import ledger_of
from tests.truth.cohort_worlds import KINDS, MONTHS, WORLDS, truth

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-cohorts.md"
RUNS = int(os.environ.get("TRUTH_COHORTS", "2000"))  # books a cell
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "9920000"))
SIZES, SPREAD, AGES = (6, 30), 1.8, (3, 12)
LEVEL, RESAMPLES = 0.95, 400
POOLED = ("all grr", "all nrr")

HEAD = f"""# Cohorts: what the intervals of their retention are worth

Made by `make truth`; do not edit. A ledger of {MONTHS} months, in each of which a cohort begins
([growth](methods/growth.md)): what is left of its customers (`logo`) and of its first revenue (`grr`, `nrr`) three
months and a year later, and of all cohorts that are old enough together (`all grr`, `all nrr`). Meant is the market
from which a cohort comes, whose numbers are those of a long run. Markets are four of those of
[the conventions](truth-conventions.md) (customers leave, shrink, grow and come back by chances that may depend on their
size), one in which six times as many leave at first, and one whose cohorts leave 0.4, 1 or 2.5 times as often, each
judged by its own truth. The log of what customers pay has a standard deviation of {SPREAD}: a few carry the revenue.

{RUNS:,} simulated ledgers a cell, seeds from {FIRST_SEED:,} on, by which no choice in the code was made. Each cell: the
share of {100 * LEVEL:.0f} % intervals that hold the truth ± twice its error, and their mean width in points (what lies
below 0 is not counted); after the stroke the same of the plain bootstrap of a cohort's own customers. A ledger gives a
cell one interval for each cohort that is old enough, 16 after three months and 7 after a year; since cohorts of one
ledger learn from each other, the error is that between ledgers, not the smaller binomial one of so many intervals; of
all together it is the binomial one. No answer counts as a miss.

Few customers are counted whole: what is left of a cohort of 6 moves in sixths, and so does how often it holds.
"""


@dataclass(frozen=True)
class Judged:
    """Of each ledger of a cell: the share of its intervals that hold the truth, and their mean width."""

    held: Floats
    width: Floats

    @property
    def covered(self) -> float:
        """The share of all intervals that hold."""
        return float(self.held.mean())

    def __str__(self) -> str:
        error = 2 * sqrt(max(float(self.held.var()), 0.5 / self.held.size) / self.held.size)
        return f"{self.covered:.3f} ± {error:.3f} · {100 * np.nanmean(self.width):.1f}"


Found = dict[tuple[str, int, str], Judged]
"""By kind, age and whose intervals: ours or the plain bootstrap's."""


def measured(a_cohort: int, world: str) -> Found:
    """Run one cell."""
    true = truth(world, SPREAD)
    found = defaultdict(list)
    for run in range(RUNS):
        rng = np.random.default_rng([FIRST_SEED + run, a_cohort])
        ends, place = WORLDS[world].draw(rng, a_cohort=a_cohort, spread=SPREAD)
        members = Members.of(ledger_of(ends))
        assert members is not None
        counts = rng.multinomial(a_cohort, np.full(a_cohort, 1 / a_cohort), RESAMPLES).astype(np.float64)
        for kind, age, whose, told in intervals(members, counts):
            meant = true[kind.removeprefix("all ")][age, place[: MONTHS - age]]
            meant = meant.mean(keepdims=True) if kind in POOLED else meant
            low, high = told.low[: meant.size], told.high[: meant.size]
            held = float(np.mean((low <= meant) & (meant <= high)))
            found[kind, age, whose].append((held, float(np.mean(high - np.maximum(low, 0)))))
    return {key: Judged(*np.array(each).T) for key, each in found.items()}


def intervals(members: Members, counts: Floats) -> Iterator[tuple[str, int, str, Ends]]:
    """Give every kind of interval at every age: ours, the bootstrap's, and ours of all cohorts together."""
    ours = CohortIntervals(members, level=LEVEL)
    for age in AGES:
        n = members.first.size // MONTHS * (MONTHS - age)
        first, ratio = members.first[:n], members.ratio[age, :n].astype(np.float64)
        told = (ours.logo(age), ours.revenue(age, "gross"), ours.revenue(age, "net"))
        each = (ratio > 0, first * np.minimum(ratio, 1), first * ratio)
        weights = (np.ones(n), first, first)
        for kind, of_ours, upper, lower in zip(KINDS, told, each, weights, strict=True):
            yield kind, age, "ours", of_ours
            yield kind, age, "plain", plain(upper, lower, counts)
        together = revenue_retention(first, first * ratio, level=LEVEL)
        for kind, one in zip(POOLED, (together.gross, together.net), strict=True):
            yield kind, age, "ours", Ends(*(np.array([end]) for end in (one.value, one.low, one.high)))


def plain(upper: Floats, lower: Floats, counts: Floats) -> Ends:
    """Return the quantiles of Σ upper ÷ Σ lower over samples of each cohort's own customers."""
    by_cohort = (counts @ each.reshape(-1, counts.shape[1]).T for each in (upper, lower))
    ratios = np.divide(*by_cohort)
    low, middle, high = np.quantile(ratios, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0)
    return Ends(middle, low, high)


@pytest.fixture(scope="module")
def cells() -> dict[tuple[int, str], Found]:
    keys = list(itertools.product(SIZES, WORLDS))
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        found = dict(zip(keys, pool.starmap(measured, keys, chunksize=1), strict=True))
    PAGE.write_text(page(found), encoding="utf-8")
    return found


def page(cells: dict[tuple[int, str], Found]) -> str:
    """Write the page: a table a size of cohorts, a row a kind and age, a column a market."""
    parts = [HEAD]
    for a_cohort in SIZES:
        parts += [
            f"## Cohorts of {a_cohort}\n",
            f"| what | months | {' | '.join(WORLDS)} |",
            "| --- " * (len(WORLDS) + 2) + "|",
        ]
        for kind in (*KINDS, *POOLED):
            for age in AGES:
                row = [shown(cells[a_cohort, world], kind, age) for world in WORLDS]
                parts.append(f"| {kind} | {age} | {' | '.join(row)} |")
        parts.append("")
    return "\n".join(parts)


def shown(found: Found, kind: str, age: int) -> str:
    """Write one cell."""
    ours, other = (found.get((kind, age, whose)) for whose in ("ours", "plain"))
    return f"**{ours}**" + (f" / {other}" if other else "")


def test_every_interval_holds_in_every_market_however_small_the_cohorts(
    cells: dict[tuple[int, str], Found],
) -> None:
    for cell, found in cells.items():
        for key, each in found.items():
            if "ours" in key:
                assert each.covered >= 0.93, (*cell, *key)


def test_the_plain_bootstrap_misses_small_cohorts(cells: dict[tuple[int, str], Found]) -> None:
    for world in WORLDS:
        for kind in ("grr", "nrr"):
            assert cells[6, world][kind, 3, "plain"].covered < 0.9, (world, kind)
