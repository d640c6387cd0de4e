"""Whether customers who came at different list prices differed before: then what they did after is not the price's.

Notation
--------
u : (n,) log of the list price that a customer came at, over another of its plan
d : (n, g) levels of plans and cohorts      c : (n, p) what was known of it before, in standard deviations
ũ, c̃ : what of u and c is left by least squares on d

    s = Σ ũ c̃,  V = Σ ũ² c̃ c̃',  s' V⁻¹ s ~ χ² with the rank of V where u tells nothing of c (robust score test)
    b = Σ ũ c̃ ÷ Σ ũ² : by how much c differs with u, its error √(Σ ũ² (c̃ - b ũ)²) ÷ Σ ũ²

The score test takes its variance where nothing differs, so that it rejects too seldom in few customers, not too often
(White 1980; Engle 1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable

_NIL, _LITTLE = 1e-9, 1e-3
"""Below which a number does not vary; and of its spread, the part below which what levels leave of it is rounding."""


@dataclass(frozen=True, eq=False)
class Balance:
    """How customers of different prices differed before.

    Parameters
    ----------
    value, error
        b and its standard errors, shape (p,), standard deviations of c per log of price; NaN where c does not vary.
    chance
        Of differences as large where there are none, 0–1.
    """

    value: Floats
    error: Floats
    chance: float


def balance_of(log_price: Floats, levels: Floats, known: Floats) -> Balance:
    """Test that nothing known before goes with the price.

    Parameters
    ----------
    log_price, levels, known
        u (n,), d (n, g) and c (n, p) in any unit, finite.

    Raises
    ------
    InvalidInput
        Where shapes do not fit.
    NotEstimable
        ``plans_moved_together`` where levels tell the price; ``nothing_known_before`` where nothing in c varies.

    Examples
    --------
    Of two plans one became dearer; those who came to it since are larger:

    >>> rng = np.random.default_rng(0)
    >>> plan, late = np.repeat([0, 1], 500), np.tile([0, 1], 500)
    >>> u, d = 0.2 * plan * late, np.column_stack([np.ones(1000), plan, late])
    >>> alike = rng.standard_normal((1000, 1))
    >>> larger = alike + 5 * u[:, None]
    >>> [balance_of(u, d, size).chance > 0.05 for size in (alike, larger)]
    [True, False]
    """
    n, p = known.shape
    if log_price.shape != (n,) or levels.shape[0] != n:
        raise InvalidInput(
            f"log_price, levels and known must have as many rows, got {log_price.size}, {levels.shape[0]}, {n}"
        )
    left = left_over(log_price, levels)
    spread = known.std(axis=0)
    c = left_over(known / np.where(spread > _NIL, spread, 1.0), levels)
    varies = (spread > _NIL) & (c.std(axis=0) > _LITTLE)
    if not (np.abs(left) > _NIL).any():
        raise NotEstimable("plans_moved_together", "plans and cohorts tell each customer's list price")
    if not varies.any():
        raise NotEstimable("nothing_known_before", "nothing was known of customers before that differs")
    c, squares = c[:, varies], float(left @ left)
    scores = left[:, None] * c
    total = scores.sum(axis=0)
    size, along = np.linalg.eigh(scores.T @ scores)
    whole = size > _NIL * size[-1]  # a number that repeats others tells nothing more
    score = float(((along.T @ total)[whole] ** 2 / size[whole]).sum())
    slope = total / squares
    miss = left[:, None] * (c - left[:, None] * slope)
    value, error = np.full(p, np.nan), np.full(p, np.nan)
    value[varies], error[varies] = slope, np.sqrt((miss**2).sum(axis=0)) / squares
    return Balance(value, error, float(special.gammaincc(int(whole.sum()) / 2, score / 2)))


def left_over(values: Floats, levels: Floats) -> Floats:
    """Return what is left of values (n,) or (n, p) by least squares on levels (n, g) and a constant."""
    design = np.column_stack([np.ones(levels.shape[0]), levels])
    found: Floats = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return found
