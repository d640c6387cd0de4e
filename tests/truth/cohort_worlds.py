"""Cohorts month by month whose retention is known at every age, in the markets of `convention_worlds` and two more.

Notation
--------
a : what a customer pays in its first month, e^{σz} times a constant, z standard normal        σ : `spread`
v : how much more often than others the customers of a cohort leave, drawn for each cohort from `differ`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from models.checks import Floats
from models.retention.ledger import Ints
from tests.truth import convention_worlds
from tests.truth.convention_worlds import CENTS, LONG_RUN, MonthlyWorld, always

MONTHS = 19
"""Of a ledger; a cohort begins in each."""
KINDS = ("logo", "grr", "nrr")


@dataclass(frozen=True)
class CohortWorld:
    """A market from which cohorts come: how its customers move, and how much they leave at first, and by cohort."""

    market: MonthlyWorld
    differ: tuple[float, ...] = (1.0,)
    at_first: float = 1.0

    def draw(self, rng: np.random.Generator, *, a_cohort: int, spread: float) -> tuple[Ints, Ints]:
        """Draw a ledger; return month-ends (MONTHS, n), cohort after cohort, and each cohort's place in `differ`."""
        kind = rng.integers(0, len(self.differ), MONTHS)
        began = np.repeat(np.arange(MONTHS), a_cohort)
        z = rng.standard_normal(began.size)
        harder = np.array(self.differ)[kind][began]
        aged = np.stack(list(self._paths(rng, z, np.exp(spread * z), harder)))
        age = np.arange(MONTHS)[:, None] - began
        ends = np.where(age >= 0, np.take_along_axis(aged, np.maximum(age, 0), axis=0), 0)
        return np.asarray(np.rint(CENTS * ends), dtype=np.int64), kind

    def _paths(
        self, rng: np.random.Generator, z: Floats, size: Floats, harder: Floats | float
    ) -> Iterator[Floats]:
        """Give what customers pay at ages 0, 1, …, MONTHS - 1."""
        usual, shrink, grow = (
            harder * self.market.leave(z),
            self.market.shrink(z),
            self.market.grow(z),
        )
        factors, parts = zip(*self.market.growth, strict=True)
        here, level = np.ones(z.size, dtype=bool), size.copy()
        yield level.copy()
        for age in range(1, MONTHS):
            leave = usual * (1 + (self.at_first - 1) * np.exp(-(age - 1) / 3))
            dice = rng.random(z.size)
            factor = np.select(
                [dice < leave, dice < leave + shrink, dice < leave + shrink + grow],
                [1.0, rng.uniform(0.45, 0.95, z.size), rng.choice(factors, z.size, p=parts)], 1.0,
            )  # fmt: skip
            back = rng.random(z.size) < self.market.back
            level = np.where(here, level * factor, level)
            here = np.where(here, dice >= leave, back)
            yield level * here

    def truth(self, spread: float) -> dict[str, Floats]:
        """Return what is left at each age, shape (MONTHS, kinds of cohorts), from a long run.

        Money is summed at scores moved by σ: E e^{σz} f(z) is E f(z + σ) times a constant that cancels.
        """
        plain = special.ndtri((np.random.default_rng(1).permutation(LONG_RUN) + 0.5) / LONG_RUN)
        found: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
        for harder in self.differ:
            logo, money = (
                list(self._paths(np.random.default_rng(20_261_130), z, np.ones(LONG_RUN), harder))
                for z in (plain, plain + spread)
            )
            found["logo"].append([float(np.mean(each > 0)) for each in logo])
            found["grr"].append([float(np.minimum(each, 1).mean()) for each in money])
            found["nrr"].append([float(each.mean()) for each in money])
        return {kind: np.array(each).T for kind, each in found.items()}


WORLDS = {
    **{
        name: CohortWorld(convention_worlds.WORLDS[name])
        for name in ("size does not matter", "the large leave", "a few double or triple", "calm")
    },
    "many leave at first": CohortWorld(MonthlyWorld(leave=always(0.012)), at_first=6.0),
    "cohorts differ": CohortWorld(MonthlyWorld(leave=always(0.015)), differ=(0.4, 1.0, 2.5)),
}


@cache
def truth(world: str, spread: float) -> dict[str, Floats]:
    """Return a market's numbers."""
    return WORLDS[world].truth(spread)
