"""Price questions: 1,000 resamples of 1,000 respondents, and the optima of a million.

The first bar is on all Van Westendorp points and all best prices, each computed anew on 1,000 resamples of
1,000 respondents; the second on reach, revenue and profit optimum of Newton-Miller-Smith as answered, a million
respondents. Both are CPU seconds of one thread, without imports. Beside them, without a bar: what the methods
take to read everything, intervals included.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
BAR_RESAMPLES, BAR_MILLION = 1.0, 1.5


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that the work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def measure() -> int:
    """Print the figures beside their bars."""
    import numpy as np

    from models.resampling import bootstrap_weights
    from models.surveys._base import Asked
    from models.surveys._crossings import Crossing, placed
    from models.surveys._peak import AnsweredCurve
    from models.surveys._price_sensitivity import INTENTS, QUESTIONS
    from models.surveys._resampled_demand import ResampledDemand
    from models.surveys.newton_miller_smith import NewtonMillerSmith, PurchaseSensitivity
    from models.surveys.van_westendorp import VanWestendorp

    def sample(n: int, *, whole: bool) -> PurchaseSensitivity:
        rng = np.random.default_rng(1)
        steps = np.cumsum(np.c_[rng.normal(np.log(60), 0.4, n), rng.gamma(2, 0.17, (n, 3))], axis=1)
        prices = np.round(np.exp(steps)) if whole else np.exp(steps)
        intents = -np.sort(-rng.integers(1, 6, (n, 2)), axis=1)
        columns = dict(zip((*QUESTIONS, *INTENTS), np.c_[prices, intents].T, strict=True))
        return PurchaseSensitivity.of({"respondent_id": np.arange(n), **columns})

    asked = Asked(unit="EUR/month", unit_cost=40)
    thousand = sample(1_000, whole=False)

    def resampled() -> None:
        prices, places = placed(thousand.prices)
        pairs = ((0, 1), (0, 3), (1, 2), (2, 3))
        crossings = [Crossing(prices, places[:, a], places[:, b]) for a, b in pairs]
        for weights in bootstrap_weights(1_000, draws=1_000, seed=1):
            for crossing in crossings:
                crossing.stretch(weights)
        demand = ResampledDemand(NewtonMillerSmith().paths(thousand), cluster=thousand.cluster, asked=asked)
        label = asked.label("")
        for estimate in (
            demand.best_reach(label),
            demand.best_margin(label),
            demand.best_margin(label, cost=40),
        ):
            assert estimate.known

    taken = cpu(resampled)
    print(
        f"1,000 resamples of 1,000 respondents, 4 points and 3 best prices: CPU {taken:.2f} s (bar {BAR_RESAMPLES})"
    )
    reading = cpu(lambda: (VanWestendorp().read(thousand, asked), NewtonMillerSmith().read(thousand, asked)))
    print(f"both methods read 1,000 respondents, intervals included: CPU {reading:.2f} s")

    slowest = 0.0
    for whole in (True, False):
        million = sample(1_000_000, whole=whole)
        paths = NewtonMillerSmith().paths(million)

        def optima() -> None:
            curve = AnsweredCurve(paths)  # noqa: B023  called in this turn of the loop
            curve.reach(), curve.margin(), curve.margin(40)

        def bands() -> None:
            demand = ResampledDemand(paths, cluster=million.cluster, asked=asked)  # noqa: B023
            for cost in (0.0, 40.0):
                demand.best_margin(asked.label(""), cost=cost)

        points = cpu(lambda: VanWestendorp().points(million, asked))  # noqa: B023
        kind = "whole" if whole else "continuous"
        answered, banded = cpu(optima), cpu(bands)
        slowest = max(slowest, answered)
        print(
            f"optima of 1,000,000 respondents, {kind} prices: CPU {answered:.2f} s (bar {BAR_MILLION});"
            f" smoothed with intervals {banded:.2f} s; four points with intervals {points:.2f} s"
        )
    return int(taken > BAR_RESAMPLES or slowest > BAR_MILLION)


if __name__ == "__main__":
    if "measure" in sys.argv:
        sys.exit(measure())
    sys.exit(
        subprocess.run(
            [sys.executable, __file__, "measure"], env=os.environ | THREADS, check=False
        ).returncode
    )
