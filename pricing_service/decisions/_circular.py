"""KPIs that are computed from a metric: their money per unit is the same for everybody, and proves nothing."""

from __future__ import annotations

import numpy as np

from models.order_statistics import biweight_scale
from pricing_service.decisions._evidence import Evidence

_SAME = 0.02
"""Scale of logs below which money per unit is the same for everybody: real customers differ by far more."""
_FEWEST_CUSTOMERS = 8


def circular_kpis(evidence: Evidence) -> list[dict[str, str]]:
    """Return `{"kpi", "metric"}` for every KPI whose money is proportional to a metric's units."""
    found = []
    for metric in evidence.metrics:
        units = evidence.by_metric[metric.metric].units
        for kpi, money in zip(evidence.kpis, evidence.kpi_value[metric.metric], strict=True):
            usable = (money > 0) & (units > 0)
            if usable.sum() < _FEWEST_CUSTOMERS or np.ptp(units[usable]) == 0:
                continue
            if biweight_scale(np.log(money[usable] / units[usable])) < _SAME:
                found.append({"kpi": kpi.kpi, "metric": metric.metric})
    return found
