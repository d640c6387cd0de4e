"""Roll-outs of raises whose effect is known, on those who stay and on all revenue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.pricing.raises.roll_out import NEVER, RollOut

MONTHS = 18
WAVES = (5, 9, 13)
_BASE = (0.046, 0.0204, 0.0123)
_GROWS = 0.4
_DIFFERS = 0.5
_AGAIN, _NOISE = 0.6, 0.1
_LEAVES = 0.03
_HEAVY = 4
_UP, _MOVES, _RAISE = 0.002, 0.04, 0.1


@dataclass(frozen=True, slots=True)
class World:
    """A law of roll-outs.

    Parameters
    ----------
    customers
        How many there are, the waves and those never raised as many each.
    never
        Whether a quarter is never raised; else the last wave is the last to be compared with.
    moves
        Whether customers join in the first months and leave in any.
    own_month
        Whether each is raised in a month of its own, as contracts fall due.
    heavy
        Whether noise is Student's t with four degrees of freedom.
    drift
        By how much more those raised grow every month anyway.
    """

    customers: int = 400
    never: bool = True
    moves: bool = False
    own_month: bool = False
    heavy: bool = False
    drift: float = 0.0

    def since(self, rng: np.random.Generator) -> np.ndarray:
        """Draw when each is raised, shape (n,)."""
        if self.own_month:
            months = rng.integers(4, MONTHS - 2, self.customers)
            return np.where(rng.random(self.customers) < 0.25, NEVER, months)
        groups = [*WAVES, NEVER] if self.never else list(WAVES)
        return np.resize(groups, self.customers)

    def effect(self, since: np.ndarray) -> Floats:
        """Return the mean effect on each cell, (n, T)."""
        after = np.arange(MONTHS) - since[:, None]
        base = np.interp(since, WAVES, _BASE)[:, None]
        return np.where(after >= 0, base * (1 + _GROWS * after), 0.0)

    def draw(self, rng: np.random.Generator) -> tuple[RollOut, Floats]:
        """Draw a roll-out and its mean effects, (n, T)."""
        since = self.since(rng)
        effect = self.effect(since)
        n = self.customers
        own = 1 + _DIFFERS * rng.standard_normal((n, 1))
        months = 0.01 * np.arange(MONTHS) + 0.05 * np.sin(np.arange(MONTHS))
        outcome = (
            6 + rng.standard_normal((n, 1)) + months + effect * own + self._noise(rng) + self.trend(since)
        )
        if self.moves:
            joins = np.maximum(rng.integers(-8, 6, n), 0)
            stays = joins + 2 + rng.geometric(_LEAVES, n)
            at = np.arange(MONTHS)
            outcome[(at < joins[:, None]) | (at >= stays[:, None])] = np.nan
        return RollOut(outcome, since), effect

    def trend(self, since: np.ndarray) -> Floats:
        """Return what those raised grow anyway, (n, T)."""
        return np.where(since[:, None] < NEVER, self.drift * np.arange(MONTHS), 0.0)

    def _noise(self, rng: np.random.Generator) -> Floats:
        shape = (MONTHS, self.customers)
        fresh = (
            rng.standard_t(_HEAVY, shape) / np.sqrt(_HEAVY / (_HEAVY - 2))
            if self.heavy
            else rng.normal(size=shape)
        )
        found = np.empty(shape)
        found[0] = _NOISE * fresh[0]
        for at in range(1, MONTHS):
            found[at] = _AGAIN * found[at - 1] + np.sqrt(1 - _AGAIN**2) * _NOISE * fresh[at]
        return found.T


@dataclass(frozen=True, slots=True)
class Leaving:
    """A law of bills of customers who leave, and are raised by a tenth in waves while they are there.

    Parameters
    ----------
    customers
        How many there are.
    leaves
        The chance to leave in any month.
    minds
        The chance to leave for a raise, in its month.
    others_leave
        The chance to leave in any month of every second customer, whom the business knows and spares.
    """

    customers: int = 400
    leaves: float = 0.02
    minds: float = 0.06
    others_leave: float | None = None

    def draw(self, rng: np.random.Generator) -> RollOut:
        """Draw bills; who leaves before its wave is never told."""
        n, at = self.customers, np.arange(MONTHS)
        wave = np.resize([*WAVES, NEVER], n)
        leaves = np.full((n, 1), self.leaves)
        if self.others_leave is not None:
            spared = np.arange(n) % 8 > len(WAVES)
            leaves[spared], wave[spared] = self.others_leave, NEVER
        log = np.cumsum(rng.normal(_UP, _MOVES, (n, MONTHS)), axis=1) + rng.standard_normal((n, 1))
        gone = (rng.random((n, MONTHS)) < leaves) & (at > 0)
        was_there = (np.cumsum(gone, axis=1) == 0)[np.arange(n), np.minimum(wave - 1, MONTHS - 1)]
        gone |= (at == wave[:, None]) & (rng.random(n) < self.minds)[:, None]
        since = np.where(was_there, wave, NEVER)
        bill = np.exp(log) * np.where(at >= since[:, None], 1 + _RAISE, 1.0)
        return RollOut(np.where(np.cumsum(gone, axis=1) == 0, bill, 0.0), since)

    def effect(self, month: np.ndarray) -> Floats:
        """Return what a raise does to revenue kept, by months since it: in closed form."""
        kept = ((1 - self.leaves) * np.exp(_UP + _MOVES**2 / 2)) ** (month + 1)
        return kept * ((1 + _RAISE) * (1 - self.minds) - 1)
