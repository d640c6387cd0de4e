"""The nearest sequence that rises: isotonic least squares (pool adjacent violators: Barlow et al. 1972)."""

from __future__ import annotations

import numpy as np

from models.checks import Floats


def rising(rows: Floats, weights: Floats | None = None) -> Floats:
    """Return the nearest rising sequence to each row, by the min-max formula over all stretches.

    Parameters
    ----------
    rows
        Shape (n, k), k small: the work is k³ times n.
    weights
        Shape (k,), > 0: how much each place counts; equal by default.

    Examples
    --------
    >>> rising(np.array([[1.0, 3.0, 2.0], [3.0, 2.0, 1.0]]))
    array([[1. , 2.5, 2.5],
           [2. , 2. , 2. ]])
    """
    k = rows.shape[1]
    weights = np.ones(k) if weights is None else weights
    mean = {
        (i, j): np.average(rows[:, i : j + 1], axis=1, weights=weights[i : j + 1])
        for i in range(k)
        for j in range(i, k)
    }
    return np.column_stack(
        [
            np.max([np.min([mean[i, j] for j in range(at, k)], axis=0) for i in range(at + 1)], axis=0)
            for at in range(k)
        ]
    )
