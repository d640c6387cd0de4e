"""Effects of units and of months on the cells of a panel that has gaps: exact least squares, for many targets at once.

Notation
--------
n, T : units and months       M : (n, T) which cells count       d : (n,), m : (T,) cells of each unit and month
α, λ : (n,), (T,) effects     y_it = α_i + λ_t + ε_it on the cells that count

With α_i = (Σ_t M_it (y_it - λ_t)) ÷ d_i put in, the months' equations are A λ = b with the T × T matrix
A = diag(m) - Mᵀ diag(1/d) M. It is the Laplacian of months that share units: its null space has a level for each set
of months that are tied together, and what those levels are does not show in a fitted value.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from models.checks import Floats


class TwoWay:
    """Fits unit and month effects.

    Parameters
    ----------
    cells
        M, shape (n, T).

    Examples
    --------
    >>> cells = np.array([[True, True, True], [True, True, False]])
    >>> unit, month = TwoWay(cells).effects(np.array([[1.0, 2.0, 4.0], [5.0, 6.0, 0.0]]))
    >>> np.round(unit[0] + month, 9).tolist()
    [1.0, 2.0, 4.0]
    """

    def __init__(self, cells: NDArray[np.bool_]) -> None:
        self.cells = cells
        self._one = cells.astype(np.float64)
        self._each = 1 / np.maximum(self._one.sum(axis=1), 1.0)
        self._shared = self._one.T @ self._one
        laplacian = np.diag(self._one.sum(axis=0)) - self._one.T @ (self._one * self._each[:, None])
        self._inverse: Floats = np.linalg.pinv(laplacian, rcond=1e-11, hermitian=True)

    def solve(self, unit_sums: Floats, month_sums: Floats) -> tuple[Floats, Floats]:
        """Return α (..., n) and λ (..., T) from what the target sums to by unit (..., n) and by month (..., T)."""
        right = month_sums - (unit_sums * self._each) @ self._one
        month: Floats = right @ self._inverse
        unit: Floats = (unit_sums - month @ self._one.T) * self._each
        return unit, month

    def effects(self, values: Floats) -> tuple[Floats, Floats]:
        """Return α (n,) and λ (T,) of values (n, T); those of cells that do not count are not looked at."""
        kept = np.where(self.cells, values, 0.0)
        return self.solve(kept.sum(axis=1), kept.sum(axis=0))

    def residual(self, values: Floats) -> Floats:
        """Return ε (n, T) of values (n, T), 0 in cells that do not count."""
        unit, month = self.effects(values)
        left: Floats = np.where(self.cells, values - unit[:, None] - month, 0.0)
        return left

    @cached_property
    def tied(self) -> NDArray[np.bool_]:
        """For which cells, counted or not, α_i + λ_t is known: shape (n, T)."""
        _, label = csgraph.connected_components(sparse.csr_matrix(self._shared > 0), directed=False)
        own = np.where(self.cells.any(axis=1), label[np.argmax(self.cells, axis=1)], -1)
        known: NDArray[np.bool_] = own[:, None] == label
        return known & self.cells.any(axis=0)
