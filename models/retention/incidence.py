"""Which way customers end: the share that has ended in each of K ways by each month (Aalen-Johansen).

One minus Kaplan-Meier of one way, the others counted as censored, answers what would be if the others could not
happen, and adds up to more than all; these shares add up to those who are no longer there.

Notation
--------
r_t : customers at risk in month t          d_kt : those of them who ended in way k after it; d_t over all ways
S(t) : the share still there after t months (`survival`)
F_k(t) = Σ_{s ≤ t} S(s-1) d_ks / r_s : the share that has ended in way k (Aalen & Johansen 1978)
variance, with Δ_s = F_k(t) - F_k(s), each month being a multinomial draw (Marubini & Valsecchi 1995, ch. 10)

    Σ_{s ≤ t} [ Δ_s² d_s / (r_s (r_s - d_s)) - 2 Δ_s S(s-1) d_ks / r_s² + S(s-1)² d_ks (r_s - d_ks) / r_s³ ]

band: on the log(-log) scale of 1 - F_k; while nobody has ended in way k, its upper end is the exact binomial one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.checks import Floats, share
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.retention.life_table import LifeTable


@dataclass(frozen=True, eq=False, kw_only=True)
class Incidence:
    """The share of customers that has ended in each way by each month, with bands.

    Parameters
    ----------
    share, low, high
        F and its band, shape (T + 1, K), 0–1, from month 0 on.
    level
        Coverage of the band, month by month.
    customers
        How many carry it.

    Examples
    --------
    >>> ways = incidence([1, 2, 2, 3], [1, 2, 0, 1], kinds=2)
    >>> ways.share.tolist()
    [[0.0, 0.0], [0.25, 0.0], [0.25, 0.25], [0.75, 0.25]]
    """

    share: Floats
    low: Floats
    high: Floats
    level: float
    customers: int

    def at(self, month: int, kind: int) -> Estimate:
        """Return the share that has ended in way `kind`, 1 … K, after `month` months, ≥ 0.

        Unknown as ``beyond_observation`` after the last month in which one was at risk.
        """
        months, kinds = self.share.shape
        if not (month >= 0 and 1 <= kind <= kinds):
            raise InvalidInput(f"needs a month ≥ 0 and a kind from 1 to {kinds}, got {(month, kind)}")
        label = Label(unit="share", method="Aalen-Johansen by whole months", level=self.level)
        if month >= months:
            return label.unknown("beyond_observation", n=self.customers)
        ends = (float(each[month, kind - 1]) for each in (self.share, self.low, self.high))
        return label.known(*ends, n=self.customers)


def incidence(
    durations: ArrayLike,
    ended: ArrayLike,
    *,
    kinds: int,
    entry: ArrayLike | None = None,
    level: float = 0.9,
) -> Incidence:
    """Estimate the share of customers that ends in each way.

    Parameters
    ----------
    durations
        Shape (n,), whole months stayed so far; a month begun counts.
    ended
        Shape (n,): 0 for those still there, 1 … K for the way in which the others ended.
    kinds
        K, ≥ 1.
    entry
        Shape (n,), whole months stayed when first observed; default 0.
    level
        Coverage of the bands, in (0, 1).

    Raises
    ------
    InvalidInput
        Where an argument breaks the above.
    NotEstimable
        ``no_customers`` or ``observation_gap``, as `survival`.

    Examples
    --------
    >>> ways = incidence([2, 4, 6, 6], [1, 2, 0, 0], kinds=2)
    >>> ways.at(6, 1).value, ways.at(6, 2).value
    (0.25, 0.25)
    """
    share("level", level)
    table = LifeTable.count(durations, ended, kinds=kinds, entry=entry)
    table.require_unbroken()
    before = np.concatenate([[1.0], np.cumprod(1 - table.lost / table.at_risk)[:-1]])
    shares = np.cumsum(before[:, None] * table.left / table.at_risk[:, None], axis=0, dtype=np.float64)
    low, high = _band(shares, _variances(shares, before, table), table, level)
    none = np.zeros((1, kinds))
    return Incidence(
        share=np.concatenate([none, shares]), low=np.concatenate([none, low]), high=np.concatenate([none, high]),
        level=level, customers=table.customers,
    )  # fmt: skip


def _variances(shares: Floats, before: Floats, table: LifeTable) -> Floats:
    """Return the variances, shape (T, K): the squares are multiplied out, so that running sums do."""
    r, d, here = table.at_risk[:, None], table.lost[:, None], before[:, None]
    # Where all leave, Δ is 0 from there on.
    a = np.divide(d, r * (r - d), out=np.zeros_like(d), where=r > d)
    b = here * table.left / r**2
    c = here**2 * table.left * (r - table.left) / r**3
    squares = shares**2 * np.cumsum(a, axis=0) - 2 * shares * np.cumsum(a * shares, axis=0)
    squares += np.cumsum(a * shares**2, axis=0)
    crossed = shares * np.cumsum(b, axis=0) - np.cumsum(b * shares, axis=0)
    variances: Floats = np.maximum(squares - 2 * crossed + np.cumsum(c, axis=0), 0.0)
    return variances


def _band(shares: Floats, variances: Floats, table: LifeTable, level: float) -> tuple[Floats, Floats]:
    z, tail = float(special.ndtri((1 + level) / 2)), (1 - level) / 2
    inner = (shares > 0) & (shares < 1)
    rest = np.where(inner, 1 - shares, 0.5)
    reach = z * np.sqrt(np.where(inner, variances, 0.0)) / (rest * -np.log(rest))
    low = np.where(inner, 1 - rest ** np.exp(-reach), 0.0)
    high = np.where(inner, 1 - rest ** np.exp(reach), 1.0)
    none = shares <= 0
    high[none] = np.broadcast_to(1 - tail ** (1 / table.at_risk[:, None]), shares.shape)[none]
    # All have ended in this one way: what the last of them say of the others is all that is left to doubt.
    everybody = shares >= 1
    low[everybody] = np.broadcast_to(tail ** (1 / table.customers), shares.shape)[everybody]
    return low, high
