"""What is believed of KPIs' money, and which KPIs one belief multiplies together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.attribution import Judgement
from pricing_service.panel import Kpi


@dataclass(frozen=True)
class Part:
    """KPIs whose money moves together, by their places among all KPIs, and what is believed of it."""

    kpis: tuple[int, ...]
    judgement: Judgement


def judgement_of(kpi: Kpi) -> Judgement:
    """Return what is believed of a KPI's money; rows that state their own money have no doubt about its rate."""
    relative = 0.0
    if kpi.value_per_unit and kpi.value_per_unit_sd:
        relative = kpi.value_per_unit_sd / kpi.value_per_unit * (1 - kpi.share_given)
    return Judgement(relative, kpi.attribution, kpi.attribution_sd or 0.0)


def parts_of(kpis: Sequence[Kpi]) -> list[Part]:
    """Return the parts of value: what is certain together, and every KPI in doubt by itself; never none."""
    judged = [judgement_of(kpi) for kpi in kpis]
    certain = tuple(at for at, each in enumerate(judged) if each.certain)
    doubtful = [Part((at,), each) for at, each in enumerate(judged) if not each.certain]
    return [*([Part(certain, Judgement())] if certain or not doubtful else []), *doubtful]
