"""How often a verdict is wrongly certain when two metrics are truly equal, in small samples with wild tails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.ranking import rank
from models.value_metrics._examples import evidence_of

CUSTOMERS, DRAWS, REPLICATIONS = 30, 400, 2_000
SCALE = 0.5


@dataclass(frozen=True)
class Cell:
    """One world: its tails, the share of customers without value, and how many of `runs` were certain."""

    tails: str
    zeros: float
    runs: int
    decided: int
    wrongly_clear: int


def cells(first_seed: int = 5_000_000) -> list[Cell]:
    """Simulate every world."""
    worlds = [("normal", 0.0), ("t(2.5)", 0.0), ("t(2.5)", 0.15)]
    return [_cell(tails, zeros, first_seed + 100_000 * at) for at, (tails, zeros) in enumerate(worlds)]


def _cell(tails: str, zeros: float, first_seed: int) -> Cell:
    decided = clear = 0
    for seed in range(first_seed, first_seed + REPLICATIONS):
        rng = np.random.default_rng(seed)
        value = np.exp(rng.normal(0, 1, CUSTOMERS))
        one, other = (value * np.exp(-SCALE * _noise(rng, tails)) for _ in range(2))
        seen = np.where(rng.random(CUSTOMERS) < zeros, 0.0, value)
        ranking = rank(
            {"one": evidence_of(seen, one), "other": evidence_of(seen, other)}, seed=seed, draws=DRAWS
        )
        best = {each.metric: each.probability_best for each in ranking.standings}
        total = sum(share or 0.0 for share in best.values())
        # Among the draws in which any metric is eligible: how one-sided are they?
        decided += total > 0 and not 0.1 < (best["one"] or 0.0) / total < 0.9
        clear += ranking.verdict == "clear"
    return Cell(tails, zeros, REPLICATIONS, decided, clear)


def _noise(rng: np.random.Generator, tails: str) -> np.ndarray:
    return rng.normal(size=CUSTOMERS) if tails == "normal" else rng.standard_t(2.5, CUSTOMERS)
