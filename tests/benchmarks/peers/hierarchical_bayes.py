"""Hierarchical Bayes against bayesm: the same answers, equal priors, effective draws per CPU-second.

Both draw from the posterior of bayesm's own `camera` data (Allenby et al. 2014; 332 people, 16 tasks, 5 alternatives,
10 coefficients), which R hands over at run time: it is not part of this repository. The price has no known sign on
either side. One chain a seed, on one processor core, by turns; a quarter of each chain is thrown away. Our
CPU-seconds are those of the whole fit, warm-up included and compilation not; bayesm's are those of its sweeps
alone, without its set-up. The bars: the median over the seeds of the fewest rank-normalised effective draws per
CPU-second, among the means and log standard deviations of the population, is at least three times bayesm's; and all
of these agree within three Monte-Carlo errors.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from models.checks import Floats
from models.choice._sampler_kernels import compiled_kernel
from models.choice.hierarchical_bayes import HierarchicalBayes, Prior
from models.choice.tasks import Tasks
from models.convergence import bulk_ess, mean_error, split_rhat

BAR, ERRORS = 3.0, 3.0
SEEDS = (1, 2, 3, 4, 5)
OUR_SWEEPS, THEIR_SWEEPS = 4000, 8000
# Averages of bayesm 3.1-5 with 6,000 draws and of two other samplers with 20,000 and 4,000, made beforehand.
KNOWN_MEANS = (1.97, 1.55, 1.67, 1.16, 1.37, 1.70, 1.29, 0.74, 1.17, -3.48)
KNOWN_SDS = (5.46, 5.75, 5.66, 5.64, 1.85, 1.84, 1.32, 1.39, 1.53, 2.51)
KNOWN_WITHIN = 0.25  # posterior standard deviations
PROGRAM = Path(__file__).with_suffix(".R")
INSTALL = "bayesm is not installed: apt-get install -y r-cran-bayesm (or install.packages('bayesm') in R)"


@dataclass(frozen=True)
class Run:
    """The draws of one chain, (draws, 2 K): means and log standard deviations; and what they cost."""

    figures: Floats
    seconds: float

    @property
    def rates(self) -> Floats:
        """Effective draws per CPU-second, (2 K,)."""
        return bulk_ess(self.figures[None]) / self.seconds


class BayesmIsMissing(Exception):
    """R, or its package, is not installed."""


def in_r(*arguments: str) -> str:
    """Run bayesm's side."""
    program = shutil.which("Rscript")
    if program is None:
        raise BayesmIsMissing
    ended = subprocess.run(
        [program, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if ended.returncode == 3:
        raise BayesmIsMissing
    ended.check_returncode()
    return ended.stdout


def camera(folder: Path) -> Tasks:
    """Take the answers over from bayesm."""
    columns = int(in_r("data", str(folder)))
    rows, chosen, tasks = (np.fromfile(folder / name) for name in ("rows", "chosen", "tasks"))
    X = rows.reshape(-1, columns)
    alternatives = len(X) // chosen.size
    respondent = np.repeat(np.arange(tasks.size), tasks.astype(int))
    return Tasks.from_rows(
        X,
        names=[f"column {k}" for k in range(columns)],
        price=columns - 1,
        respondent=np.repeat(respondent, alternatives),
        task=np.repeat(np.arange(chosen.size), alternatives),
        chosen=(chosen[:, None] == np.arange(1, alternatives + 1)).ravel(),
    )


def ours(tasks: Tasks, seed: int) -> Run:
    """Run one chain of ours under bayesm's prior."""
    columns = tasks.n_columns
    degrees = columns + 3.0
    prior = Prior(
        location=np.zeros(columns), strength=0.01, degrees=degrees, scatter=degrees * np.ones(columns)
    )
    warm_up = OUR_SWEEPS // 4
    model = HierarchicalBayes(
        sign_safe_price=False, prior=prior, chains=1, rounds=1,
        warm_up=warm_up, draws=OUR_SWEEPS - warm_up, seed=seed,
    )  # fmt: skip
    started = time.process_time()
    fit = model.fit(tasks)
    seconds = time.process_time() - started
    sds = np.sqrt(np.diagonal(fit.covariance[0], axis1=1, axis2=2))
    return Run(np.column_stack([fit.mean[0], np.log(sds)]), seconds)


def theirs(folder: Path, columns: int, seed: int) -> Run:
    """Run one chain of bayesm's."""
    in_r("draws", str(folder), str(seed), str(THEIR_SWEEPS))
    means, sds = (np.fromfile(folder / name).reshape(-1, columns) for name in ("means", "sds"))
    set_up, spent = np.fromfile(folder / "seconds")
    return Run(np.column_stack([means, np.log(sds)])[THEIR_SWEEPS // 4 :], float(spent - set_up))


def show(name: str, runs: list[Run]) -> float:
    """Print what a side's chains cost and are worth; return the median of its slowest rates."""
    slowest = [float(run.rates.min()) for run in runs]
    columns = runs[0].figures.shape[1] // 2
    means, sds = (median(float(np.median(run.rates[half])) for run in runs) for half in halves(columns))
    print(
        f"{name}: {median(run.seconds for run in runs):.1f} CPU-s a chain; effective draws per CPU-s, slowest:"
        f" {', '.join(f'{rate:.1f}' for rate in slowest)} (median {median(slowest):.1f});"
        f" typical mean {means:.1f}, typical log sd {sds:.1f}"
    )
    return median(slowest)


def halves(columns: int) -> tuple[slice, slice]:
    """Return where the means stand, and the log standard deviations."""
    return slice(columns), slice(columns, None)


def farthest(one: list[Run], other: list[Run]) -> float:
    """Print both posteriors' middles; return their farthest distance in Monte-Carlo errors."""
    pair = [np.array([run.figures for run in runs]) for runs in (one, other)]
    middles = [draws.mean(axis=(0, 1)) for draws in pair]
    error = np.hypot(*(mean_error(draws) for draws in pair))
    for name, draws, middle in zip(("ours", "bayesm"), pair, middles, strict=True):
        for word, half in zip(("means", "log sds"), halves(middle.size // 2), strict=True):
            print(f"{name} {word}: {' '.join(f'{value:.3f}' for value in middle[half])}")
        print(f"{name}: R-hat over the seeds at most {split_rhat(draws).max():.3f}")
    return float(np.abs((middles[0] - middles[1]) / error).max())


def from_known(runs: list[Run]) -> float:
    """Return our farthest distance from the figures known beforehand, in posterior standard deviations."""
    draws = np.concatenate([run.figures for run in runs])
    known = np.concatenate([KNOWN_MEANS, np.log(KNOWN_SDS)])
    return float(np.abs((draws.mean(axis=0) - known) / draws.std(axis=0)).max())


def main() -> int:
    """Run both by turns and compare."""
    if compiled_kernel() is None:
        print("numba is not installed: pip install 'numba>=0.62'")
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            tasks = camera(folder)
            pairs = []
            for seed in SEEDS:
                print(f"seed {seed} …", file=sys.stderr, flush=True)
                pairs.append((ours(tasks, seed), theirs(folder, tasks.n_columns, seed)))
        except BayesmIsMissing:
            print(INSTALL)
            return 1
    mine, peers = ([pair[side] for pair in pairs] for side in (0, 1))
    ratio = show("ours", mine) / show("bayesm", peers)
    distance = farthest(mine, peers)
    print(f"slowest effective draws per CPU-second: {ratio:.1f} × bayesm's (bar {BAR:.0f})")
    print(f"farthest apart: {distance:.1f} Monte-Carlo errors (bar {ERRORS:.0f})")
    known = from_known(mine)
    print(f"farthest from what was known: {known:.2f} posterior standard deviations (bar {KNOWN_WITHIN})")
    return int(ratio < BAR or distance > ERRORS or known > KNOWN_WITHIN)


if __name__ == "__main__":
    sys.exit(main())
