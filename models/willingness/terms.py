"""What a sale is worth to us beside its price, and so what a best price makes as large as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import InvalidInput
from models.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a sale is worth to us beside its price.

    Parameters
    ----------
    unit_cost
        Money per unit, ≥ 0.
    churn_elasticity
        By how many per cent a price 1 % nearer to what a customer would pay raises its hazard of leaving, ≥ 0.
    lean
        λ: how willingness leans on the units that are sold (`units_lean`); None: all customers use the same.
    """

    unit_cost: float = 0.0
    churn_elasticity: float = 0.0
    lean: Estimate | None = None

    def __post_init__(self) -> None:
        for name in ("unit_cost", "churn_elasticity"):
            figure = getattr(self, name)
            if not (np.isfinite(figure) and figure >= 0):
                raise InvalidInput(f"{name} must be finite and ≥ 0, got {figure}")

    @property
    def goal(self) -> str:
        """What is made as large as possible: ``revenue``, ``profit`` or ``lifetime_value``."""
        if self.churn_elasticity:
            return "lifetime_value"
        return "profit" if self.unit_cost else "revenue"
