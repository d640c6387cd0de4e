"""Decisions of the past: months in which customers could leave, and what they were asked in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput

POSITIONS = 2
"""The most positions: share of value, and share of what the customer itself would pay."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Decisions:
    """Months in which customers could leave, and what they were asked.

    Parameters
    ----------
    left
        y, shape (m,).
    given
        u, shape (m,): log of the price asked over the one before any raise, by raises that were given.
    other
        w, shape (m, j): the same by raises of each other kind; j may be 0.
    position
        z, shape (m, j), finite; j is 1 (share of value), or 2 (what the customer itself would pay beside it).
    known
        x, shape (m, k), finite: what was known before, levels for every row included.
    customer
        Shape (m,): whose decision, codes ≥ 0, rising.

    Raises
    ------
    InvalidInput
        Where shapes do not fit, an entry is not finite, or rows are not sorted by customer.
    """

    left: NDArray[np.bool_]
    given: Floats
    other: Floats
    position: Floats
    known: Floats
    customer: NDArray[np.int64]

    def __post_init__(self) -> None:
        m = self.left.size
        shapes = {
            "given": (m,), "position": (m, min(max(self.positions, 1), POSITIONS)), "customer": (m,),
            "other": (m, self.other.shape[-1]), "known": (m, self.known.shape[-1]),
        }  # fmt: skip
        for name, shape in shapes.items():
            found = getattr(self, name)
            if found.shape != shape or not np.isfinite(found).all():
                raise InvalidInput(f"{name} must be finite and of shape {shape}, got {found.shape}")
        if (np.diff(self.customer) < 0).any() or (m and self.customer[0] < 0):
            raise InvalidInput("rows must be sorted by customer, codes ≥ 0")

    @property
    def positions(self) -> int:
        """By how many positions a customer is told from others, j."""
        return int(self.position.shape[-1])

    @property
    def told(self) -> int:
        """How many customers were given a raise."""
        return int(np.unique(self.customer[self.given != 0]).size)

    def only(self, rows: NDArray[np.bool_]) -> Decisions:
        """Return some rows (m,)."""
        return Decisions(
            left=self.left[rows], given=self.given[rows], other=self.other[rows], position=self.position[rows],
            known=self.known[rows], customer=self.customer[rows],
        )  # fmt: skip
