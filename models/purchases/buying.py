"""How often customers without a contract will buy, and who still will: a law of purchases learned from histories.

Notation
--------
θ, D : as in `posterior`          m, n, x, t_x, T, U : as in `histories`

Points are medians over the posterior's draws. Intervals of totals hold what will come, not only what is expected: each
draw of the law draws every customer's future once. Figures of one customer are means over draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.purchases._base import PurchaseLaw
from models.purchases.bg_nbd import MbgNbd
from models.purchases.histories import Histories
from models.purchases.posterior import climb, draws, has_maximum

FEWEST_CUSTOMERS = 20
"""Customers below which nothing is said."""
_FEWEST_DRAWS = 100
_CELLS = 1_000_000  # customers × draws


class Buying:
    """Learns a law of purchases.

    Parameters
    ----------
    law
        `BgNbd`, `MbgNbd` (by which who bought once may have left, too) or `ParetoNbd` where purchases may come at any
        time, `BgBb` where they come at most once a period.
    draws
        Of the posterior, at most; fewer where customers are many.
    seed
        Of the posterior's draws and of futures.

    Examples
    --------
    Five hundred customers who buy 3 times a year and leave after one purchase in ten, seen for up to two years:

    >>> rng = np.random.default_rng(5)
    >>> pace, leaves = rng.gamma(2.0, 1.5, 500), rng.beta(1.0, 9.0, 500)
    >>> seen, last = rng.uniform(0.2, 2.0, 500), rng.geometric(leaves)
    >>> times = np.cumsum(rng.exponential(1 / pace, (40, 500)), axis=0)
    >>> counts = np.minimum((times < seen).sum(axis=0), last)
    >>> latest = np.where(counts > 0, times[counts - 1, np.arange(500)], 0.0)
    >>> fit = Buying().fit(Histories.of_customers(counts, latest, seen))
    >>> year = fit.purchases(1.0)
    >>> year.low < year.value < year.high, fit.active().unit
    (True, 'customers')
    """

    def __init__(self, law: type[PurchaseLaw] = MbgNbd, *, draws: int = 600, seed: int = 0) -> None:
        self.law = law
        self.draws = draws
        self.seed = seed

    def fit(self, histories: Histories) -> BuyingFit:
        """Learn the law.

        Raises
        ------
        NotEstimable
            ``insufficient_customers``: fewer than 20.
        """
        n = histories.place.size
        if n < FEWEST_CUSTOMERS:
            text = f"how customers buy needs {FEWEST_CUSTOMERS} of them, there are {n}"
            raise NotEstimable("insufficient_customers", text)
        prior = self.law.prior

        def bare(theta: Floats) -> Floats:
            with np.errstate(all="ignore"):
                value = self.law.of(theta, histories.unit).log_likelihood(histories) @ histories.customers
            return np.where(np.isfinite(value), value, -1e15)

        def belief(theta: Floats) -> Floats:
            return bare(theta) + prior.at(theta)

        mode = climb(belief, prior.mean)
        best, curved = climb(bare, mode[0])
        count = min(self.draws, max(_FEWEST_DRAWS, 2 * _CELLS // n))
        at_once = max(1, _CELLS // histories.bought.size)
        drawn = draws(belief, mode, count=count, seed=self.seed, at_once=at_once)
        found = BuyingFit(histories=histories, law=self.law, theta=drawn, seed=self.seed)
        if not has_maximum(best, curved):
            return found
        return replace(found, best=self.law.of(best, histories.unit), log_likelihood=float(bare(best)))


@dataclass(frozen=True, eq=False, kw_only=True)
class BuyingFit:
    """What histories tell of customers' future purchases.

    Parameters
    ----------
    histories
        What it was learned from.
    law
        Which law it is.
    theta
        The posterior's draws, (D, k), of equal weight.
    seed
        Of futures.
    best, log_likelihood
        The law of the greatest likelihood, parameters of shape (1,), and its logarithm; None where likelihood has no
        maximum, as where nobody bought again.
    """

    histories: Histories
    law: type[PurchaseLaw]
    theta: Floats
    seed: int
    best: PurchaseLaw | None = None
    log_likelihood: float | None = None

    def chances(self) -> Floats:
        """Return the chance of each customer to be still active, shape (n,)."""
        return self._mean(lambda law: law.active(self.histories))

    def expected(self, ahead: float) -> Floats:
        """Return each customer's expected purchases in the time ahead, shape (n,)."""
        return self._mean(lambda law: law.purchases(self.histories, ahead))

    def active(self, *, level: float = 0.9) -> Estimate:
        """Return how many customers are still active."""
        middle = self.of_draws(lambda law: law.active(self.histories) @ self.histories.customers)
        drawn = np.concatenate([there.sum(axis=-1) for there, _ in self.futures(1.0)])
        return summed(middle, drawn, Label(unit="customers", level=level), n=self.histories.place.size)

    def purchases(self, ahead: float, *, level: float = 0.9) -> Estimate:
        """Return how often all customers together will buy in the time ahead, > 0."""
        middle = self.of_draws(lambda law: law.purchases(self.histories, ahead) @ self.histories.customers)
        drawn = np.concatenate([bought.sum(axis=-1) for _, bought in self.futures(ahead)])
        return summed(middle, drawn, Label(unit="purchases", level=level), n=self.histories.place.size)

    def futures(self, ahead: float) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
        """Yield who is active and how often each will buy, some draws at a time, shape (d, n); always the same."""
        rng = np.random.default_rng([self.seed, 1])
        for law in self.laws():
            yield law.draw(self.histories, ahead, rng)

    def laws(self) -> Iterator[PurchaseLaw]:
        """Yield the posterior's draws, some at a time."""
        for part in self.parts():
            yield self.law.of(self.theta[part], self.histories.unit)

    def parts(self) -> list[slice]:
        """Cut the draws into stretches that fit comfortably into memory."""
        step = max(1, _CELLS // self.histories.place.size)
        return [slice(at, at + step) for at in range(0, len(self.theta), step)]

    def of_draws(self, figure: Callable[[PurchaseLaw], Floats]) -> Floats:
        """Return a figure of the law by draw, shape (D,) or (D, m)."""
        return np.concatenate([figure(law) for law in self.laws()])

    def _mean(self, figure: Callable[[PurchaseLaw], Floats]) -> Floats:
        total = sum((figure(law).sum(axis=0) for law in self.laws()), np.zeros_like(self.histories.bought))
        return np.asarray(total / len(self.theta))[self.histories.place]


def summed(middle: Floats, drawn: Floats, label: Label, *, n: int) -> Estimate:
    """Return the median of what is expected, with the interval of what will come."""
    low, high = np.quantile(drawn, [(1 - label.level) / 2, (1 + label.level) / 2])
    return label.known(float(np.median(middle)), float(low), float(high), n=n)
