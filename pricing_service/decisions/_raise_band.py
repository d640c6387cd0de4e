"""What may be said of raises where no data tell how churn answers: a band, and the wave of raises that would tell."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from models.estimate import Label
from models.pricing.raises.density import THETA_LOG_SD, THETA_MEDIAN
from models.pricing.raises.prospects import break_even
from models.pricing.raises.response import LEARNT
from pricing_service.decisions._raise_study import RaiseStudy

_TRIED = 0.1
_WAVE_MONTHS = 12


def without_response(study: RaiseStudy) -> dict[str, Any]:
    """Return the parts of the result that stand in place of a plan."""
    reason = study.not_planned
    units = {
        "lifetime_value_change": study.currency, "churn_change": "share", "revenue_churn_change": "share",
        "mrr_change": f"{study.currency}/month",
    }  # fmt: skip
    unknown = {
        name: Label(unit=unit, level=study.terms.level).unknown(reason, n=0).to_json()
        for name, unit in units.items()
    }
    return {
        "policy": {},
        "expected": unknown | {"chance_of_gain": None, "reasons": {"chance_of_gain": reason}},
        "beside": {},
        "band": band(study),
        "would_tell": would_tell(study),
        "waves": [],
        "hold_out": {},
        "threats": {},
        "above_willingness": {},
        "charts": {},
    }


def band(study: RaiseStudy) -> list[dict[str, Any]]:
    """Return what each level, for everybody whose value allows it, would do: from where to where, no point."""
    tail = (1 - study.terms.level) / 2
    members, rows = study.levels_of_members(), np.arange(len(study.customers.ids))
    found = []
    for at, share in enumerate(study.terms.levels[1:], start=1):
        level = members[:, at]
        raised = level > 0
        gain = np.quantile(study.told.gain[:, rows, level].sum(axis=1), [tail, 1 - tail])
        churn = np.quantile(study.told.churn[:, rows, level].mean(axis=1), [tail, 1 - tail])
        found.append(
            {
                "raise": float(share),
                "customers": int(raised.sum()),
                "lifetime_value_change": {"low": float(gain[0]), "high": float(gain[1])},
                "churn_change": {"low": float(churn[0]), "high": float(churn[1])},
                "break_even_churn": float(break_even(np.array([share]))[0]),
            }
        )
    return found


def would_tell(study: RaiseStudy) -> dict[str, Any]:
    """Return the wave that would tell: half of so many customers asked a tenth more, by lot.

    The information on log θ of a decision is θ² r² p (1 - p) where it is raised by r; it is needed until the standard
    deviation falls to the share of the prior's at which data count as telling.
    """
    odds = study.told.gone[:, :, 0].mean()
    per_month = 1 - (1 - min(max(float(odds), 1e-4), 0.9)) ** (1 / 12)
    push = THETA_MEDIAN * _TRIED
    p = float(special.expit(special.logit(per_month) + push))
    # The unraised half tells the level: with it known, half of the information is left.
    information = 0.5 * 0.5 * push**2 * p * (1 - p) * _WAVE_MONTHS
    needed = (LEARNT * THETA_LOG_SD) ** -2 - THETA_LOG_SD**-2
    return {
        "assignment": "randomised",
        "raise": _TRIED,
        "months": _WAVE_MONTHS,
        "customers": int(np.ceil(needed / information)),
        "customers_there": len(study.customers.ids),
    }
