"""Raises told in waves with a hold-out: who is held out, what that will tell, and how many leavers are too many.

Notation
--------
n : customers of a wave      D : draws      η, s : (D, n) log odds of leaving at a decision, their slope in price
u : (n,) the raise, a share, 0 where held out      K : (n,) decisions while the wave is watched      α : of a false stop

    p = logistic(η + s u)                          chance of leaving at a decision
    q = 1 - (1 - p)^K                              chance of having left by the end of the watch
    w = p (1 - p) (1 - (1 - p)^K) / p              weight of a customer's decisions, as long as it stays
    I = Σ w (s u - m)²,  m : the mean of s u by w in the stratum      information on log θ, from inside strata alone
    k = min { k : mean_d P(Binomial(n, q̄_d) ≥ k) ≤ α }               q̄_d : the mean of q

Strata are waves and fairness groups, in which only the lot decides who is asked, so that nothing else differs
between those asked and those held out. A sum of unequal chances spreads less than the binomial of their mean does
(Hoeffding 1956), so that k errs, if at all, towards going on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from models.checks import Floats
from models.errors import InvalidInput
from models.retention.ledger import Ints

FALSE_STOP = 0.05
"""α: how often a wave that goes as foretold would be stopped."""


def lots(ids: Sequence[str], *, seed: int) -> Floats:
    """Return each customer's lot, uniform on 0–1: of its id and the seed alone, so that it never changes.

    Parameters
    ----------
    ids
        n ids.
    seed
        Another seed draws all lots anew.

    Returns
    -------
    Shape (n,).

    Examples
    --------
    >>> both = lots(["c1", "c2"], seed=0)
    >>> bool(lots(["c2"], seed=0)[0] == both[1]), bool((lots(["c1"], seed=1) != both[0]).all())
    (True, True)
    """
    digests = [hashlib.blake2b(f"{seed}\0{each}".encode(), digest_size=8).digest() for each in ids]
    found: Floats = np.array([int.from_bytes(each, "big") / 2**64 for each in digests], dtype=np.float64)
    return found


def leaving(log_odds: Floats, slope: Floats, u: Floats, decisions: Ints) -> Floats:
    """Return q, the chance of having left after so many decisions, shape (D, n).

    Parameters
    ----------
    log_odds, slope
        η and s, shape (D, n).
    u, decisions
        Shape (n,); decisions ≥ 0.

    Examples
    --------
    >>> leaving(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), np.array([2])).tolist()
    [[0.75]]
    """
    gone: Floats = -np.expm1(decisions * np.log1p(-special.expit(log_odds + slope * u)))
    return gone


def information(
    log_odds: Floats, slope: Floats, u: Floats, *, decisions: Ints, stratum: NDArray[np.intp]
) -> Floats:
    """Return how much the watch of a wave tells of log θ, in each draw: the inverse of a variance.

    Parameters
    ----------
    log_odds, slope
        η and s, shape (D, n).
    u, decisions
        Shape (n,).
    stratum
        Codes, shape (n,): inside of which the lot alone decided.

    Returns
    -------
    Shape (D,), ≥ 0; 0 where nobody was held out, and where all were.

    Raises
    ------
    InvalidInput
        If there is nobody.

    Examples
    --------
    Of a hundred customers, who leave with even odds at the price of today, half are asked a tenth more, once:

    >>> u = 0.1 * (np.arange(100) < 50)
    >>> flat, steep, once = np.zeros((1, 100)), np.full((1, 100), 3.0), np.ones(100, dtype=int)
    >>> information(flat, steep, u, decisions=once, stratum=np.zeros(100, dtype=int)).round(2).tolist()
    [0.56]
    """
    if not u.size:
        raise InvalidInput("a wave needs customers")
    chance = special.expit(log_odds + slope * u)
    weight = (1 - chance) * leaving(log_odds, slope, u, decisions)
    pushed = slope * u
    order = np.argsort(stratum, kind="stable")
    starts = np.flatnonzero(np.diff(stratum[order], prepend=-1))

    def summed(each: Floats) -> Floats:
        found: Floats = np.add.reduceat(each[:, order], starts, axis=1)
        return found

    total, first = summed(weight), summed(weight * pushed)
    square = summed(weight * pushed**2)
    inside = square - np.divide(first**2, total, out=np.zeros_like(total), where=total > 0)
    found: Floats = np.maximum(inside, 0.0).sum(axis=1)
    return found


def stop_at(gone: Floats, *, false_stop: float = FALSE_STOP) -> int | None:
    """Return k, the fewest leavers that hardly come about where the plan is right; None where even all would not be.

    Parameters
    ----------
    gone
        q, shape (D, n), 0–1.
    false_stop
        α, 0–1.

    Raises
    ------
    InvalidInput
        If there is nobody.

    Examples
    --------
    Of fifty each leaves with 4 %; of two each leaves with a half:

    >>> stop_at(np.full((1, 50), 0.04)), stop_at(np.full((1, 2), 0.5))
    (5, None)
    """
    n = gone.shape[1]
    if not n:
        raise InvalidInput("a wave needs customers")
    mean = gone.mean(axis=1)
    low, high = 0, n + 1  # at `low` leavers it is not rare yet, at `high` it is
    while high - low > 1:
        middle = (low + high) // 2
        if stats.binom.sf(middle - 1, n, mean).mean() <= false_stop:
            high = middle
        else:
            low = middle
    return high if high <= n else None
