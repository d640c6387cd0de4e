"""The interval of a ratio of two flows, each of which few customers may carry, such as growth over losses.

Notation
--------
s : (n,) customers' sizes       g, l : (n,) what each brings and takes, ÷ its size, ≥ 0       G, L = Σ s g, Σ s l
V_G, V_L : their variances, pooled by size (`models.retention.pooled_variance.error_of_flow`)

The error of log (G ÷ L) has the variance V_G ÷ G² + V_L ÷ L² and is nearly normal: where few customers happen to
leave, L and the variance that is learned from them are too small together, and their ratio tells it. Movements are
taken around nothing, not around their mean: a customer that brings much is one that takes nothing.
"""

from __future__ import annotations

from math import exp

from scipy import special

from models.checks import Floats
from models.retention.pooled_variance import Shares, error_of_flow

_MOST_LOGS = 20.0


def ends_of_ratio(shares: Shares, gains: Floats, losses: Floats, *, level: float) -> tuple[float, float]:
    """Return the ends of the interval of G ÷ L.

    Parameters
    ----------
    shares
        The customers, s.
    gains, losses
        Shape (n,), ≥ 0: g and l, not all l 0. Where all g are 0, the upper end is that of G over the least L.
    level
        Nominal coverage, 0–1.

    Examples
    --------
    Two hundred customers of one size, of whom thirty are new and twenty left:

    >>> import numpy as np
    >>> shares = Shares.of(np.ones(200), np.full(200, 0.005))
    >>> came, left = np.repeat([1.0, 0.0], [30, 170]), np.repeat([0.0, 1.0], [180, 20])
    >>> [round(end, 2) for end in ends_of_ratio(shares, came, left, level=0.9)]
    [0.93, 2.42]
    """
    z = float(-special.ndtri((1 - level) / 2))
    gained, lost = float(shares.part @ gains), float(shares.part @ losses)
    gain, loss = (float(error_of_flow(shares, flow).variance) for flow in (gains, losses))
    if gained == 0:
        return 0.0, z * gain**0.5 / lost * exp(min(z * loss**0.5 / lost, _MOST_LOGS))
    reach = exp(min(z * (gain / gained**2 + loss / lost**2) ** 0.5, _MOST_LOGS))
    return gained / lost / reach, gained / lost * reach
