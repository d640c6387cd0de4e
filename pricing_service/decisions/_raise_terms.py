"""What a plan of raises has to keep to, and how far it looks: as a caller asks it, without any data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.checks import Floats
from models.pricing.raises.rhythm import YEAR

LADDER = (0.03, 0.05, 0.08, 0.10, 0.15, 0.20, 0.25)


@dataclass(frozen=True)
class RaiseTerms:
    """What a plan has to keep to, and how far it looks.

    Parameters
    ----------
    max_raise
        The highest level, a share.
    capture
        The corridor of shares of value.
    horizon_months, discount_rate
        Months that count, and what later money is worth less, a share a year.
    notice_days
        Between telling and asking.
    level, seed
        Of intervals and draws.
    accept
        Weaker evidence that may set the answer to prices: `staggered`, `cross_sectional`, or nothing.
    downgrades
        Of customers whom a raise drives away, the share that takes a lower plan instead; None: learned.
    metric
        The value metric that value of silent customers is modelled by; None: the one that ranks first.
    grandfather, grandfather_months
        Plans, or `plan@version`, that keep their price for good, and months for which everybody does.
    watched
        Months from today within which a customer counts as lost by its raise, a year or more.
    """

    max_raise: float
    capture: tuple[float, float]
    horizon_months: int
    discount_rate: float
    notice_days: int
    level: float
    seed: int
    accept: tuple[str, ...] = ()
    downgrades: float | None = None
    metric: str | None = None
    grandfather: tuple[str, ...] = ()
    grandfather_months: int = 0
    watched: int = YEAR

    @property
    def levels(self) -> Floats:
        """The ladder, shape (L,), from no raise to the highest."""
        below = [step for step in LADDER if step < self.max_raise - 1e-9]
        return np.array([0.0, *below, self.max_raise])

    def without_grandfathering(self) -> RaiseTerms:
        """Return the same with nobody's price kept."""
        return replace(self, grandfather=(), grandfather_months=0, watched=YEAR)
