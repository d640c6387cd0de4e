"""What raises do to the business: before and after, how much churn each plan bears, and what more churn would buy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate, Label
from models.pricing.raises.prospects import break_even
from models.retention.valuation import USUAL
from pricing_service.decisions._raise_plan import Planned
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_waves import Waves

STEPS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Budgets of the frontier, times the one that was asked for."""
_FEW_STEPS = (0.0, 0.5, 1.0, 2.0)
_MANY = 2_000
"""Customers beyond which the frontier has few points."""
_METHOD = "draws that planning did not see; expansion other than the raise left out"
_CHANGE_ONLY = "only_the_change_is_told"
_BORNE = ("break_even_churn", "churn_before", "churn_after", "churn_change")


def effects(waves: Waves, segment_by: str | None = None) -> dict[str, Any]:
    """Return what the plan does: of those really raised before and after and by plan, of all on the frontier."""
    return {
        "before_after": before_after(waves.told),
        "break_even": bearable(waves.told, "plan"),
        "break_even_by_segment": []
        if segment_by is None
        else bearable(waves.told, segment_by, named="segment"),
        "frontier": frontier(waves.planned),
    }


def no_effects(reason: str, currency: str, level: float) -> dict[str, Any]:
    """Return the same where there is no plan: nulls with the reason."""
    return {
        "before_after": [
            {"measure": measure}
            | {
                side: Label(unit=unit, method=_METHOD, level=level).unknown(reason, n=0).to_json()
                for side in ("before", "after", "change")
            }
            for measure, unit in _units(currency).items()
        ],
        "break_even": [],
        "break_even_by_segment": [],
        "frontier": [],
    }


def _units(currency: str) -> dict[str, str]:
    money = {"lifetime_value": currency, "valuation": currency}
    return {"mrr": f"{currency}/month", "churn": "share", "grr": "share", "nrr": "share"} | money


def before_after(planned: Planned) -> list[dict[str, Any]]:
    """Return MRR, churn and retention of a year, lifetime value, and price of the company: of who pays today."""
    study, none = planned.study, np.zeros_like(planned.level)
    bill = study.customers.bill
    stays, stay = planned.stays(none), planned.stays()
    before, kept = ((chance * bill).sum(axis=1) for chance in (stays, stay))
    kept = kept - planned.lost_below(raised=False)
    mrr = before + planned.mrr_change()
    value = planned.values(none)
    sides = {
        "mrr": (before, mrr),
        "churn": (1 - stays.mean(axis=1), 1 - stay.mean(axis=1)),
        "grr": (before / bill.sum(), kept / bill.sum()),
        "nrr": (before / bill.sum(), mrr / bill.sum()),
        "lifetime_value": (value, value + planned.gains()),
    }
    units = _units(study.currency)
    found = [
        {"measure": measure}
        | {
            side: _told(planned, draws, units[measure]).to_json()
            for side, draws in (("before", old), ("after", new), ("change", new - old))
        }
        for measure, (old, new) in sides.items()
    ]
    return [*found, _valuation(planned, (mrr - before) / bill.sum())]


def _told(planned: Planned, draws: Floats, unit: str) -> Estimate:
    return replace(planned.estimate(draws, unit), method=_METHOD)


def _valuation(planned: Planned, net: Floats) -> dict[str, Any]:
    """Return what points of net retention add to the company's price: as wide as draws and sources together."""
    study = planned.study
    points = planned.estimate(100 * net, "points")
    yearly, label = 12 * float(study.customers.bill.sum()), planned.label(study.currency)
    worths = [
        USUAL.of_points(each, yearly_revenue=yearly, currency=study.currency, level=label.level)
        for each in (points.value or 0.0, points.low or 0.0, points.high or 0.0)
    ]
    ends = [end for worth in worths for end in (worth.low, worth.high) if end is not None]
    change = replace(worths[0], low=min(ends), high=max(ends), n=points.n)
    unknown = label.unknown(_CHANGE_ONLY, n=points.n).to_json()
    return {"measure": "valuation", "before": unknown, "after": unknown, "change": change.to_json()}


def bearable(planned: Planned, by: str, *, named: str = "plan") -> list[dict[str, Any]]:
    """Return by plan, or trait, the churn at once at which its raise brings as much as none, and what is foretold."""
    group, names = planned.study.customers.groups([by])
    return [
        {named: name} | _bears(planned, (group == code) & (planned.level > 0))
        for code, name in enumerate(names)
    ]


def _bears(planned: Planned, raised: NDArray[np.bool_]) -> dict[str, Any]:
    count, label = int(raised.sum()), planned.label("share")
    if not count:
        unknown = label.unknown("nobody_is_raised", n=0).to_json()
        nothing = {"raised": 0, "raise": None, "reasons": {"raise": "nobody_is_raised"}}
        return nothing | dict.fromkeys(_BORNE, unknown)
    weight = planned.study.customers.bill[raised]
    weight = weight / weight.sum()
    mean = float(weight @ planned.raises[raised])
    before, after = (
        (1 - planned.stays(level))[:, raised] @ weight
        for level in (np.zeros_like(planned.level), planned.level)
    )
    draws = break_even(mean * planned.realised), before, after, after - before
    told = {
        name: replace(planned.estimate(each, "share"), n=count).to_json()
        for name, each in zip(_BORNE, draws, strict=True)
    }
    return {"raised": count, "raise": mean, "reasons": {}} | told


def frontier(planned: Planned) -> list[dict[str, Any]]:
    """Return what the best plan gains at each budget of churn, nobody held out, the smallest budget first."""
    rails = planned.rails
    steps = STEPS if planned.level.size <= _MANY else _FEW_STEPS
    budgets = np.unique(np.minimum(np.outer(steps, rails.budget), 1.0), axis=0)
    return [
        {"max_churn_change": float(budget[0]), "max_revenue_churn_change": float(budget[1])}
        | {"raised": int((level > 0).sum())}
        | planned.come_to(level)
        for budget, level in zip(budgets, planned.levels_within(budgets), strict=True)
    ]


def right_size(study: RaiseStudy) -> dict[str, Any]:
    """Return how many pay more than the cap of their value, what they pay, and what the cap would be, a month."""
    above = study.earned.pays_too_much
    return {
        "customers": int(above.sum()),
        "mrr": float(study.customers.bill[above].sum()),
        "fair_mrr": float(study.fair_mrr[above].sum()),
        "unit": f"{study.currency}/month",
        "cap": study.terms.capture[1],
    }
