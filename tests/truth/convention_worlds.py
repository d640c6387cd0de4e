"""Markets month by month in which retention is known by every convention: who leaves, comes back, moves and joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.retention.convention_sums import features_of, sums_of
from models.retention.conventions import CONVENTIONS
from models.retention.ledger import Ints

WINDOW = 12
CENTS = 1_000_000
"""What a customer of score 0 pays, minor units: so much that rounding does not matter."""
LONG_RUN = 400_000
Chance = Callable[[Floats], Floats]


def always(chance: float) -> Chance:
    """The same chance at every size."""
    return lambda z: np.full_like(z, chance)


SELDOM_SHRINK, SOMETIMES_GROW = always(0.008), always(0.025)


@dataclass(frozen=True)
class MonthlyWorld:
    """Chances a month by z, the standard normal score of a customer's size; growth as (factor, share of those)."""

    leave: Chance
    shrink: Chance = SELDOM_SHRINK
    grow: Chance = SOMETIMES_GROW
    back: float = 0.06
    growth: tuple[tuple[float, float], ...] = ((1.1, 0.3), (1.3, 0.4), (1.6, 0.3))
    newcomers: float = 0.25
    formers: float = 0.06

    def draw(self, rng: np.random.Generator, n: int, spread: float) -> tuple[Ints, np.ndarray]:
        """Draw n customers who pay at first, newcomers and some who left before: month-ends, and who paid before."""
        joined, former = rng.poisson(self.newcomers * n), rng.poisson(self.formers * n)
        first = np.concatenate(
            [np.zeros(n, int), rng.integers(1, WINDOW + 1, joined), rng.integers(1, WINDOW + 1, former)]
        )
        z = rng.standard_normal(first.size)
        before = np.arange(first.size) >= n + joined
        return self._months(rng, z, first, np.exp(spread * z)), before

    def _months(self, rng: np.random.Generator, z: Floats, first: Ints, size: Floats) -> Ints:
        leave, shrink, grow = self.leave(z), self.shrink(z), self.grow(z)
        ends, here, level = np.zeros((WINDOW + 1, z.size)), first == 0, size.copy()
        ends[0] = level * here
        factors, parts = zip(*self.growth, strict=True)
        for month in range(1, WINDOW + 1):
            dice = rng.random(z.size)
            factor = np.select(
                [dice < leave, dice < leave + shrink, dice < leave + shrink + grow],
                [1.0, rng.uniform(0.45, 0.95, z.size), rng.choice(factors, z.size, p=parts)], 1.0,
            )  # fmt: skip
            comes = (first == month) | ((first < month) & ~here & (rng.random(z.size) < self.back))
            level = np.where(here, level * factor, level)
            here = np.where(here, dice >= leave, comes)
            ends[month] = level * here
        return np.asarray(np.rint(CENTS * ends), dtype=np.int64)

    def truth(self, spread: float) -> dict[str, float]:
        """Return every convention's number in the whole market, from a long run; money is summed at scores moved by σ.

        E e^{σz} f(z) is E f(z + σ) times a constant that cancels: customers of one size at moved scores.
        """
        rng = np.random.default_rng(20_261_130)
        n, sums = LONG_RUN, []
        kinds = np.cumsum([n, n * self.newcomers, n * self.formers]).astype(int)
        first = np.where(np.arange(kinds[-1]) < n, 0, rng.integers(1, WINDOW + 1, kinds[-1]))
        before = np.arange(kinds[-1]) >= kinds[1]
        plain = special.ndtri((rng.permutation(kinds[-1]) + 0.5) / kinds[-1])
        for z in (plain + spread, plain):
            features = features_of(self._months(rng, z, first, np.ones(kinds[-1])), before)
            sums.append(sums_of(features.sum(axis=1)[None], WINDOW))
        by_size = {"each", "counted"}
        found = {
            name: float(each.of(sums[1 if each.over in by_size else 0])[0])
            for name, each in CONVENTIONS.items()
        }
        return {name: min(value, CONVENTIONS[name].most) for name, value in found.items()}


WORLDS = {
    "size does not matter": MonthlyWorld(leave=always(0.01)),
    "the large stay": MonthlyWorld(leave=lambda z: 0.03 * special.expit(-0.7 - 0.9 * z)),
    "the large leave": MonthlyWorld(leave=lambda z: 0.006 + 0.014 * special.expit(1.2 * z - 1)),
    "a few double or triple": MonthlyWorld(
        leave=always(0.01), grow=always(0.012), growth=((1.2, 0.6), (2.0, 0.25), (3.0, 0.13), (7.0, 0.02))
    ),
    "many leave, many come": MonthlyWorld(
        leave=always(0.03), back=0.15, newcomers=0.6, shrink=always(0.02), grow=always(0.03)
    ),
    "calm": MonthlyWorld(
        leave=always(0.003), shrink=always(0.002), grow=always(0.006), newcomers=0.08, formers=0.02
    ),
}
