"""Coverage of every convention's interval beside the plain bootstrap, written into docs/truth-conventions.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from models.retention.conventions import CONVENTIONS, by_every_convention
from tests.truth.convention_worlds import WORLDS
from tests.truth.retention_peers import Ends, convention_bootstraps

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-conventions.md"
RUNS = int(os.environ.get("TRUTH_CONVENTIONS", "2000"))  # a cell
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "9400000"))
SIZES = (100, 30, 300)
SPREADS = (1.0, 1.8)
LEVEL = 0.95
QUICK = ("quick_ratio", "quick_ratio_with_reactivation")

HEAD = f"""# Conventions of retention: what their intervals are worth

Made by `make truth`; do not edit. Every published way to count retention ([growth](methods/growth.md)) is measured on
customers at hand and meant for the market from which they come. Markets are simulated month by month over a year:
customers leave, shrink, grow, come back and join, by chances that may depend on their size; σ is the standard deviation
of the log of what they pay. The true numbers are those of a market of 400,000.

{RUNS:,} simulated samples a cell of 100 customers, half as many of 30 and of 300, seeds from {FIRST_SEED:,} on, none of
them used while the intervals were made. The markets were known then: the scale of quick ratios was chosen on them,
nothing else.
Each cell: the share of 95 % intervals that hold the truth ± twice its binomial error, and their mean width in points
(what lies below 0 is not counted); after the stroke the same of the plain bootstrap of customers. Of quick ratios the
width is the median upper end ÷ lower end. No answer counts as a miss: where fewer than three customers carry the losses
there is no quick ratio, and its cells say how often that was.

Where customers move together (a recession, a common supplier), all of these are too short.
"""


@dataclass(frozen=True)
class Cell:
    """What came of one market, spread and number of customers: per convention the truth and ends (runs, 2)."""

    truth: dict[str, float]
    ours: dict[str, np.ndarray]
    plain: dict[str, np.ndarray]

    def covered(self, name: str, ends: dict[str, np.ndarray]) -> float:
        """Return the share of intervals that hold the truth; NaN holds nothing."""
        low, high = ends[name].T
        return float(np.mean((low <= self.truth[name]) & (self.truth[name] <= high)))

    def answered(self, name: str) -> float:
        """Return the share of samples in which there is an interval of ours."""
        return float(np.isfinite(self.ours[name][:, 0]).mean())

    def _shown(self, name: str, ends: dict[str, np.ndarray]) -> str:
        share = self.covered(name, ends)
        runs = len(ends[name])
        error = 2 * sqrt(max(share * (1 - share), 0.5 / runs) / runs)
        low, high = ends[name][np.isfinite(ends[name]).all(axis=1)].T
        if name in QUICK:
            known = low > 0
            width = f"×{np.median(high[known] / low[known]):.1f}"
        else:
            width = f"{100 * np.mean(high - np.maximum(low, 0)):.1f}"
        return f"{share:.3f} ± {error:.3f} · {width}"

    def shown(self, name: str) -> str:
        """Write both kinds of intervals."""
        none = 1 - self.answered(name)
        said = f" (none in {none:.1%})" if none else ""
        return f"**{self._shown(name, self.ours)}**{said} / {self._shown(name, self.plain)}"


@cache
def truth(world: str, spread: float) -> dict[str, float]:
    """Return a market's numbers."""
    return WORLDS[world].truth(spread)


def measured(world: str, spread: float, n: int) -> Cell:
    """Run one cell."""
    market = WORLDS[world]
    ours: dict[str, list[Ends]] = {name: [] for name in CONVENTIONS}
    plain: dict[str, list[Ends]] = {name: [] for name in CONVENTIONS}
    for run in range(RUNS if n == SIZES[0] else RUNS // 2):
        rng = np.random.default_rng([FIRST_SEED + run, n])
        ends, before = market.draw(rng, n, spread)
        for name, found in by_every_convention(ends, before, level=LEVEL).items():
            known = found.low is not None and found.high is not None
            ours[name].append((found.low, found.high) if known else (np.nan, np.nan))
        for name, both in convention_bootstraps(rng, ends, before, LEVEL).items():
            plain[name].append(both)
    return Cell(
        truth(world, spread),
        *({name: np.array(ends, dtype=np.float64) for name, ends in kind.items()} for kind in (ours, plain)),
    )


@pytest.fixture(scope="module")
def cells() -> dict[tuple[int, float, str], Cell]:
    found = {
        (n, spread, world): measured(world, spread, n)
        for n in SIZES
        for spread in SPREADS
        for world in WORLDS
    }
    PAGE.write_text(page(found), encoding="utf-8")
    return found


def page(cells: dict[tuple[int, float, str], Cell]) -> str:
    """Write the page: a table a number of customers and spread, a row a convention, a column a market."""
    parts = [HEAD]
    for n in SIZES:
        for spread in SPREADS:
            parts += [f"## {n} customers, σ = {spread}\n", f"| convention | {' | '.join(WORLDS)} |"]
            parts.append("| --- " * (len(WORLDS) + 1) + "|")
            parts += [
                f"| `{name}` | {' | '.join(cells[n, spread, world].shown(name) for world in WORLDS)} |"
                for name in CONVENTIONS
            ]
            parts.append("")
    return "\n".join(parts)


def test_a_hundred_customers_are_covered_by_every_convention_in_every_market(
    cells: dict[tuple[int, float, str], Cell],
) -> None:
    for (n, *where), cell in cells.items():
        for name in CONVENTIONS:
            if n == 100 and cell.answered(name) > 0.99:
                assert cell.covered(name, cell.ours) >= 0.93, (name, where)


def test_where_a_quick_ratio_is_told_it_holds(cells: dict[tuple[int, float, str], Cell]) -> None:
    for where, cell in cells.items():
        for name in QUICK:
            assert cell.covered(name, cell.ours) >= 0.93 * cell.answered(name), (name, where)


def test_no_number_of_customers_is_covered_in_less_than_nine_of_ten(
    cells: dict[tuple[int, float, str], Cell],
) -> None:
    for where, cell in cells.items():
        for name in CONVENTIONS:
            if name not in QUICK:
                assert cell.covered(name, cell.ours) >= 0.9, (name, where)


def test_the_plain_bootstrap_misses_where_few_customers_carry_the_revenue(
    cells: dict[tuple[int, float, str], Cell],
) -> None:
    unequal = cells[100, 1.8, "size does not matter"]

    for name in ("nrr_movements", "nrr_compounded", "grr_lowest", "nrr_survivors"):
        assert unequal.covered(name, unequal.plain) < 0.91, name
