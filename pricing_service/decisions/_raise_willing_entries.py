"""How much more those mind a raise who pay more of what they said they would, and who is asked more than that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.estimate import Label
from models.pricing.raises.density import KAPPA_SD
from models.pricing.raises.response import BY_WILLINGNESS
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_waves import Waves
from pricing_service.decisions._raise_willingness import UNKNOWN_WILLINGNESS
from pricing_service.decisions._words import customers, percent

Result = Mapping[str, Any]


def by_willingness(study: RaiseStudy) -> dict[str, Any]:
    """Return κ_w with who told it; the band is what is believed, learned or not."""
    level, willing = study.terms.level, study.customers.willing
    known = int(willing.known.sum())
    if study.rows.past.positions < 2:
        return no_willingness("too_few_left" if willing.sources else UNKNOWN_WILLINGNESS, level, n=known)
    found = study.response.by_willingness(level=level, known=known)
    if study.why_not is not None:
        found = Label(unit=found.unit, method=found.method, level=level).unknown(
            study.why_not.reason, n=known
        )
    draws = study.response.kappa[:, 1]
    low, middle, high = np.quantile(draws, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    learnt = 1 - min(float(draws.std()) / KAPPA_SD, 1.0) if study.why_not is None else 0.0
    told = np.isfinite(willing.logs).sum(axis=1).tolist()
    return found.to_json() | {
        "band": {"low": low, "median": middle, "high": high, "learnt": learnt},
        "sources": dict(zip(willing.sources, told, strict=True)),
        "reasons": {},
    }


def no_willingness(reason: str, level: float, *, n: int = 0) -> dict[str, Any]:
    """Return the entry where κ_w is not even a question."""
    unknown = Label(unit=BY_WILLINGNESS, level=level).unknown(reason, n=n).to_json()
    return unknown | {"band": None, "sources": {}, "reasons": {"band": reason}}


def above_willingness(waves: Waves) -> dict[str, Any]:
    """Return how many of those raised are asked more than they said they would pay, and what they are asked a month."""
    people, raised = waves.planned.study.customers, waves.raised
    would = people.willing.monthly[people.places]
    known = raised & np.isfinite(would)
    asked = people.bill * (1 + waves.told.raises)
    above = known & (asked > would)
    if not known.any():
        reason = UNKNOWN_WILLINGNESS if raised.any() else "nobody_is_raised"
        return {"customers": None, "mrr": None, "known": 0} | {
            "reasons": dict.fromkeys(("customers", "mrr"), reason)
        }
    return {
        "customers": int(above.sum()),
        "mrr": float(asked[above].sum()),
        "known": int(known.sum()),
        "reasons": {},
    }


def willing_sentences(result: Result) -> list[str]:
    """Say how much more those mind who pay more of what they said, and how many are asked more than that."""
    found = []
    slope = result["elasticity"].get("by_willingness") or {}
    if slope.get("value") is not None:
        times, low, high = (f"{2 ** slope[end]:.1f}" for end in ("value", "low", "high"))
        found.append(
            f"Who pays twice as much of what it said it would minds a raise {times} times as much ({low} to {high}), by"
            f" {customers(slope['n'])} who told what they would pay."
            + (" It may be nothing." if slope["low"] <= 0 else "")
        )
    above = result.get("above_willingness") or {}
    if above.get("customers"):
        part = percent(above["customers"] / above["known"])
        found.append(
            f"{customers(above['customers'])} would be asked more than they said they would pay ({part} of those raised"
            " of whom it is known): talk to them before they are told."
        )
    return found
