"""Made choices: people with known preferences, as many tasks and alternatives each as a test wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.checks import Floats
from models.choice.tasks import Tasks

NAMES = ("price", "none", "fast", "seats")


def choices(
    beta: Floats, *, seed: int, tasks: Sequence[int] | int = 8, alternatives: Sequence[int] | int = 3
) -> Tasks:
    """Let people with coefficients `beta` (N, 4), named `NAMES`, choose; the last alternative is to buy nothing.

    `tasks` and `alternatives` (products, without none) are the same for all or cycle over people and tasks.
    """
    rng = np.random.default_rng(seed)
    n_tasks = np.resize(tasks, len(beta))
    sizes = np.resize(alternatives, n_tasks.sum()) + 1
    respondent = np.repeat(np.repeat(np.arange(len(beta)), n_tasks), sizes)
    task = np.repeat(np.arange(sizes.size), sizes)
    n = task.size
    X = np.column_stack(
        [rng.uniform(2, 20, n), np.zeros(n), rng.integers(0, 2, n), rng.integers(1, 6, n)]
    ).astype(float)
    X[np.cumsum(sizes) - 1] = [0, 1, 0, 0]
    utility = np.einsum("rk,rk->r", X, beta[respondent]) + rng.gumbel(size=n)
    order = np.lexsort((-utility, task))
    chosen = np.zeros(n)
    chosen[order[np.r_[0, np.cumsum(sizes)[:-1]]]] = 1
    made = Tasks.from_rows(X, names=NAMES, price=0, respondent=respondent, task=task, chosen=chosen)
    return replace(made, none=1)
