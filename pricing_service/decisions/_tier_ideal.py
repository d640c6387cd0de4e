"""What a menu would do to the ideal customers, for whom prices are made first."""

from __future__ import annotations

from typing import Any

import numpy as np

from pricing_service.decisions._ideal_scores import ideal_scores
from pricing_service.decisions._tier_paths import Paths
from pricing_service.panel import StoredPanel

_ABOUT_THE_SAME = 0.005
_UNKNOWN = ("pay_more_share", "leave_share")


def ideal_effects(panel: StoredPanel, paths: Paths, *, level: float, seed: int) -> dict[str, Any]:
    """Return how many paying customers fit the profile, where they would be, and how many pay more or leave.

    Parameters
    ----------
    panel
        Whose traits and histories tell who is ideal.
    paths
        What paying customers choose.
    level, seed
        Of the scores.
    """
    scores = ideal_scores(panel, level=level, seed=seed)
    told = set() if scores is None else set(np.array(scores.customers)[scores.ideal].tolist())
    ideal = np.array([customer in told for customer in paths.paying.ids], dtype=np.bool_)
    if not ideal.any():
        unknown = scores is None or scores.predicts == "cannot_tell"
        reason = "nobody_known_to_be_ideal" if unknown else "traits_do_not_predict"
        nothing = dict.fromkeys(_UNKNOWN)
        return {"customers": 0, "tiers": [], **nothing, "reasons": dict.fromkeys(_UNKNOWN, reason)}
    chosen = paths.effects.existing
    stays = chosen.tier[:, ideal] >= 0
    dearer = chosen.bill[:, ideal] > (1 + _ABOUT_THE_SAME) * paths.effects.today[ideal]
    return {
        "customers": int(ideal.sum()),
        "tiers": [
            {"tier": name, "share": float((chosen.tier[:, ideal] == at).mean())}
            for at, name in enumerate(paths.names)
        ],
        "pay_more_share": float((stays & dearer).mean()),
        "leave_share": float((~stays).mean()),
    }
