"""From which counter-offer on a raise that was asked is better given up: one answer for all of a fairness group.

Who is alike is answered alike, so that a threat never buys a customer more than its neighbours would be given.
"""

from __future__ import annotations

import numpy as np

from models.estimate import Estimate, Label
from models.pricing.raises.counters import lowest_counter
from pricing_service.decisions._raise_plan import Planned

_METHOD = "draws that planning did not see; whom a raise drives away offers less first"


def lowest_counters(planned: Planned) -> dict[int, Estimate]:
    """Return the lowest raise that is worth accepting of each group, by its code, where anybody is raised."""
    raised = planned.level > 0
    if not raised.any():
        return {}
    study = planned.study
    lived, later = study.lived(planned.raises), slice(study.response.theta.size // 2, None)
    bill, tail = study.customers.bill, (1 - study.terms.level) / 2
    label, found = Label(unit="share", method=_METHOD, level=study.terms.level), {}
    for code in np.unique(planned.group[raised]).tolist():
        mine = raised & (planned.group == code)
        lowest = lowest_counter(
            float(study.terms.levels[planned.plan.level[code]]), lived.of(mine, later),
            bill=bill[mine], cost=study.service * bill[mine], countered=study.bargains.countered[later],
        )  # fmt: skip
        low, high = np.quantile(lowest.draws, [tail, 1 - tail]).tolist()
        found[code] = label.known(lowest.value, low, high, n=int(mine.sum()))
    return found
