"""Markets of customers whose retention is known: who leaves, shrinks and grows, by size, and how unequal they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats

Chance = Callable[[Floats], Floats]
SHRUNK = (0.45, 0.95)  # what is left of a contract that shrinks, evenly between
LONG_RUN = special.ndtri((np.arange(200_000) + 0.5) / 200_000)


def always(chance: float) -> Chance:
    """The same chance at every size."""
    return lambda z: np.full_like(z, chance)


USUALLY_SHRINK, USUALLY_GROW = always(0.08), always(0.25)


@dataclass(frozen=True)
class World:
    """Chances by z, the standard normal score of a customer's size; growth as (factor, share of those who grow)."""

    leave: Chance
    shrink: Chance = USUALLY_SHRINK
    grow: Chance = USUALLY_GROW
    growth: tuple[tuple[float, float], ...] = ((1.1, 0.3), (1.3, 0.4), (1.6, 0.3))
    sizes: str = "log-normal"

    def draw(self, rng: np.random.Generator, n: int, spread: float) -> tuple[Floats, Floats]:
        """Draw customers: what they paid, and what they pay."""
        z = rng.standard_normal(n)
        leave, shrink, grow = self.leave(z), self.shrink(z), self.grow(z)
        dice, left = rng.random(n), rng.uniform(*SHRUNK, n)
        factor = rng.choice([each for each, _ in self.growth], n, p=[share for _, share in self.growth])
        kept = np.select(
            [dice < leave, dice < leave + shrink, dice < leave + shrink + grow], [0.0, left, factor], 1.0
        )
        paid = self.paid(z, spread)
        return paid, paid * kept

    def paid(self, z: Floats, spread: float) -> Floats:
        """Return what customers of these scores paid."""
        if self.sizes == "equal":
            return np.ones_like(z)
        if self.sizes == "Pareto":
            return np.asarray(special.ndtr(-z) ** (-1 / 1.3))
        paid = np.exp(spread * z)
        if self.sizes == "one pays 60 %":
            paid[0] = 1.5 * paid[1:].sum()
        return paid

    def truth(self, spread: float) -> dict[str, float]:
        """Return net, gross and logo retention of the whole market.

        Revenue-weighted means over log-normal sizes are plain means at scores moved by the spread; where sizes are
        not log-normal, chances do not depend on them.
        """
        z = LONG_RUN + (spread if self.sizes == "log-normal" else 0)
        leave, shrink, grow = self.leave(z), self.shrink(z), self.grow(z)
        gross = 1 - leave - shrink * (1 - np.mean(SHRUNK))
        net = gross + grow * sum((factor - 1) * share for factor, share in self.growth)
        return {
            "net": float(net.mean()), "gross": float(gross.mean()),
            "logo": 1 - float(self.leave(LONG_RUN).mean()),
        }  # fmt: skip


def top_tenth(above: float, below: float) -> Chance:
    """One chance for the largest tenth of the customers, another for the others."""
    return lambda z: np.where(z > 1.2816, above, below)


WORLDS = {
    "size does not matter": World(leave=always(0.0875)),
    "the large stay": World(leave=lambda z: 0.25 * special.expit(-0.7 - 0.9 * z)),
    "the large leave": World(leave=lambda z: 0.06 + 0.14 * special.expit(1.2 * z - 1)),
    "the largest tenth is another business": World(
        leave=top_tenth(0.01, 0.14), shrink=top_tenth(0.2, 0.05), grow=top_tenth(0.5, 0.15)
    ),
    "growth falls with size": World(leave=always(0.07), grow=lambda z: 0.6 * special.expit(-1.2 * z - 0.5)),
    "a few double or triple": World(
        leave=always(0.1), grow=always(0.12), growth=((1.2, 0.6), (2.0, 0.25), (3.0, 0.13), (7.0, 0.02))
    ),
    "2 % leave, nothing else": World(leave=always(0.02), shrink=always(0), grow=always(0)),
    "nearly nobody moves": World(leave=always(0.003), shrink=always(0.002), grow=always(0.005)),
    "one pays 60 %": World(leave=always(0.0875), sizes="one pays 60 %"),
    "Pareto sizes": World(leave=always(0.0875), sizes="Pareto"),
    "equal contracts": World(leave=always(0.0875), sizes="equal"),
}
