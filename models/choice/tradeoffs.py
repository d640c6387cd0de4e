"""What an attribute is worth in money: willingness to pay for one unit of it, or for a level over its base.

Notation
--------
β_k, α = -β_price : (M,) coefficients of each kind of people          w = β_k / α : money per unit of k
"""

from __future__ import annotations

import numpy as np

from models.checks import Floats
from models.choice.preferences import Preferences
from models.estimate import Estimate, Label
from models.resampling import estimate_from_quantiles


def willingness(people: Preferences, column: int, *, label: Label, seed: int = 0) -> Estimate:
    """Estimate what people would pay for one unit of a column, the median over people.

    Parameters
    ----------
    people
        Whose willingness.
    column
        Of the coefficient; not the price's.
    label
        Unit, method and level of the estimate.
    """
    point = _middle(people.beta, people.share, column, people.price)
    draws = [
        _middle(beta, share, column, people.price)
        for beta, share in zip(people.beta_draws, people.share_draws, strict=True)
    ]
    return estimate_from_quantiles(point, np.array(draws), n=people.clusters, label=label)


def _middle(beta: Floats, share: Floats, column: int, price: int) -> float:
    worth = beta[:, column] / -beta[:, price]
    order = np.argsort(worth, kind="stable")
    cumulated = np.cumsum(share[order])
    return float(worth[order][np.searchsorted(cumulated, 0.5 * cumulated[-1] * (1 - 1e-12))])
