"""What customers' value is believed to be: what each reports, drawn towards what customers alike get.

Notation
--------
y : log of the value that a customer reports, NaN where it reports none      s² : its variance by chance
x : (k,) what is known of everybody, as the logs of bill and units      w = τ² / (τ² + s²)

    y = x'b + u + e,   u ~ N(0, τ²),   e ~ N(0, s²)
    believed = x'b + w (y - x'b), its variance w s²;   x'b and τ² of those who report nothing

b by least squares weighted by w, and τ² by moments, in turn (the area model of Fay & Herriot 1979, *JASA* 74). A few
months' reports say less than many do; who reports nothing is not the middle customer: its bill and its units tell.
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput

FEWEST_A_COLUMN = 10
"""Reporting customers for each column of x, below which no more than the middle is told of the others."""
_ROUNDS = 20
_LEAST = 1e-6


def drawn_towards_alike(reported: Floats, noise: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Return the log of value that each customer is believed to get, and its variance, NaN where nothing tells.

    Parameters
    ----------
    reported
        y, shape (N,), NaN where unknown.
    noise
        s², shape (N,), ≥ 0; NaN counts as none.
    known
        x, shape (N, k), a level not included; a row with an entry that is not finite tells nothing.

    Returns
    -------
    tuple of Floats
        Shape (N,) each. With fewer than ten reporting customers a column, reports are drawn towards their mean, and
        who reports nothing stays unknown.

    Raises
    ------
    InvalidInput
        Where shapes do not fit.

    Examples
    --------
    Value is ten times the bill, give or take. One reports nothing, one a sum that is too high, of little weight:

    >>> bill = np.log(np.linspace(100, 1000, 60))
    >>> value = bill + np.log(10) + np.where(np.arange(60) % 2, 0.1, -0.1)
    >>> value[0], value[1] = np.nan, value[1] + 1
    >>> noise = np.where(np.arange(60) == 1, 0.5, 0.0)
    >>> found, variance = drawn_towards_alike(value, noise, bill[:, None])
    >>> bool(np.abs(found - bill - np.log(10))[:2].max() < 0.05)
    True
    >>> variance[:3].round(3).tolist()
    [0.022, 0.021, 0.0]
    """
    if reported.shape != noise.shape or known.shape[:1] != reported.shape or known.ndim != 2:
        raise InvalidInput(f"noise must be of shape {reported.shape}, and known have a row for each")
    x = np.column_stack([np.ones(reported.size), known])
    tells = np.isfinite(x).all(axis=1)
    told = np.isfinite(reported)
    if (told & tells).sum() < FEWEST_A_COLUMN * x.shape[1]:
        x, tells = x[:, :1], told
    own = told & tells
    found, variance = np.full((2, reported.size), np.nan)
    if not own.any():
        return found, variance
    told_by = np.nan_to_num(noise[own])
    b, weight, between = _fitted(reported[own], told_by, x[own])
    found[tells], variance[tells] = x[tells] @ b, between
    found[own] += weight * (reported[own] - found[own])
    variance[own] = weight * told_by
    return found, variance


def _fitted(y: Floats, noise: Floats, x: Floats) -> tuple[Floats, Floats, float]:
    """Return b, w of each who reports, and τ²."""
    weight: Floats = np.ones(y.size)
    for _ in range(_ROUNDS):
        root = np.sqrt(weight)
        b: Floats = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0].astype(np.float64)
        between = max(float(np.mean((y - x @ b) ** 2 - noise)), _LEAST)
        weight = between / (between + noise)
    return b, weight, between
