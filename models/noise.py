"""Noise of a given covariance, normal or Student's t, for estimates whose errors are known together.

Notation
--------
V : (q, q) covariance      R : its symmetric root, ``R R = V``      z : (B, q) standard normals
noise : ``z R``, and Student's t by dividing each row by ``√(χ²_ν / ν)``

The symmetric root is the one root that a covariance has once and for all: whichever signs and order a library gives
to eigenvectors, equal seeds give equal draws. It also bears a covariance that is singular.
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats


def noise(covariance: Floats, count: int, rng: np.random.Generator, *, freedom: int | None = None) -> Floats:
    """Draw noise around zero.

    Parameters
    ----------
    covariance
        Shape (q, q), symmetric; what rounding has made of an eigenvalue of 0 does not matter.
    count
        B, how many draws.
    rng
        Where chance comes from.
    freedom
        ν ≥ 1, the degrees of freedom of Student's t; None for the normal.

    Returns
    -------
    Shape (B, q).

    Examples
    --------
    >>> drawn = noise(np.array([[4.0, 2.0], [2.0, 1.0]]), 3, np.random.default_rng(0))
    >>> bool(np.allclose(drawn[:, 0], 2 * drawn[:, 1]))
    True
    """
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    drawn: Floats = rng.standard_normal((count, values.size)) @ root
    if freedom is not None:
        drawn *= np.sqrt(freedom / rng.chisquare(freedom, (count, 1)))
    return drawn
