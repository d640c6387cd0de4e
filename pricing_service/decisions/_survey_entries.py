"""One method's reading of one survey as the API shows it: every promised field there, null with its reason."""

from __future__ import annotations

from typing import Any

from models.errors import NotEstimable
from models.estimate import Estimate
from models.planning.sample_size import Asking, Spread, customers_needed
from models.surveys._base import Asked, Reading
from pricing_service.decisions._surveys import Survey

WITHIN = 0.1
"""A price good to this share on either side tells most prices apart."""
POINTS = ("pmc", "opp", "idp", "pme")
BEST = ("revenue", "reach", "profit")


def entry_of(
    survey: Survey, method: str, reading: Reading, *, asked: Asked, clean: Reading | None
) -> dict[str, Any]:
    """Return the entry of a reading; `clean` is the reading without doubtful answers, where there are some."""
    entry = _head(survey, method, asked) | {
        "about": reading.about,
        "typical": reading.typical.to_json(),
        "points": _shown(POINTS, reading.points, asked, n=reading.clusters, why="not_asked"),
        "best_price": _shown(BEST, reading.best_price, asked, n=reading.clusters, why="not_estimable"),
        "demand": None if reading.demand is None else reading.demand.to_json(),
        "quality": _quality(reading, clean),
        "details": dict(reading.details),
        "caveats": [{"code": each.code, "message": each.message} for each in reading.caveats],
    }
    if reading.demand is None:
        entry["reasons"] = entry.get("reasons", {}) | {"demand": "no_demand_curve"}
    return entry


def answers_needed(reading: Reading, *, everybody: int | None) -> dict[str, Any]:
    """Return how many customers must answer for a typical price that is good to ± 10 %.

    `everybody` is how many customers there are in all; None where prospects can be asked too.
    """
    typical = reading.typical
    nothing = Estimate.unknown("no_pilot", unit="customers", n=reading.clusters, level=typical.level)
    try:
        spread = Spread.of_pilot(typical)
    except NotEstimable:
        return nothing.to_json()
    asking = Asking(customers=everybody)
    return customers_needed(spread, within=WITHIN, level=typical.level, asking=asking).to_json()


def refused_entry(survey: Survey, method: str, refusal: NotEstimable, asked: Asked) -> dict[str, Any]:
    """Return the entry of a survey that cannot carry the method."""
    n = len(set(survey.columns["respondent_id"].tolist()))
    nothing = Estimate.refused(refusal, unit=asked.unit, n=n, level=asked.level).to_json()
    head = _head(survey, method, asked)
    return head | {
        "about": "willingness",
        "typical": nothing,
        "points": dict.fromkeys(POINTS, nothing),
        "best_price": dict.fromkeys(BEST, nothing),
        "demand": None,
        "reasons": head.get("reasons", {}) | {"demand": refusal.reason},
        "quality": {"respondents": n, "customers": None, "flags": [], "reasons": {"customers": "not_read"}},
        "details": {},
        "caveats": [{"code": refusal.reason, "message": str(refusal)}],
    }


def _head(survey: Survey, method: str, asked: Asked) -> dict[str, Any]:
    head: dict[str, Any] = {"item": survey.item, "method": method, "table": survey.table, "unit": asked.unit}
    return head | ({"reasons": {"item": "not_named"}} if survey.item is None else {})


def _shown(
    names: tuple[str, ...], found: Any, asked: Asked, *, n: int, why: str
) -> dict[str, dict[str, Any]]:
    """Return every promised estimate first, then whatever else the method has."""
    nothing = asked.label("").unknown(why, n=n)
    promised = {name: found.get(name, nothing) for name in names}
    return {name: estimate.to_json() for name, estimate in (promised | dict(found)).items()}


def _quality(reading: Reading, clean: Reading | None) -> dict[str, Any]:
    """Return how many answered, which answers are doubtful, and whether they move the recommended price."""
    flags = [
        {
            "code": flag.code,
            "message": flag.message,
            "count": len(flag.respondents),
            "share": len(flag.respondents) / max(reading.respondents, 1),
            "respondents": list(flag.respondents[:20]),
        }
        for flag in reading.flags
    ]
    quality: dict[str, Any] = {
        "respondents": reading.respondents,
        "customers": reading.clusters,
        "flags": flags,
    }
    if clean is not None:
        quality["without_flagged"] = {
            "respondents": clean.respondents,
            "typical": clean.typical.to_json(),
            "best_price": {name: each.to_json() for name, each in clean.best_price.items()},
        }
    return quality
