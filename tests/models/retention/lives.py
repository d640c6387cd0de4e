"""Books in which every customer's residual life is known: leaving by covariates, by age, and by what nobody sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.retention.customer_months import CustomerMonths, bands_with_ends
from models.retention.hazard import Hazard, HazardFit
from models.retention.shifted_beta_geometric import Outlook

FIVE_YEARS = Outlook.of_months(yearly_discount=0.12, months=60)
LEVELS = ((0, -2.6), (3, -3.0), (12, -3.4))
"""First age and log odds of leaving of each stretch of ages."""
USE, SIZE = -0.8, -0.3


@dataclass(frozen=True, eq=False)
class Lived:
    """A book as it was watched: its months, who is there today, and how long those truly stay on the mean."""

    months: CustomerMonths
    age: np.ndarray
    covariates: np.ndarray
    truth: np.ndarray
    stayed: np.ndarray
    left: np.ndarray


def lived(seed: int, customers: int, *, unseen: float = 0.0, moves: float = 0.0, months: int = 30) -> Lived:
    """Customers who signed 1 to `months` months ago.

    `unseen` is the spread of log odds that no covariate tells, `moves` the share of a covariate's variance that is
    new every month: the rest is the customer's own for good.
    """
    rng = np.random.default_rng(seed)
    lasting = rng.normal(size=(customers, 2)) * np.sqrt(1 - moves)
    x = lasting[:, None] + rng.normal(size=(customers, months, 2)) * np.sqrt(moves)
    frail = unseen * rng.normal(size=customers)
    watched = rng.integers(1, months + 1, customers)
    age = np.arange(months)
    leaves = rng.random((customers, months)) < chance(age, x @ [USE, SIZE] + frail[:, None])
    stayed = np.where(leaves.any(axis=1), leaves.argmax(axis=1) + 1, months + 1)
    left = stayed <= watched
    seen = age < np.minimum(stayed, watched)[:, None]
    who, when = np.nonzero(seen)
    ended = left[who] & (when == stayed[who] - 1)
    here = ~left
    told = CustomerMonths(ended=ended, age=when, covariates=x[who, when], customer=who, names=("use", "size"))
    truth = residual(
        watched[here], (lasting @ [USE, SIZE] + frail)[here], np.hypot(USE, SIZE) * np.sqrt(moves)
    )
    return Lived(told, watched[here], x[here, watched[here] - 1], truth, np.minimum(stayed, watched), left)


def chance(age: np.ndarray, own: np.ndarray) -> np.ndarray:
    level = np.select([age >= first for first, _ in LEVELS[::-1]], [odds for _, odds in LEVELS[::-1]])
    return 1 / (1 + np.exp(-(level + own)))


def residual(age: np.ndarray, own: np.ndarray, spread: float, outlook: Outlook = FIVE_YEARS) -> np.ndarray:
    """Discounted payments still to come, month by month; log odds are spread anew around `own` every month."""
    ahead = np.arange(outlook.periods or 0)
    node, weight = np.polynomial.hermite_e.hermegauss(9 if spread else 1)
    leaves = sum(
        part * chance(age[:, None] + ahead, own[:, None] + spread * z)
        for z, part in zip(node, weight / weight.sum(), strict=True)
    )
    return np.cumprod(1 - leaves, axis=1) @ (1 + outlook.discount) ** -ahead.astype(float)


def fitted(months: CustomerMonths) -> HazardFit:
    """The hazard with bands in which enough have left."""
    return Hazard(bands=bands_with_ends(months)).fit(months)
