"""Which rows answer together, and how many independent answers that leaves.

Contacts of one customer are one cluster; who has no customer is one alone.

Notation
--------
w_g : the weight of cluster g        ``(Σ w_g)² / Σ w_g²`` : how many equally weighted ones tell as much (Kish 1965)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import NotEstimable

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


def effective(weight: Floats, cluster: Codes) -> float:
    """Return how many equally weighted clusters would tell as much as these.

    Parameters
    ----------
    weight, cluster
        Shape (n,) each: weights ≥ 0, not all 0, and codes 0 ….

    Examples
    --------
    >>> effective(np.array([1.0, 1.0, 2.0]), np.array([0, 0, 1]))
    2.0
    """
    weights = np.bincount(cluster, weight)
    return float(weights.sum() ** 2 / (weights**2).sum())


def require_effective(weight: Floats, cluster: Codes, *, least: float) -> None:
    """Refuse weights that let hardly anybody decide: errors by cluster see no doubt in an answer that decides alone.

    Raises
    ------
    NotEstimable
        ``weights_too_unequal``, with fewer than `least` effective clusters.
    """
    found = effective(weight, cluster)
    if found < least:
        there = np.unique(cluster[weight > 0]).size
        text = f"weights let {found:.1f} of {there} customers decide: even them out"
        raise NotEstimable("weights_too_unequal", text)
