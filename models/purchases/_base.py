"""`PurchaseLaw`: what every law of buying without a contract can say of a customer's history."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.purchases.histories import Histories
from models.purchases.posterior import Prior


class PurchaseLaw(Protocol):
    """A law with given parameters.

    Laws know θ too: their parameters on scales without bound that do not depend on the unit of time.
    """

    prior: ClassVar[Prior]

    @classmethod
    def of(cls, theta: Floats, unit: float) -> Self:
        """Make the law of θ, the longest time that customers were seen being `unit`."""

    def log_likelihood(self, histories: Histories) -> Floats:
        """Return the log-likelihood of each history, shape (m,)."""

    def active(self, histories: Histories) -> Floats:
        """Return the chance that a customer with each history will still buy, shape (m,)."""

    def purchases(self, histories: Histories, ahead: float) -> Floats:
        """Return how many purchases are to be expected in the time `ahead`, shape (m,)."""

    def draw(
        self, histories: Histories, ahead: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Draw whether each customer is still active and how often it will buy in the time `ahead`, shape (n,)."""
