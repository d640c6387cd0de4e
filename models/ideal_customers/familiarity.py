"""How familiar a combination of traits is: a tree of the strongest dependences between traits.

Notation
--------
n : customers      T : traits      c : (n, T) their levels      a(t) : the trait on which trait t leans, if any
P(c) = Π_t P(c_t | c_a(t)) : the probability of a combination, log P its familiarity

The tree that holds most mutual information is the best of all trees (Chow & Liu 1968). It needs one small table
a trait, so it can be kept beside a score and asked in microseconds. A combination is unlike anything seen where
it is less probable than those of 99 in 100 customers are to a tree that was counted without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.checks import Floats
from models.ideal_customers.levels import Coded, Codes

RARE_SHARE = 0.01
_PRIOR_CUSTOMERS = (
    1.0  # a conditional share is shrunk to the level's own share by as much as one customer weighs
)


@dataclass(frozen=True)
class Familiarity:
    """The tree, and the bar below which a combination is unlike anything seen.

    Parameters
    ----------
    parents
        a(t) of each trait; -1 for the root.
    counts
        Of each trait: customers by its parent's level and its own, shape (k_parent, k); the root's has one row.
    bar
        The log probability below which a combination is unlike anything seen.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> country = rng.integers(0, 3, 300)
    >>> seen = Familiarity.fit(Coded(np.column_stack([country, country]), (3, 3)))
    >>> bool(seen.log_probability(np.array([[0, 0]]))[0] > seen.bar > seen.log_probability(np.array([[0, 1]]))[0])
    True
    """

    parents: tuple[int, ...]
    counts: tuple[Floats, ...]
    bar: float

    @classmethod
    def fit(cls, customers: Coded) -> Familiarity:
        """Find the tree of n customers with T traits."""
        codes, sizes = customers.codes, customers.sizes
        parents = _strongest_tree(codes, sizes)
        counts = tuple(
            _together(codes[:, parent], codes[:, at], sizes[parent], sizes[at])
            if parent >= 0
            else np.bincount(codes[codes[:, at] >= 0, at], minlength=sizes[at])[None, :].astype(np.float64)
            for at, parent in enumerate(parents)
        )
        unset = cls(parents, counts, -np.inf)
        own = unset.log_probability(codes, without=1.0)
        return cls(parents, counts, float(np.quantile(own, RARE_SHARE)) if own.size else -np.inf)

    def log_probability(self, codes: Codes, *, without: float = 0.0) -> Floats:
        """Return log P, shape (n,); `without` = 1 takes each customer's own row out of the counts."""
        return np.asarray(self.surprises(codes, without=without).sum(axis=1), dtype=np.float64)

    def surprises(self, codes: Codes, *, without: float = 0.0) -> Floats:
        """Return log P(c_t | c_a(t)), shape (n, T); 0 where a trait is not known."""
        told = np.zeros(codes.shape)
        for at, (parent, counts) in enumerate(zip(self.parents, self.counts, strict=True)):
            known = np.flatnonzero(codes[:, at] >= 0)
            own = codes[known, at]
            totals = counts.sum(axis=0)
            share = (totals[own] - without + 0.5) / (totals.sum() - without + 0.5 * totals.size)
            if parent >= 0:
                above = codes[known, parent]
                here = np.maximum(above, 0)
                pairs, row = counts[here, own] - without, counts[here].sum(axis=1) - without
                conditional = (pairs + _PRIOR_CUSTOMERS * share) / (row + _PRIOR_CUSTOMERS)
                share = np.where(above >= 0, conditional, share)
            told[known, at] = np.log(np.maximum(share, 1e-12))
        return told

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        counts = [table.astype(int).tolist() for table in self.counts]
        return {"parents": list(self.parents), "counts": counts, "bar": self.bar}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Familiarity:
        """Read what `to_json` wrote."""
        counts = tuple(np.array(table, dtype=np.float64) for table in told["counts"])
        return cls(tuple(told["parents"]), counts, float(told["bar"]))


def _strongest_tree(codes: Codes, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return each trait's parent in the tree of most mutual information (Prim's algorithm), the first as root."""
    traits = codes.shape[1]
    parents, joined = [-1] * traits, [0]
    shared = np.full((traits, traits), -1.0)
    for one in range(traits):
        for other in range(one):
            pairs = _together(codes[:, one], codes[:, other], sizes[one], sizes[other])
            shared[one, other] = shared[other, one] = _mutual_information(pairs)
    while len(joined) < traits:
        apart = [at for at in range(traits) if at not in joined]
        reach = shared[np.ix_(joined, apart)]
        near, far = np.unravel_index(int(reach.argmax()), reach.shape)
        parents[apart[int(far)]] = joined[int(near)]
        joined.append(apart[int(far)])
    return tuple(parents)


def _together(one: np.ndarray, other: np.ndarray, rows: int, columns: int) -> Floats:
    """Count customers by the levels of two traits, where both are known."""
    known = (one >= 0) & (other >= 0)
    cells = one[known] * columns + other[known]
    return np.bincount(cells, minlength=rows * columns).reshape(rows, columns).astype(np.float64)


def _mutual_information(pairs: Floats) -> float:
    total = pairs.sum()
    if total == 0:
        return 0.0
    expected = pairs.sum(axis=1, keepdims=True) @ pairs.sum(axis=0, keepdims=True) / total
    there = pairs > 0
    return float((pairs[there] * np.log(pairs[there] / expected[there])).sum() / total)
