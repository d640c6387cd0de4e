"""Value in parts that different judgements multiply, so that a metric can be seen under other judgements.

Money per unit of a KPI and the share of it that is owed to us are judgements. Those of several KPIs change how
their money mixes, and with it how much value per unit varies; one common factor changes nothing but its size.

Notation
--------
n : customers      P : parts      g : (P,) factor on each part's money, 1 where its judgement holds as stated
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.attribution import Judgement
from models.checks import Floats

LINEAR = ("value", "early_value", "products", "stray_value")
"""The sums that a factor on money multiplies once; it multiplies Σ v² twice."""


@dataclass(frozen=True, eq=False)
class ValueParts:
    """The sums of `MetricEvidence` that hold money, part by part, at the stated judgements.

    Parameters
    ----------
    value, early_value, products, stray_value
        Shape (P, n) each: Σ v_p, the same over the first half, Σ v_p u, and what arises without units.
    value_squares
        Shape (P, P, n): Σ v_p v_q.
    judgements
        What is believed of each part, P of them.
    """

    value: Floats
    early_value: Floats
    products: Floats
    stray_value: Floats
    value_squares: Floats
    judgements: tuple[Judgement, ...]

    @property
    def certain(self) -> bool:
        """Whether nothing is in doubt."""
        return all(judgement.certain for judgement in self.judgements)

    def sums(self, factors: Floats) -> dict[str, Any]:
        """Return the sums over all parts, by name and of shape (n,), where part p is multiplied by `factors[p]`.

        Examples
        --------
        >>> one, other = np.array([[1.0, 2.0]]), np.array([[10.0, 0.0]])
        >>> both = np.vstack([one, other])
        >>> parts = ValueParts(both, both, both, both, both[:, None] * both[None], (Judgement(), Judgement()))
        >>> sums = parts.sums(np.array([1.0, 0.5]))
        >>> sums["value"], sums["value_squares"]
        (array([6., 2.]), array([36.,  4.]))
        """
        linear = {name: factors @ getattr(self, name) for name in LINEAR}
        return linear | {"value_squares": np.einsum("p,q,pqn->n", factors, factors, self.value_squares)}

    def only(self, chosen: NDArray[np.bool_]) -> ValueParts:
        """Return the parts of the chosen customers (n,) alone."""
        sums = {name: getattr(self, name)[..., chosen] for name in (*LINEAR, "value_squares")}
        return replace(self, **sums)
