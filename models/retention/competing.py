"""Which way a customer-month ends: renewed, expanded, contracted, churned, as chances that compete.

Notation
--------
P_j(a, x) = exp(η_j) / (1 + Σ_l exp(η_l)), η_j = b_j,band(a) + γ_j'z : the chance of end j = 1 … K after the month; the
    rest stays as it is
S_t = Π_{s ≤ t} (1 - Σ_j P_j) : the share to which nothing has happened after t months along a path of covariates
F_jt = Σ_{s ≤ t} S_{s-1} P_j(s) : the share that has ended in way j

One multinomial logit fits all ways at once (Allison 1982, on multiple kinds of events), by `ends_likelihood`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate
from models.retention.customer_months import BANDS, CustomerMonths, Design
from models.retention.ends_likelihood import EndsFit, chances
from models.retention.hazard import PRIOR_SD, effects_of, fitted, rows_of


class CompetingHazards:
    """Learns the chance of each way in which a customer-month can end.

    Parameters
    ----------
    bands, prior_sd
        As for `Hazard`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> customer, age = np.repeat(np.arange(500), 12), np.tile(np.arange(12), 500)
    >>> success = rng.normal(size=(6000, 1))
    >>> way = (rng.random(6000)[:, None] < np.cumsum([0.02, 0.05])).sum(axis=1)
    >>> fit = CompetingHazards().fit(CustomerMonths(ended=way, age=age, covariates=success, customer=customer))
    >>> fit.chances([5], [[0.0]]).round(2)
    array([[0.06, 0.02]])
    """

    def __init__(self, *, bands: tuple[int, ...] = BANDS, prior_sd: float = PRIOR_SD) -> None:
        self.bands = bands
        self.prior_sd = prior_sd

    def fit(self, months: CustomerMonths) -> CompetingFit:
        """Fit the log odds of all ends against staying; refuses as `Hazard.fit` does."""
        design, ends, customers = fitted(months, bands=self.bands, prior_sd=self.prior_sd)
        return CompetingFit(design=design, ends=ends, names=months.names, customers=customers)


@dataclass(frozen=True, eq=False, kw_only=True)
class CompetingFit:
    """The chances of all ends of a month; the parameters are those of `HazardFit`."""

    design: Design
    ends: EndsFit
    names: tuple[str, ...]
    customers: int

    def effects(self, kind: int, *, level: float = 0.9) -> dict[str, Estimate]:
        """Return the log odds of end `kind`, 1 … K, against staying, a unit of each covariate."""
        kinds = self.ends.log_odds.shape[1]
        if not 1 <= kind <= kinds:
            raise InvalidInput(f"kind must be between 1 and {kinds}, got {kind}")
        return effects_of(
            self.ends, self.design, self.names, customers=self.customers, level=level, kind=kind
        )

    def chances(self, age: ArrayLike, covariates: ArrayLike) -> Floats:
        """Return the chances of the ends after the month, shape (r, K), for ages (r,) and covariates (r, k)."""
        return chances(rows_of(self.design, age, covariates), self.ends.log_odds)

    def incidence(self, age: int, path: ArrayLike) -> Floats:
        """Return the share that has ended in each way after each of H months, (H, K), along covariates (H, k)."""
        steps = np.asarray(path, dtype=np.float64)
        by_month = self.chances(age + np.arange(len(steps)), steps)
        still = np.cumprod(1 - by_month.sum(axis=1))
        before = np.concatenate([[1.0], still[:-1]])
        shares: Floats = np.cumsum(before[:, None] * by_month, axis=0)
        return shares
