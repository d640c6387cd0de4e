"""The checks that every fit shares: arrays of the right shape, finite, within their range."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InvalidInput

Floats = NDArray[np.float64]


def vector(name: str, values: ArrayLike, *, n: int | None = None, low: float | None = None) -> Floats:
    """Return `values` as a vector of floats, or say what is wrong with it.

    Parameters
    ----------
    name
        How the message calls it.
    values
        Anything that NumPy can turn into one dimension of finite numbers.
    n
        The length it must have.
    low
        The least value allowed.

    Raises
    ------
    InvalidInput
        Naming the first offending position.

    Examples
    --------
    >>> vector("units", [1, 2], low=0)
    array([1., 2.])
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise InvalidInput(f"{name} must have one dimension, got shape {array.shape}")
    if n is not None and array.size != n:
        raise InvalidInput(f"{name} must have {n} entries, one per customer, got {array.size}")
    wrong = ~np.isfinite(array) if low is None else ~(np.isfinite(array) & (array >= low))
    if wrong.any():
        at = int(np.argmax(wrong))
        bound = "" if low is None else f" and ≥ {low}"
        raise InvalidInput(f"{name} must be finite{bound}, got {array[at]} at position {at}")
    return array


def share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1.

    Raises
    ------
    InvalidInput
        If it does not.
    """
    if not 0 < value < 1:
        raise InvalidInput(f"{name} must be a share between 0 and 1, got {value}")
    return float(value)
