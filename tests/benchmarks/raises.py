"""Plans of raises: a small book exactly, a large one with a certified gap, and one whose churn is in doubt.

Bars, in CPU seconds of one thread without imports: 5 for 500 customers of 8 levels and 2 budgets solved exactly, 10 for
100,000 of them with a gap of at most a thousandth. 500 customers of 8 levels in 200 draws have no bar and are shown.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

# One thread, as the service runs: more of them spend CPU on waiting for each other.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.pricing.raises.chances import Draws, plan_raises
from models.pricing.raises.choices import Choices, choose

SMALL, LARGE, LEVELS, DRAWS = 500, 100_000, 8, 200
BUDGET, MONTHS, GAP = 0.01, 24, 0.001
BARS = {"exact": 5.0, "large": 10.0}

Floats = NDArray[np.float64]
_Found = TypeVar("_Found")


def seconds(work: Callable[[], _Found], *, times: int) -> tuple[float, _Found]:
    """Return the median CPU seconds that the work takes, and what it finds."""
    spent = []
    for _ in range(times):
        started = time.process_time()
        found = work()
        spent.append(time.process_time() - started)
    return float(np.median(spent)), found


def answers(slope: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return gains and added churn of each level, of the shape of slopes and (L,), and what customers pay (n,)."""
    n = slope.shape[-1]
    share, mrr = np.linspace(0, 0.3, LEVELS), rng.lognormal(7, 1.2, n)
    before = 0.05 + 0.1 * rng.random(n)
    left = special.expit(special.logit(before)[:, None] + slope[..., None] * np.log1p(share))
    gain = mrr[:, None] * MONTHS * ((1 + share) * (1 - left) - (1 - before)[:, None])
    churn = left - before[:, None]
    # Rounding leaves the first level a hair off nothing.
    gain[..., 0], churn[..., 0] = 0, 0
    return gain, churn, mrr


def knapsack(n: int) -> Choices:
    """Return a book whose answer to prices is known."""
    rng = np.random.default_rng(0)
    gain, churn, mrr = answers(rng.lognormal(0.9, 0.5, n), rng)
    load = np.stack([churn / n, churn * (mrr / mrr.sum())[:, None]])
    return Choices(gain, load, np.full(2, BUDGET))


def of_exact() -> float:
    """Measure the small book; it fails where the plan is not proven best."""
    taken, found = seconds(lambda: choose(knapsack(SMALL)), times=3)
    print(
        f"{SMALL} customers × {LEVELS} levels, {found.method}, gap {found.gap:.1e}: {taken:.2f} s"
        f" (bar {BARS['exact']:.0f} s)"
    )
    return taken if found.method == "exact" else np.inf


def of_large() -> float:
    """Measure the large book; it fails where the gap is larger than a thousandth."""
    taken, found = seconds(lambda: choose(knapsack(LARGE)), times=3)
    print(
        f"{LARGE:,} customers × {LEVELS} levels, gap {found.gap:.1e} (bar {GAP:.0e}): {taken:.2f} s"
        f" (bar {BARS['large']:.0f} s)"
    )
    return taken if found.gap <= GAP else np.inf


def of_draws() -> None:
    """Measure a plan whose budgets hold in nine of ten draws; nothing to compare it with yet."""
    rng = np.random.default_rng(0)
    slope = rng.lognormal(0.9, 0.5, (DRAWS, 1)) * rng.lognormal(0, 0.3, SMALL)
    gain, churn, mrr = answers(slope, rng)
    weights = np.stack([np.full(SMALL, 1 / SMALL), mrr / mrr.sum()])
    draws = Draws(
        gain=gain,
        churn=churn[None] * weights[:, None, :, None],
        allowed=np.ones((SMALL, LEVELS), dtype=np.bool_),
        budget=np.full(2, BUDGET),
    )
    taken, found = seconds(lambda: plan_raises(draws), times=3)
    print(f"{SMALL} customers × {LEVELS} levels × {DRAWS} draws, bound {found.gap:.1%} above: {taken:.2f} s")


def main() -> int:
    """Print seconds beside their bars."""
    found = {"exact": of_exact(), "large": of_large()}
    of_draws()
    return int(any(found[name] > bar for name, bar in BARS.items()))


if __name__ == "__main__":
    raise SystemExit(main())
