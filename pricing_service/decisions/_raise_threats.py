"""The guard against threats: whether being likelier to leave, and nothing else, buys a customer a lower raise.

Customers of one fairness group whose value and contract allow the same raise are compared: the half that is likelier to
leave anyway beside the other half. Where alike customers get the same raise there is no difference by construction;
where each is a group alone, a plan does spare those who are likely to leave, and whoever threatens to would learn it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.checks import Floats
from models.estimate import Label
from pricing_service.decisions._raise_plan import Planned

HELD = 0.005
"""Half a point of raise, up to which the guard holds."""
_DRAWS = 200


def threats(planned: Planned) -> dict[str, Any]:
    """Return by how much less those likelier to leave are asked, a share, and whether the guard holds.

    The interval is from customers drawn anew inside of those who are compared.
    """
    study = planned.study
    most = np.argmax(np.cumsum(study.allowed, axis=1), axis=1)
    may = most > 0
    group = planned.group if planned.rails.fairness_by else np.zeros_like(planned.group)
    risk = study.told.gone[:, :, 0].mean(axis=0)
    rng, compared = np.random.default_rng((study.terms.seed, 7)), 0
    less, drawn = 0.0, np.zeros(_DRAWS)
    for stratum in np.unique(np.stack([group, most])[:, may], axis=1).T:
        mine = np.flatnonzero(may & (group == stratum[0]) & (most == stratum[1]))
        raises = planned.raises[mine[np.argsort(risk[mine], kind="stable")]]
        count = 2 * (mine.size // 2)
        compared += count
        if count and np.ptp(raises) > 0:
            anew = np.sort(rng.integers(0, mine.size, (_DRAWS, mine.size)), axis=1)
            less += count * float(_asked_less(raises[None])[0])
            drawn += count * _asked_less(raises[anew])
    label = Label(unit="share", method="customers drawn anew", level=study.terms.level)
    if not compared:
        unknown = label.unknown("nobody_compared", n=0).to_json()
        return {"asked_less": unknown, "holds": None, "customers": 0, "reasons": {"holds": "nobody_compared"}}
    value, tail = less / compared, (1 - label.level) / 2
    low, high = np.quantile(drawn / compared, [tail, 1 - tail]).tolist()
    return {
        "asked_less": label.known(value, low, high, n=compared).to_json(),
        "holds": value <= HELD,
        "customers": compared,
        "reasons": {},
    }


def _asked_less(raises: Floats) -> Floats:
    """Return the mean raise of the half less likely to leave less the other's, of raises in that order (draws, m)."""
    half = raises.shape[1] // 2
    less: Floats = raises[:, :half].mean(axis=1) - raises[:, -half:].mean(axis=1)
    return less
