"""From which counter-offer on a raise that was asked is better given up: one answer for all of a fairness group.

Who is alike is answered alike, so that a threat never buys a customer more than its neighbours would be given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate, Label
from models.pricing.raises.counters import LowestCounter, lowest_counter
from pricing_service.decisions._raise_plan import Planned

_METHOD = "draws that planning did not see; whom a raise drives away offers less first"


@dataclass(frozen=True)
class Counter:
    """The lowest raise of a group that is worth accepting, shares.

    Parameters
    ----------
    lowest
        While as many offer less as did before.
    if_all
        If all of the group came to offer less, as they may where they learn that it pays.
    """

    lowest: Estimate
    if_all: Estimate


def lowest_counters(planned: Planned) -> dict[int, Counter]:
    """Return the lowest raise that is worth accepting of each group, by its code, where anybody is raised."""
    raised = planned.level > 0
    if not raised.any():
        return {}
    study = planned.study
    lived, later = study.lived(planned.raises), slice(study.response.theta.size // 2, None)
    bill, as_before = study.customers.bill, study.bargains.countered[later]
    found = {}
    for code in np.unique(planned.group[raised]).tolist():
        mine = raised & (planned.group == code)
        asked = float(max(study.terms.levels[planned.plan.level[code]], planned.raises[mine].max()))
        lowest, if_all = (
            lowest_counter(
                asked, lived.of(mine, later), bill=bill[mine], cost=study.service * bill[mine], countered=share
            )
            for share in (as_before, np.ones_like(as_before))
        )  # fmt: skip
        n, level = int(mine.sum()), study.terms.level
        found[code] = Counter(_told(lowest, n=n, level=level), _told(if_all, n=n, level=level))
    return found


def _told(found: LowestCounter, *, n: int, level: float) -> Estimate:
    low, high = np.quantile(found.draws, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Label(unit="share", method=_METHOD, level=level).known(found.value, low, high, n=n)
