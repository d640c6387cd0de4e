"""KPIs that move together: one value that is measured twice, and nobody has said so."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from models.checks import Floats
from models.estimate import Caveat
from models.order_statistics import biweight_scale
from pricing_service.decisions._evidence import Evidence

_TOGETHER = 0.2
"""The spread of one KPI ÷ the other, as a part of either's own: above it the two tell different stories."""
_FEWEST_CUSTOMERS = 8


def twin_caveats(evidence: Evidence) -> list[Caveat]:
    """Return a warning for every two KPIs whose money is nearly proportional from customer to customer.

    On 25 simulated businesses that measured one value twice the ratio lay between 0.03 and 0.17.
    """
    if not evidence.metrics:
        return []
    money = evidence.kpi_value[evidence.metrics[0].metric]
    named = zip(evidence.kpis, money, strict=True)
    return [
        Caveat(
            "kpis_move_together",
            f"{one.kpi} and {other.kpi} rise and fall together from customer to customer: if they measure the same"
            f" gain twice, its worth is counted twice; then let kpis.drives of {other.kpi} name {one.kpi}",
        )
        for (one, its), (other, theirs) in combinations(named, 2)
        if _proportional(its, theirs)
    ]


def _proportional(one: Floats, other: Floats) -> bool:
    usable = (one > 0) & (other > 0)
    if usable.sum() < _FEWEST_CUSTOMERS:
        return False
    own = min(biweight_scale(np.log(each[usable])) for each in (one, other))
    return own > 0 and biweight_scale(np.log(one[usable] / other[usable])) < _TOGETHER * own
