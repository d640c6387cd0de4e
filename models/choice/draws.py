"""Draws of tastes that fill the space evenly: scrambled Sobol points, shifted afresh for each respondent.

A net of points integrates with far fewer draws than chance does (Owen 1997). Shifting the net by a random vector
per respondent, modulo 1, keeps it even and makes the errors of respondents independent: they average out in the
sum over respondents (Cranley & Patterson 1976).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from models.checks import Floats
from models.errors import InvalidInput

_EDGE = 2.0**-33  # half a step of the generator: no draw is infinite


def normal_draws(respondents: int, columns: int, draws: int, *, seed: int) -> Floats:
    """Draw standard normals for each respondent.

    Parameters
    ----------
    respondents, columns
        N and K.
    draws
        R, a power of two; the first half of twice as many draws are the same draws.
    seed
        The same seed gives the same draws.

    Returns
    -------
    Shape (N, K, R).

    Examples
    --------
    >>> z = normal_draws(3, 2, 64, seed=0)
    >>> z.shape, bool(np.abs(z.mean(axis=2)).max() < 0.1)
    ((3, 2, 64), True)
    """
    from scipy.stats import qmc  # noqa: PLC0415 - expensive to import

    if draws < 1 or draws & (draws - 1):
        raise InvalidInput(f"draws must be a power of two, got {draws}")
    rng = np.random.default_rng(seed)
    shift = rng.random((respondents, columns, 1))
    net = qmc.Sobol(columns, scramble=True, rng=rng).random_base2(draws.bit_length() - 1).T
    points = np.mod(net + shift, 1.0)
    normals: Floats = ndtri(np.clip(points, _EDGE, 1 - _EDGE, out=points), out=points)
    return normals
