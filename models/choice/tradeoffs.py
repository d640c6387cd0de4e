"""What an attribute is worth in money: willingness to pay for one unit of it, or for a level over its base.

Notation
--------
β_k, α = -β_price : (B, M) coefficients of each kind of people          w = β_k / α : money per unit of k
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.choice.preferences import Preferences
from models.estimate import Estimate, Label
from models.resampling import estimate_from_quantiles


def willingness(people: Preferences, column: int, *, label: Label, quantile: float | None = None) -> Estimate:
    """Estimate what people would pay for one unit of a column: their mean, or a quantile of them.

    Parameters
    ----------
    people
        Whose willingness. Every price coefficient is negative, so that nobody's is infinite.
    column
        Of the coefficient; not the price's.
    label
        Unit, method and level of the estimate.
    quantile
        Such as 0.5 for the median person, which a few people who hardly mind the price do not move; None for
        the mean. The quantile of a few classes jumps from one to the next: prefer their mean.
    """
    worths = (each.beta[..., column] / -each.beta[..., people.price] for each in (people.best, people.drawn))
    return _over_people(people, *worths, label=label, quantile=quantile)


def part_worth(people: Preferences, column: int, *, label: Label, quantile: float | None = None) -> Estimate:
    """Estimate the coefficient of a column, in utility: people's mean, or a quantile of them."""
    best, drawn = (each.beta[..., column] for each in (people.best, people.drawn))
    return _over_people(people, best, drawn, label=label, quantile=quantile)


def _over_people(
    people: Preferences, best: Floats, drawn: Floats, *, label: Label, quantile: float | None
) -> Estimate:
    value = _summed(best, people.best.share, quantile)[0]
    draws = _summed(drawn, people.drawn.share, quantile)
    return estimate_from_quantiles(float(value), draws, n=people.clusters, label=label)


def _summed(values: Floats, share: Floats, quantile: float | None) -> Floats:
    """Return the mean or a quantile over people, values and shares of shape (B, M), for each population (B,)."""
    if quantile is None:
        mean: Floats = (share * values).sum(axis=1)
        return mean
    order = np.argsort(values, axis=1, kind="stable")
    counts = np.take_along_axis(share, order, axis=1)
    # The middle of each person's share is where they stand among all.
    place = np.cumsum(counts, axis=1) - counts / 2
    ordered = np.take_along_axis(values, order, axis=1)
    return np.array([np.interp(quantile, at, of) for at, of in zip(place, ordered, strict=True)])
