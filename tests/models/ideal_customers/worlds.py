"""Worlds in which it is known how traits move the chance of success."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.checks import Floats
from models.ideal_customers.levels import Coded, TraitLevels


@dataclass(frozen=True)
class World:
    """Customers with T traits, of which the first `active` move the log odds of success."""

    effects: list[Floats]
    shares: list[Floats]
    constant: float = -1.2

    @classmethod
    def draw(cls, seed: int, *, traits: int = 6, active: int = 2, strength: float = 0.9) -> World:
        rng = np.random.default_rng([seed, 7])
        sizes = rng.integers(2, 5, traits)
        shares = [rng.dirichlet(np.full(size, 4.0)) for size in sizes]
        effects = [
            rng.normal(0, strength, size) if at < active else np.zeros(size) for at, size in enumerate(sizes)
        ]
        return cls(effects, shares)

    def customers(self, seed: int, n: int) -> tuple[Coded, Floats, Floats]:
        """Customers, whether each succeeds, and the chance that each had."""
        rng = np.random.default_rng([seed, 8])
        codes = np.column_stack([rng.choice(share.size, n, p=share) for share in self.shares])
        chance = expit(self.constant + sum(own[codes[:, at]] for at, own in enumerate(self.effects)))
        success = (rng.random(n) < chance).astype(np.float64)
        return Coded(codes, tuple(share.size for share in self.shares)), success, chance

    @property
    def traits(self) -> list[TraitLevels]:
        return [
            TraitLevels(trait=f"t{at}", levels=tuple(f"l{level}" for level in range(share.size)))
            for at, share in enumerate(self.shares)
        ]


def noise(seed: int, *, traits: int = 6) -> World:
    """A world in which traits say nothing of success."""
    return World.draw(seed, traits=traits, active=0)
