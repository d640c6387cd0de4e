"""What customers add to the sums of which every convention of retention is a function.

Notation
--------
z_0 … z_w : (n,) what customers pay a month at w + 1 month-ends      a = z_0, b = z_w
[·] : 1 where it holds, else 0      x, y : z of neighbouring month-ends, x the earlier
E, C, L, R : Σ over customers and months of expansion, contraction, churn (lost) and reactivation
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.retention.ledger import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over customers, shape (draws,) each; of each step between month-ends, (draws, w).

    Parameters
    ----------
    opening, closing, kept, lowest
        Σ a, Σ b [a > 0], Σ min(a, b) and Σ min(z_0, …, z_w).
    unbroken
        Σ b [all z > 0].
    of_survivors, ratios
        Σ a [b > 0] and Σ b ÷ a [a > 0].
    customers, staying, never_lapsed
        #{a > 0}, #{a > 0, b > 0} and #{all z > 0}.
    base_losses
        Contraction and churn of those with a > 0.
    new, expansion, contraction, churn, reactivation
        E, C, L, R, and what customers brought who never paid before.
    step_opening, step_closing, step_kept
        Σ x, Σ y [x > 0] and Σ min(x, y) of each step.
    """

    opening: Floats
    closing: Floats
    kept: Floats
    lowest: Floats
    unbroken: Floats
    of_survivors: Floats
    ratios: Floats
    customers: Floats
    staying: Floats
    never_lapsed: Floats
    base_losses: Floats
    new: Floats
    expansion: Floats
    contraction: Floats
    churn: Floats
    reactivation: Floats
    step_opening: Floats
    step_closing: Floats
    step_kept: Floats


def features_of(z: Ints, paid_before: NDArray[np.bool_]) -> Floats:
    """Return what every customer adds to each of the sums, in the order of `Sums`.

    Parameters
    ----------
    z
        Shape (w + 1, n): what customers pay at month-ends, ≥ 0.
    paid_before
        Shape (n,): who paid at any time before.

    Returns
    -------
    Shape (16 + 3 w, n), all ≥ 0.

    Examples
    --------
    >>> features_of(np.array([[100, 0], [80, 50]]), np.zeros(2, dtype=bool))[:3]
    array([[100.,   0.],
           [ 80.,   0.],
           [ 80.,   0.]])
    """
    a, b, x, y = z[0], z[-1], z[:-1], z[1:]
    there, here = a > 0, b > 0
    began = (x == 0) & (y > 0)
    ever = np.logical_or.accumulate(x > 0, axis=0) | paid_before
    lost = np.where(y == 0, x, 0)
    shrunk = np.where((x > 0) & (y > 0), np.maximum(x - y, 0), 0)
    unbroken = (z > 0).all(axis=0)
    ratio = np.divide(b, a, out=np.zeros(a.size), where=there)
    single = [
        a, b * there, np.minimum(a, b), z.min(axis=0), b * unbroken, a * here, ratio, there, there & here, unbroken,
        (lost + shrunk).sum(axis=0) * there,
        (y * (began & ~ever)).sum(axis=0),
        np.where((x > 0) & (y > 0), np.maximum(y - x, 0), 0).sum(axis=0),
        shrunk.sum(axis=0),
        lost.sum(axis=0),
        (y * (began & ever)).sum(axis=0),
    ]  # fmt: skip
    return np.vstack([np.array(single, dtype=np.float64), x, y * (x > 0), np.minimum(x, y)])


def sums_of(total: Floats, w: int) -> Sums:
    """Name sums, shape (draws, 16 + 3 w).

    Examples
    --------
    >>> sums_of(np.arange(19.0)[None], 1).step_kept
    array([[18.]])
    """
    single = total.shape[1] - 3 * w
    steps = [total[:, single + k * w : single + (k + 1) * w] for k in range(3)]
    return Sums(*total[:, :single].T, *steps)
