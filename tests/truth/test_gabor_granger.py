"""Coverage of Gabor-Granger and worth checks on known willingness, written into docs/ and held to the bars."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from models.estimate import Estimate
from models.surveys._base import Asked, Reading
from models.surveys.gabor_granger import GaborGranger
from models.surveys.worth_checks import WorthChecks
from tests.truth import ladder_worlds as worlds

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-gabor-granger.md"
FIRST_SEED = 3_000_000
RUNS = int(os.environ.get("TRUTH_SURVEYS", "2000"))
Results = Iterator[dict[str, tuple[float, float | None]]]
"""For each survey and number: whether the interval holds the truth (or at how many prices), and its log width."""
MEASURED = ("median", "best revenue price", "best profit price", "demand")

HEAD = """# Gabor-Granger and worth checks on known willingness, measured

Made by `make truth`; do not edit. {runs} surveys a row, seeds from {first} by which no choice in the code was made.
Errors are twice the binomial standard error; a survey for which there was no answer counts as a miss. Width is the
median ratio of an interval's upper to its lower end.

## Gabor-Granger, inside

Willingness is in turn log-normal, log-logistic and Weibull with a median of about 10; nobody tells the method which.
*Ladder*: six prices from 4 to 28, all asked. *Two bounds*: a first price drawn for each respondent, then 1.8 times
more or less. *Pulled*: the first price pulls the second answer by 0.3. *Slips*: 5 % of all answers are turned over.
Best prices are those of the smooth demand, `points.revenue_optimum` and `points.profit_optimum` at a unit cost of 5;
demand is counted pointwise at the prices from 4 to 28.
"""


@dataclass(frozen=True)
class Row:
    """One way of asking, and for each number the hits (1, 0 or a share of prices) and the log widths."""

    name: str
    n: int
    hits: dict[str, list[float]]
    widths: dict[str, list[float]]

    def cells(self, names: tuple[str, ...]) -> str:
        """Return coverage and width for each name."""
        return " | ".join(self._cell(name) for name in names)

    def _cell(self, name: str) -> str:
        rate = float(np.mean(self.hits[name]))
        error = 2 * float(np.std(self.hits[name])) / sqrt(len(self.hits[name]))
        width = f" ({np.exp(np.median(self.widths[name])):.2f})" if self.widths[name] else ""
        return f"{rate:.1%} ± {error:.1%}{width}"


def measured(name: str, n: int, results: Results) -> Row:
    hits: dict[str, list[float]] = {}
    widths: dict[str, list[float]] = {}
    for result in results:
        for what, (hit, width) in result.items():
            hits.setdefault(what, []).append(hit)
            widths.setdefault(what, []).extend([] if width is None else [width])
    return Row(name, n, hits, widths)


def judged(estimate: Estimate, truth: float) -> tuple[float, float | None]:
    """Whether the interval holds the truth, and its log width."""
    if estimate.low is None or estimate.high is None:
        return 0.0, None
    return float(estimate.low <= truth <= estimate.high), log(estimate.high / estimate.low)


def ladders(design: str, n: int, laws: Mapping[str, worlds.World], runs: int) -> Results:
    first = FIRST_SEED + 7919 * n
    for seed, world in zip(range(first, first + runs), cycle(laws.values()), strict=False):
        rng = np.random.default_rng(seed)
        answers = worlds.asked(design, world.draw(rng, n), rng)
        reading = GaborGranger().read(
            answers, Asked(unit="EUR", unit_cost=worlds.COST, resamples=500, seed=seed)
        )
        yield {
            "median": judged(reading.typical, world.truth["median"]),
            "best revenue price": judged(reading.points["revenue_optimum"], world.truth["revenue"]),
            "best profit price": judged(reading.points["profit_optimum"], world.truth["profit"]),
            "best price asked": judged(reading.best_price["revenue"], world.truth["revenue"]),
            "demand": (pointwise(reading, world), None),
        }


def pointwise(reading: Reading, world: worlds.World) -> float:
    """The share of prices between 4 and 28 at which the band holds the true demand."""
    assert reading.demand is not None
    between = (reading.demand.price >= 4) & (reading.demand.price <= 28)
    true = world.demand(reading.demand.price[between])
    return float(((reading.demand.low[between] <= true) & (true <= reading.demand.high[between])).mean())


def checks(figures: str, n: int, pull: float, runs: int) -> Results:
    for seed in range(FIRST_SEED + 500_000 + n, FIRST_SEED + 500_000 + n + runs):
        answers = worlds.worth_checked(figures, n, pull=pull, rng=np.random.default_rng(seed))
        reading = WorthChecks().read(answers, Asked(unit="EUR", resamples=500, seed=seed))
        yield {"median worth": judged(reading.typical, 12.0)}


@pytest.fixture(scope="module")
def inside() -> list[Row]:
    designs = [("ladder", n) for n in (50, 200, 1000)] + [("two bounds", n) for n in (50, 200, 1000)]
    designs += [("two bounds, pulled", 300), ("ladder, with slips", 300), ("one price each", 300)]
    return [measured(name, n, ladders(name, n, worlds.INSIDE, RUNS)) for name, n in designs]


@pytest.fixture(scope="module")
def outside() -> list[Row]:
    return [
        measured(law, n, ladders("ladder", n, {law: worlds.OUTSIDE[law]}, RUNS // 2))
        for law in worlds.OUTSIDE
        for n in (50, 300)
    ]


@pytest.fixture(scope="module")
def worth() -> list[Row]:
    asked = [("three figures", pull, n) for pull in (0.0, 0.4) for n in (50, 300)]
    asked += [
        ("figures of all sizes", 0.3, 100),
        ("one figure for all", 0.0, 200),
        ("one figure for all", 0.4, 200),
    ]
    return [measured(f"{name}, pull {pull}", n, checks(name, n, pull, RUNS // 2)) for name, pull, n in asked]


def table(first: str, rows: list[Row], names: tuple[str, ...]) -> str:
    head = f"| {first} | n | {' | '.join(names)} |\n" + "| --- " * (len(names) + 2) + "|"
    return "\n".join([head, *(f"| {row.name} | {row.n} | {row.cells(names)} |" for row in rows)])


def test_the_page_is_written(inside: list[Row], outside: list[Row], worth: list[Row]) -> None:
    parts = [
        HEAD.format(runs=RUNS, first=FIRST_SEED),
        table("asked", inside, MEASURED),
        "\n## Gabor-Granger, outside\n\nWillingness that none of the laws describes; half as many surveys.\n",
        table("willingness", outside, MEASURED),
        "\n## The best price among those asked\n\nWhere everybody answered the whole ladder, `best_price` is the best"
        " of the prices asked, and its interval is that of the smooth optimum, stretched to hold it: it covers more.\n",
        table("asked", [row for row in inside if row.name == "ladder"], ("best price asked",)),
        "\n## Worth checks\n\nMedian worth 12, spread 0.6; half as many surveys. With one figure for all (15) the pull"
        " cannot be seen: the interval is the prior's, and its coverage depends on how far the truth is from it.\n",
        table("figures shown", worth, ("median worth",)),
    ]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8").count("\n| ladder |") == 6


@pytest.mark.parametrize("name", MEASURED)
def test_ninety_percent_intervals_cover_87_to_93_percent(inside: list[Row], name: str) -> None:
    rates = {f"{row.name}, n = {row.n}": float(np.mean(row.hits[name])) for row in inside}

    assert sum(len(row.hits[name]) for row in inside) >= 2_000
    assert 0.87 <= np.mean(list(rates.values())) <= 0.93, rates
    assert all(0.84 <= rate <= 0.96 for rate in rates.values()), rates


def test_median_worth_is_covered_where_the_figure_shown_varies(worth: list[Row]) -> None:
    varied = [row for row in worth if not row.name.startswith("one figure")]

    assert 0.87 <= np.mean([np.mean(row.hits["median worth"]) for row in varied]) <= 0.93
