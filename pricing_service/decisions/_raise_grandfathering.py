"""Who keeps an old price: what that costs and spares, and how far each version of a plan's price lags.

What it costs is the best plan without it less the plan with it, on the draws that planning did not see and within the
same budgets. Who is spared is counted up to the same day under both plans: a year after everybody may be asked again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Label
from models.order_statistics import median_bounds
from pricing_service.decisions._list_prices import at_list
from pricing_service.decisions._raise_plan import Planned
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_waves import Waves
from pricing_service.panel import StoredPanel

NOBODY = "nobody_is_grandfathered"


def grandfathering(panel: StoredPanel, study: RaiseStudy, waves: Waves | None, why: str) -> dict[str, Any]:
    """Return who keeps its price for good, what keeping prices costs and spares, and where each version stands.

    `why` is the reason why there is no plan, where there are no `waves`.
    """
    kept = study.kept_for_good
    found = {"customers": int(kept.sum()), "mrr": float(study.customers.paid[kept].sum())}
    asked = kept.any() or study.terms.grandfather_months > 0
    told = _unknown(study, NOBODY if not asked else why) if not asked or waves is None else _forgone(waves)
    return found | told | {"by_version": by_version(panel, study)}


def nothing_grandfathered(reason: str, currency: str, level: float) -> dict[str, Any]:
    """Return the same where nobody is known to pay: nulls with the reason."""
    unknown = {
        name: Label(unit=unit, level=level).unknown(reason, n=0).to_json()
        for name, unit in (("lifetime_value_forgone", currency), ("churn_spared", "share"))
    }
    return {"customers": 0, "mrr": 0.0, "by_version": []} | unknown


def _unknown(study: RaiseStudy, reason: str) -> dict[str, Any]:
    found = nothing_grandfathered(reason, study.currency, study.terms.level)
    return {name: found[name] for name in ("lifetime_value_forgone", "churn_spared")}


def _forgone(waves: Waves) -> dict[str, Any]:
    """Return what the best plan with nobody's price kept would bring more, and lose more, of those really raised."""
    mine = waves.told
    study, terms = mine.study, mine.study.terms
    free = replace(study, terms=terms.without_grandfathering())
    other = Waves(Planned.of(free, mine.rails), waves.share, waves.seed).told
    longer = other
    if terms.watched != free.terms.watched:
        longer = replace(other, study=replace(free, terms=replace(free.terms, watched=terms.watched)))
    return {
        "lifetime_value_forgone": mine.estimate(other.gains() - mine.gains(), mine.currency).to_json(),
        "churn_spared": mine.estimate(longer.churns()[0] - mine.churns()[0], "share").to_json(),
    }


def by_version(panel: StoredPanel, study: RaiseStudy) -> list[dict[str, Any]]:
    """Return each version of each plan's price with those on it, in order of plan and version."""
    customers = study.customers
    plans, versions = customers.plans, customers.version
    listed, why = _listed(panel, customers.ids)
    gap = 1 - customers.paid / np.where(listed > 0, listed, np.nan)
    label = Label(unit="share", method="median of customers", level=study.terms.level)
    found = []
    for plan, version in sorted(set(zip(plans.tolist(), versions.tolist(), strict=True))):
        mine = (plans == plan) & (versions == version)
        reasons = {} if plan else {"plan": "no_plan"}
        found.append(
            {
                "plan": plan or None,
                "version": version or None,
                "grandfathered": bool(study.kept_for_good[mine].all()),
                "customers": int(mine.sum()),
                "mrr": float(customers.paid[mine].sum()),
                "captured_share": _median(study.earned.captured[mine], label, "no_value_known"),
                "list_gap": _median(gap[mine], label, why),
                "reasons": reasons if version else reasons | {"version": "version_not_known"},
            }
        )
    return found


def _listed(panel: StoredPanel, ids: list[str]) -> tuple[Floats, str]:
    """Return what today's list asks of each (n,), and why it does not tell where it does not."""
    try:
        return at_list(panel, ids), "not_on_price_list"
    except NotEstimable as refusal:
        return np.full(len(ids), np.nan), refusal.reason


def _median(values: Floats, label: Label, reason: str) -> dict[str, Any]:
    """Return the median of what is known, as an estimate; few customers have none."""
    known = values[np.isfinite(values)]
    low, high = median_bounds(known, label.level)
    if not np.isfinite(low):
        why = "insufficient_customers" if known.size else reason
        return label.unknown(why, n=known.size).to_json()
    return label.known(float(np.median(known)), low, high, n=known.size).to_json()
