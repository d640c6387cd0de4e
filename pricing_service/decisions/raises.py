"""Price raises that added value has earned: for whom, by how much, from when on, and what they do to churn."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from models.errors import NotEstimable
from models.estimate import Label
from models.pricing.capture import CAPTURE
from models.pricing.raises.rhythm import YEAR
from models.threads import on_one_thread
from pricing_service.decisions import _needs
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._evidence import traits_of
from pricing_service.decisions._raise_band import without_response
from pricing_service.decisions._raise_counter_words import counter_sentences
from pricing_service.decisions._raise_effect_words import effect_sentences
from pricing_service.decisions._raise_effects import effects, no_effects, right_size
from pricing_service.decisions._raise_entries import (
    captured_chart,
    earned_entry,
    elasticity,
    rows_of,
    skipped,
)
from pricing_service.decisions._raise_feature_words import feature_sentences
from pricing_service.decisions._raise_features import NO_FEATURES, Features, feature_section
from pricing_service.decisions._raise_grandfathering import grandfathering, nothing_grandfathered
from pricing_service.decisions._raise_grandfathering_words import grandfathering_sentences
from pricing_service.decisions._raise_letters import with_evidence
from pricing_service.decisions._raise_past import no_past_raises, past_raises
from pricing_service.decisions._raise_plan import Planned, Rails
from pricing_service.decisions._raise_study import RaiseStudy
from pricing_service.decisions._raise_terms import RaiseTerms
from pricing_service.decisions._raise_threats import threats
from pricing_service.decisions._raise_usual import usual_raise, usual_sentences
from pricing_service.decisions._raise_waves import Waves
from pricing_service.decisions._raise_willing_entries import above_willingness, no_willingness
from pricing_service.decisions._raise_words import raise_sentences
from pricing_service.panel import StoredPanel

FAIRNESS = ("plan", "version", "usage_band")
_WITHIN = 0.9


class RaiseOptions(Options):
    """Options of price raises."""

    metric: str | None = Field(None, description="the metric; default: the one that value_metrics recommends")
    max_raise: float = Field(0.25, gt=0, le=1, description="the highest raise of one customer, a share")
    max_churn_change: float = Field(
        0.01, ge=0, le=1, description="how much more of the customers may be lost in a year, a share"
    )
    max_revenue_churn_change: float | None = Field(
        None, ge=0, le=1, description="how much more of the revenue may be lost; default: max_churn_change"
    )
    capture_cap: float = Field(
        CAPTURE[1], gt=0, le=1, description="the largest share of its value that a customer is asked for"
    )
    horizon_months: int = Field(24, ge=12, le=60, description="months in which gains count")
    discount_rate: float = Field(
        0.12, ge=0, le=1, description="what later money is worth less, a share a year"
    )
    fairness_by: list[str] = Field(
        list(FAIRNESS),
        description="who has the same of these gets the same raise: plan, version, usage_band, traits",
    )
    notice_days: int = Field(60, ge=0, le=366, description="days between telling a raise and asking it")
    risk_aversion: float = Field(
        0.0,
        ge=0,
        le=1,
        description="how much the mean of the worst tenth of draws counts beside the mean of all",
    )

    accept: list[Literal["staggered", "cross_sectional"]] = Field(
        [],
        description="weaker evidence that may tell how churn answers where nothing stronger does: staggered,"
        " raises of whole plans one after another; cross_sectional, list prices at which customers of one plan came",
    )
    downgrades: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="of customers whom a raise drives away, the share that takes the next lower plan instead;"
        " default: learned from past raises",
    )
    hold_out: float = Field(
        0.1,
        ge=0,
        le=0.5,
        description="who is told nothing for a year, by lot, to learn from; a share of each wave",
    )
    grandfather: list[str] = Field(
        [],
        description="who keeps its price for good: a plan, or `plan@version`, a version being the day on which its"
        " price began, or `before` the first such day",
    )
    grandfather_months: int = Field(
        0,
        ge=0,
        le=60,
        description="months before which nobody who pays today is asked a new price; churn is then counted up to a"
        " year after them",
    )

    def terms(self, seed: int) -> RaiseTerms:
        """Return what a plan has to keep to."""
        low = min(CAPTURE[0], self.capture_cap)
        return RaiseTerms(
            self.max_raise, (low, self.capture_cap), self.horizon_months, self.discount_rate, self.notice_days,
            self.level, seed, tuple(self.accept), self.downgrades, self.metric,
            tuple(self.grandfather), self.grandfather_months, YEAR + self.grandfather_months,
        )  # fmt: skip

    def rails(self) -> Rails:
        """Return budgets and fairness."""
        revenue = (
            self.max_churn_change if self.max_revenue_churn_change is None else self.max_revenue_churn_change
        )
        return Rails(self.max_churn_change, revenue, _WITHIN, self.risk_aversion, self.fairness_by)


class Raises(Decision):
    """Say who may be raised by how much, what that is worth, and how churn answers to price."""

    title = "Price raises"
    needs = (_needs.BILLS, _needs.VALUE)
    options: ClassVar[type[Options]] = RaiseOptions

    @on_one_thread
    def decide(self, panel: StoredPanel, options: RaiseOptions, *, seed: int, progress: Progress) -> Outcome:
        """Learn how churn answers to price and plan raises; where data cannot tell, give a band and no plan.

        Raises
        ------
        InvalidInput
            If an option names a trait, a plan or a version that the data does not have.
        """
        traits = traits_of(panel)
        for name in [options.segment_by, *(set(options.fairness_by) - set(FAIRNESS))]:
            traits.require(name)
        progress("Reading what customers pay and get", 0, 3)
        about = {
            "options": options.model_dump(mode="json") | {"as_of": panel.as_of.isoformat()},
            "currency": panel.currency,
        }
        try:
            study = RaiseStudy.of(panel, options.terms(seed))
        except NotEstimable as refusal:
            progress(self.title, 3, 3)
            return Outcome(about | _nothing(refusal, panel.currency, options.level))
        progress("Weighing raises", 1, 3)
        found, waves = _answer(study, options)
        progress("Telling what they do", 2, 3)
        features = Features.of(panel)
        section = feature_section(
            panel, features, study.customers.ids, capture=options.capture_cap, level=options.level, seed=seed
        )
        rows = with_evidence(panel, rows_of(study, waves), study, features)
        past = past_raises(panel, study.customers, level=options.level)
        kept = grandfathering(panel, study, waves, study.not_planned)
        result = about | found | {"features": section, "past_raises": past, "grandfathering": kept}
        result["sentences"] = [
            *raise_sentences(result), *effect_sentences(result), *counter_sentences(result),
            *grandfathering_sentences(result), *usual_sentences(result), *feature_sentences(result, rows["reasons"]),
        ]  # fmt: skip
        progress(self.title, 3, 3)
        return Outcome(result, rows)


def _answer(study: RaiseStudy, options: RaiseOptions) -> tuple[dict[str, Any], Waves | None]:
    """Return the result, and the plan in waves where there is one."""
    shared = {
        "elasticity": elasticity(study),
        "earned": earned_entry(study),
        "skipped": skipped(study),
        "right_size": right_size(study),
        "coming": study.customers.coming.entry(
            study.customers.ids, study.customers.paid, unit=f"{study.currency}/month"
        ),
        "bargaining": study.bargains.entry(options.level),
        "usual_raise": usual_raise(),
        "customers": len(study.customers.ids),
    }
    if not study.identified:
        return (
            shared | without_response(study) | no_effects(study.not_planned, study.currency, options.level),
            None,
        )
    waves = Waves(Planned.of(study, options.rails()), options.hold_out, study.terms.seed)
    return shared | _planned(waves) | effects(waves, options.segment_by), waves


def _planned(waves: Waves) -> dict[str, Any]:
    whole, planned = waves.planned, waves.told
    study, rails, currency = planned.study, planned.rails, planned.study.currency
    gains, (customers, revenue) = planned.gains(), planned.churns()
    raised = planned.level > 0
    plan = planned.plan
    return {
        "policy": {
            "raised": int(raised.sum()),
            "median_raise": float(np.median(planned.raises[raised])) if raised.any() else None,
            "reasons": {} if raised.any() else {"median_raise": "nobody_is_raised"},
            "groups": _groups(waves),
            "levels": study.terms.levels.tolist(),
            "fairness_by": rails.fairness_by,
            "certificate": {
                "method": plan.knapsack.method, "gap": plan.knapsack.gap, "worth": plan.worth,
                "bound_of_all_plans": plan.bound,
            },
        },
        "expected": {
            "lifetime_value_change": planned.estimate(gains, currency).to_json(),
            "churn_change": planned.estimate(customers, "share").to_json(),
            "revenue_churn_change": planned.estimate(revenue, "share").to_json(),
            "mrr_change": planned.estimate(planned.mrr_change(), f"{currency}/month").to_json(),
            "chance_of_gain": float((gains > 0).mean()) if raised.any() else None,
            "reasons": {} if raised.any() else {"chance_of_gain": "nobody_is_raised"},
        },
        "beside": {
            "flat": planned.flat(), "by_plan": planned.by_plan(), "without_fairness": planned.without_fairness(),
            "without_hold_out": whole.come_to(whole.level),
        },
        "waves": waves.entries(),
        "hold_out": waves.hold_out(),
        "threats": threats(whole),
        "above_willingness": above_willingness(waves),
        "band": [],
        "would_tell": {},
        "charts": captured_chart(waves),
    }  # fmt: skip


def _groups(waves: Waves) -> list[dict[str, Any]]:
    """Return each group with its raise, in order of what it pays."""
    planned, found = waves.told, []
    study = planned.study
    for code in range(int(planned.group.max()) + 1):
        mine = planned.group == code
        raised = mine & (planned.level > 0)
        if raised.any():
            found.append(
                {
                    "group": planned.names[code],
                    "customers": int(mine.sum()),
                    "raised": int(raised.sum()),
                    "raise": float(study.terms.levels[planned.plan.level[code]]),
                    "mrr": float(study.customers.bill[mine].sum()),
                    "lowest_counter": waves.lowest_counters[code].lowest.to_json(),
                    "lowest_counter_if_all": waves.lowest_counters[code].if_all.to_json(),
                }
            )
    return sorted(found, key=lambda row: -row["mrr"])


def _nothing(refusal: NotEstimable, currency: str, level: float) -> dict[str, Any]:
    units = {
        "lifetime_value_change": currency, "churn_change": "share", "revenue_churn_change": "share",
        "mrr_change": f"{currency}/month",
    }  # fmt: skip
    unknown = {
        name: Label(unit=unit, level=level).unknown(refusal.reason, n=0).to_json()
        for name, unit in units.items()
    }
    untold = ("identified_by", "staggered", "cross_sectional")
    slope = Label(unit="log odds/log price", level=level).unknown(refusal.reason, n=0).to_json()
    return no_effects(refusal.reason, currency, level) | {
        "grandfathering": nothing_grandfathered(refusal.reason, currency, level),
        "policy": {}, "expected": unknown | {"chance_of_gain": None, "reasons": {"chance_of_gain": refusal.reason}},
        "elasticity": slope | dict.fromkeys(untold) | {"reasons": dict.fromkeys(untold, refusal.reason)}
        | {"by_willingness": no_willingness(refusal.reason, level)},
        "skipped": [], "earned": {}, "coming": {}, "bargaining": {}, "beside": {}, "band": [],
        "usual_raise": usual_raise(), "would_tell": {}, "customers": 0,
        "past_raises": no_past_raises(refusal, level=level),
        "waves": [], "hold_out": {}, "threats": {}, "above_willingness": {},
        "right_size": {}, "charts": {}, "features": dict(NO_FEATURES),
        "sentences": [f"Nothing can be said of raises: {refusal}."],
    }  # fmt: skip
