"""Which rows answer together: contacts of one customer are one cluster, who has no customer is one alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]


def codes(keys: Iterable[Hashable]) -> Codes:
    """Return codes 0 … in the order in which keys first stand, shape (n,).

    Examples
    --------
    >>> codes(["b", "a", "b"])
    array([0, 1, 0])
    """
    place: dict[Hashable, int] = {}
    return np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.intp)


def clusters_of(respondents: Sequence[Any], customers: Sequence[Any]) -> Codes:
    """Return the cluster of each row, shape (n,), codes 0 … in the order in which they first stand.

    Parameters
    ----------
    respondents, customers
        Length n each; None where a row has no customer. A customer and a respondent of one name are two.

    Examples
    --------
    >>> clusters_of(["r1", "r2", "r3"], ["c", None, "c"])
    array([0, 1, 0])
    """
    pairs = zip(respondents, customers, strict=True)
    return codes(("respondent", one) if its is None else ("customer", its) for one, its in pairs)
