"""The guard against threats: whether being likelier to leave, and nothing else, buys a customer a lower raise.

Customers of one fairness group whose value and contract allow the same raise are compared: the half that is likelier to
leave anyway beside the other half. Where alike customers get the same raise there is no difference by construction;
where each is a group alone, a plan does spare those who are likely to leave, and whoever threatens to would learn it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pricing_service.decisions._raise_plan import Planned

HELD = 0.005
"""Half a point of raise, up to which the guard holds."""


def threats(planned: Planned) -> dict[str, Any]:
    """Return by how much less those likelier to leave are asked, a share, and whether the guard holds."""
    study = planned.study
    most = np.argmax(np.cumsum(study.allowed, axis=1), axis=1)
    may = most > 0
    alone = not planned.rails.fairness_by
    group = np.zeros_like(planned.group) if alone else planned.group
    risk = study.told.gone[:, :, 0].mean(axis=0)
    less, compared = 0.0, 0
    for stratum in np.unique(np.stack([group, most])[:, may], axis=1).T:
        mine = np.flatnonzero(may & (group == stratum[0]) & (most == stratum[1]))
        ranked = mine[np.argsort(risk[mine], kind="stable")]
        half = ranked.size // 2
        if half:
            low, high = planned.raises[ranked[:half]], planned.raises[ranked[-half:]]
            less += 2 * half * float(low.mean() - high.mean())
            compared += 2 * half
    if not compared:
        return {
            "asked_less": None, "holds": None, "customers": 0,
            "reasons": dict.fromkeys(("asked_less", "holds"), "nobody_compared"),
        }  # fmt: skip
    difference = less / compared
    return {"asked_less": difference, "holds": difference <= HELD, "customers": compared, "reasons": {}}
