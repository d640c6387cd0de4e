"""Whether customers who were raised went another way before: then what came after is no effect of the raise.

Notation
--------
γ_p : how far customers lie off α_i + λ_t, p months before their raise      P : months compared

    y_it = α_i + λ_t + Σ_p γ_p 1[g_i - t = p] + ε_it      on cells that are not raised (yet)

Unraised cells alone, so that γ does not depend on the effects (Borusyak, Jaravel & Spiess 2024, §4.4). γ = 0 is tested
by Hotelling's T² on customers' scores, F = T² (n - P) ÷ (P (n - 1)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.pricing.raises.roll_out import Path, RollOut
from models.pricing.raises.two_way import TwoWay
from models.retention.ledger import Ints

_APART = 1e-8
_LEAST = 1e-10
"""Part of the largest outcome below which a difference is rounding."""


@dataclass(frozen=True, eq=False)
class Before:
    """What came before raises.

    Parameters
    ----------
    path
        γ, by months before the raise; empty where no month can be compared.
    statistic, chance
        F of γ = 0, and the chance of one as large where there is no trend; NaN where no month can be compared.
    """

    path: Path
    statistic: float
    chance: float


_NO_MONTHS = np.zeros(0, dtype=np.int64)
NOTHING_BEFORE = Before(Path(_NO_MONTHS, np.zeros(0), np.zeros(0), _NO_MONTHS), np.nan, np.nan)
"""Where no month before raises can be compared."""


def before_raises(panel: RollOut, free: TwoWay, most: int) -> Before:
    """Fit γ on the unraised cells `free`, of at most so many months as can be told apart, and test that all are 0."""
    cells = [np.nonzero(free.cells & (panel.after == -p)) for p in range(most, 0, -1)]
    unit_sums, month_sums = np.zeros((most, free.cells.shape[0])), np.zeros((most, free.cells.shape[1]))
    for p, (who, at) in enumerate(cells):
        unit_sums[p, who] = 1.0
        np.add.at(month_sums[p], at, 1.0)
    unit, month = free.solve(unit_sums, month_sums)
    carries = np.array([who.size for who, _ in cells], dtype=np.int64)
    # Leads less their own unit and month effects, times leads.
    bread = np.diag(carries) - np.array(
        [unit[:, who].sum(axis=1) + month[:, at].sum(axis=1) for who, at in cells]
    )
    for count in range(most, 0, -1):
        kept = slice(most - count, None)
        apart = np.linalg.eigvalsh(bread[kept, kept] / max(int(carries[kept].max()), 1))[0]
        if carries[kept].min() > count and apart > _APART:
            leads = _Leads(cells[kept], carries[kept], month[kept], bread[kept, kept])
            return leads.tested(panel.outcome, free)
    return NOTHING_BEFORE


@dataclass(frozen=True, eq=False)
class _Leads:
    """P leads: their cells (units and months), how many, λ of each (P, T), and the cross product of their residuals."""

    cells: list[tuple[NDArray[np.intp], ...]]
    carries: Ints
    month: Floats
    bread: Floats

    def tested(self, outcome: Floats, free: TwoWay) -> Before:
        """Return γ with its errors and test."""
        count = self.carries.size
        value: Floats = self._inverse @ self._sums(free.residual(outcome))
        without = outcome.copy()
        for gamma, cell in zip(value, self.cells, strict=True):
            without[cell] -= gamma
        scores = self._inverse @ self._by_customer(free.residual(without))
        n = int(self.carries.max())
        covariance = scores @ scores.T * n / (n - 1)
        error: Floats = np.sqrt(np.diag(covariance)).astype(np.float64)
        path = Path(np.arange(-count, 0), value, error, self.carries)
        statistic, ways = _hotelling(value, covariance, n, least=_LEAST * float(np.nanmax(np.abs(outcome))))
        chance = float(special.fdtrc(ways, n - ways, statistic)) if ways else float(statistic == 0)
        return Before(path, statistic, chance)

    @cached_property
    def _inverse(self) -> Floats:
        found: Floats = np.linalg.inv(self.bread).astype(np.float64)
        return found

    def _sums(self, residual: Floats) -> Floats:
        return np.array([residual[cell].sum() for cell in self.cells])

    def _by_customer(self, left: Floats) -> Floats:
        """Return each customer's part of the leads' normal equations, (P, n); residuals of a customer sum to 0."""
        found: Floats = -self.month @ left.T
        for row, (who, at) in zip(found, self.cells, strict=True):
            row[who] += left[who, at]
        return found


def _hotelling(value: Floats, covariance: Floats, n: int, *, least: float) -> tuple[float, int]:
    """Return F of γ = 0 and in how many ways γ could differ; 0 and none where nothing moved at all before raises.

    Bills that stay the same to the cent have no noise: what is below `least` is what sums round off, and no trend.
    """
    variance, way = np.linalg.eigh(covariance)
    along = way.T @ value
    moves = variance > least**2
    if (np.abs(along[~moves]) > least).any():
        return np.inf, 0
    ways = int(moves.sum())
    if not ways:
        return 0.0, 0
    return float((along[moves] ** 2 / variance[moves]).sum() * (n - ways) / (ways * (n - 1))), ways
