"""Which customers in which posterior draws a menu is sought on: each row is one customer in one draw.

Notation
--------
ω : (draws, n) what each customer would pay for a unit, in each draw      u : (n,) units of its mean month
B : (draws,) the most that one price per unit would earn, ``max_p p Σ u [ω ≥ p]``

A menu is to earn the largest expected *share* of what could be earned, as the recommended price is: the largest
expected money would follow the few draws in which everybody is rich, and be too dear in all others. A draw is therefore
taken as often as ``1 ÷ B`` says. Many draws of few customers each tell more of what all customers share than few draws
of all of them do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats


def most_by_one_price(pays: Floats, units: Floats) -> Floats:
    """Return B, shape (draws,), money.

    Parameters
    ----------
    pays, units
        ω and u, ≥ 0.

    Examples
    --------
    >>> most_by_one_price(np.array([[3.0, 1.0], [3.0, 2.0]]), np.array([1.0, 2.0]))
    array([3., 6.])
    """
    dearest = np.argsort(-pays, axis=1)
    sold = np.cumsum(units[dearest], axis=1)
    most: Floats = (sold * np.take_along_axis(pays, dearest, axis=1)).max(axis=1)
    return most


def posterior_rows(
    pays: Floats, units: Floats, *, rows: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Choose rows, customers equally often and draws by 1 ÷ B.

    Parameters
    ----------
    pays, units
        ω and u; in every draw somebody would pay something.
    rows
        How many, ≥ 1.
    seed
        Of the choice.

    Returns
    -------
    The draw and the customer of each row, shape (rows,) each.

    Examples
    --------
    >>> draw, customer = posterior_rows(np.array([[1.0, 1.0], [3.0, 3.0]]), np.ones(2), rows=8, seed=0)
    >>> np.bincount(draw), np.bincount(customer)
    (array([6, 2]), array([4, 4]))
    """
    rng = np.random.default_rng(seed)
    weight = 1 / most_by_one_price(pays, units)
    # Evenly spaced along the cumulated weights: a draw comes as often as its weight says, to the next whole number.
    at = (np.arange(rows) + 0.5) / rows * weight.sum()
    draw = np.minimum(np.searchsorted(np.cumsum(weight), at), weight.size - 1)
    turns = -(-rows // units.size)
    customer = np.concatenate([rng.permutation(units.size) for _ in range(turns)])[:rows]
    return rng.permutation(draw), customer
