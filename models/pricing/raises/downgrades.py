"""Customers who take a smaller plan for a raise: how many, and what they pay less. Notation as in `prospects`."""

from __future__ import annotations

import numpy as np

from models.checks import Floats


def lower_share(there: Floats, per_leaver: Floats) -> Floats:
    """Return D: the share of customers that is down, of those there at each raise (draws, n, L), the first one none.

    Or of months that are lived, the months that are lived so.

    Examples
    --------
    A raise drives a tenth away; for each of them half a customer goes down:

    >>> lower_share(np.array([[[0.8, 0.7]]]), np.array([0.5])).round(3).tolist()
    [[[0.0, 0.05]]]
    """
    driven = np.maximum(there[:, :, :1] - there, 0.0)
    found: Floats = np.minimum(per_leaver[:, None, None] * driven, there)
    return found


def below(bill: Floats, kept: Floats, raised: Floats) -> Floats:
    """Return what who is down pays less a month than at a raise, (draws, n, L); 0 where there is no smaller plan.

    `raised` is the share by which the bill has risen, that fits (draws, n, L); `kept` is φ.
    """
    has, part = np.isfinite(kept)[None, :, None], np.nan_to_num(kept)[None, :, None]
    found: Floats = np.where(has, bill[None, :, None] * (1 + raised - part), 0.0)
    return found
