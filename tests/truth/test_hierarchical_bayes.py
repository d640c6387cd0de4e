"""Coverage of hierarchical Bayes on simulated respondents, written into docs/truth-hierarchical-bayes.md."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.choice.hierarchical_bayes import HierarchicalBayes
from tests.models.choices import NAMES, choices
from tests.truth import sweep

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-hierarchical-bayes.md"
RUNS = int(os.environ.get("TRUTH_SURVEYS", "2000"))
FIRST_SEED = int(os.environ.get("TRUTH_SEED", "3000000"))
WARM_UP, DRAWS = 200, 600
MEAN = np.array([-1.5, -2.0, 1.0, 0.5])  # the price's is of the log of what a unit of money costs in utility
SD = np.array([0.4, 1.0, 1.0, 0.3])
TYPICAL = np.append(-np.exp(MEAN[0]), MEAN[1:])
MEDIANS = ", ".join(f"{name} {value:.2f}" for name, value in zip(NAMES, TYPICAL, strict=True))

HEAD = f"""# Hierarchical Bayes: what the intervals are worth

Made by `make truth`; do not edit. {RUNS:,} simulated surveys a block, seeds from {FIRST_SEED:,} on. Tastes are normal
between people, that for the price log-normal, and uncorrelated: medians {MEDIANS}; standard
deviations {", ".join(map(str, SD))} (of the log for the price). A task offers three products and to buy nothing. One
chain of {WARM_UP} sweeps to warm up and {DRAWS} draws a survey, fewer than the product takes. Errors are twice the
binomial ones; for *each person's own* they are those of the surveys, as if a survey's people were one.

| people | tasks each | coefficient | typical covered | mean width | spread covered | each person's own covered |
| --- | --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Cell:
    """One size of survey."""

    people: int
    tasks: int


CELLS = (Cell(50, 8), Cell(100, 5))


def one(task: Sequence[Any]) -> dict[str, list[float]]:
    """Run one survey of so many people, tasks each, and seed; return four figures of each coefficient."""
    people, each, seed = task
    rng = np.random.default_rng(seed)
    theta = MEAN + SD * rng.standard_normal((people, len(MEAN)))
    beta = np.column_stack([-np.exp(theta[:, 0]), theta[:, 1:]])
    tasks = choices(beta, seed=seed, tasks=each)
    fit = HierarchicalBayes(chains=1, warm_up=WARM_UP, draws=DRAWS, rounds=1, seed=seed).fit(tasks)
    typical, spread = fit.typical(), fit.spread()
    low, high = np.quantile(fit.respondent_draws, [0.05, 0.95], axis=0)
    own = ((low <= beta) & (beta <= high)).mean(axis=0)
    return {
        name: [
            float(typical[name].low <= TYPICAL[k] <= typical[name].high),
            typical[name].high - typical[name].low,
            float(spread[name].low <= SD[k] <= spread[name].high),
            float(own[k]),
        ]
        for k, name in enumerate(NAMES)
    }


def share(covered: float) -> str:
    """Return a share with its error."""
    return f"{covered:.1%} ± {2 * sqrt(covered * (1 - covered) / RUNS):.1%}"


def test_ninety_percent_intervals_of_the_population_cover_87_to_93_percent() -> None:
    lines, covered = [], []
    for cell in CELLS:
        wanted = [[cell.people, cell.tasks, seed] for seed in range(FIRST_SEED, FIRST_SEED + RUNS)]
        surveys = sweep.records(one, wanted, name=f"hierarchical-bayes-{cell.people}")
        found = {name: np.mean([each[name] for each in surveys], axis=0) for name in NAMES}
        for name, (typical, width, spread, own) in found.items():
            columns = cell.people, cell.tasks, name, share(typical), f"{width:.2f}", share(spread), share(own)
            lines.append(f"| {' | '.join(map(str, columns))} |")
        covered.append([figures[0] for figures in found.values()])
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")

    assert all(0.87 <= value <= 0.93 for cell in covered for value in cell), covered
