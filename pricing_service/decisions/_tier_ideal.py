"""The ideal customers, for whom prices are made first: who they are, and what a menu would do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pricing_service.decisions._ideal_scores import ideal_scores
from pricing_service.decisions._tier_paths import Paths
from pricing_service.panel import StoredPanel

_ABOUT_THE_SAME = 0.005
_UNKNOWN = ("pay_more_share", "leave_share")


@dataclass(frozen=True)
class Ideal:
    """Who fits the profile of ideal customers, and how many times as much as another each counts in the search.

    Where nobody is known to fit, all count alike, and `reason` says why.
    """

    customers: frozenset[str]
    weight: float
    reason: str

    @classmethod
    def of(cls, panel: StoredPanel, *, weight: float, level: float, seed: int) -> Ideal:
        """Read who is ideal from traits and histories, `level` and `seed` being those of the scores."""
        scores = ideal_scores(panel, level=level, seed=seed)
        told = [] if scores is None else np.array(scores.customers)[scores.ideal].tolist()
        unknown = scores is None or scores.predicts == "cannot_tell"
        reason = "nobody_known_to_be_ideal" if unknown else "traits_do_not_predict"
        return cls(frozenset(told), weight if told else 1.0, reason)

    def among(self, ids: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of some customers are ideal."""
        return np.array([customer in self.customers for customer in ids], dtype=np.bool_)

    def effects(self, paths: Paths) -> dict[str, Any]:
        """Return how many paying customers are ideal, where they would be, and how many pay more or leave."""
        ideal = self.among(paths.paying.ids)
        if not ideal.any():
            nothing, why = dict.fromkeys(_UNKNOWN), dict.fromkeys(_UNKNOWN, self.reason)
            return {"customers": 0, "weight": self.weight, "tiers": [], **nothing, "reasons": why}
        chosen = paths.effects.existing
        stays = chosen.tier[:, ideal] >= 0
        dearer = chosen.bill[:, ideal] > (1 + _ABOUT_THE_SAME) * paths.effects.today[ideal]
        return {
            "customers": int(ideal.sum()),
            "weight": self.weight,
            "tiers": [
                {"tier": name, "share": float((chosen.tier[:, ideal] == at).mean())}
                for at, name in enumerate(paths.names)
            ],
            "pay_more_share": float((stays & dearer).mean()),
            "leave_share": float((~stays).mean()),
        }
