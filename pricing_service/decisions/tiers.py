"""A menu of tiers that customers climb: what each includes and costs, what it earns, and what it does to everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import Field

from models.errors import NotEstimable
from models.estimate import Estimate
from models.pricing.tiers.price_points import Endings
from models.pricing.tiers.usage import Kept
from pricing_service.decisions import _needs
from pricing_service.decisions._alternatives import net_worth, with_alternatives
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._evidence import gather
from pricing_service.decisions._list_prices import Asked, asked_of_newcomers
from pricing_service.decisions._newcomers import newcomers_of
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions._tier_charts import tier_charts
from pricing_service.decisions._tier_customers import TierCustomers
from pricing_service.decisions._tier_design import Design, Rules
from pricing_service.decisions._tier_effects import Effects
from pricing_service.decisions._tier_fences import fences_of
from pricing_service.decisions._tier_frontier import FrontierSearch
from pricing_service.decisions._tier_ideal import Ideal
from pricing_service.decisions._tier_level import surest_level
from pricing_service.decisions._tier_menus import Found, MenuSearch, fewest_tiers
from pricing_service.decisions._tier_paths import Paths
from pricing_service.decisions._tier_words import tier_names, tier_sentences, what_for
from pricing_service.decisions.unit_worth import UnitWorthOptions, chosen_metric, pool_of
from pricing_service.panel import Metric, StoredPanel

_DRAWS = 64
_LAWS: tuple[Kept, ...] = ("hard", "linear", "concave")


class TierOptions(Options):
    """Options of the tier menu."""

    metric: str | None = Field(None, description="the metric; default: the one that value_metrics recommends")
    max_tiers: int = Field(4, ge=1, le=6, description="most tiers")
    overage: bool = Field(True, description="whether tiers may sell units beyond what they include")
    fences: bool = Field(True, description="whether to say which features begin in which tier")
    kept: Kept = Field(
        "concave", description="how much of its value a need keeps that is cut off: hard, linear, concave"
    )
    max_cliff: float | None = Field(
        None, gt=0, description="steepest jump of a bill for one more unit, as a share of the fee"
    )
    max_bill_rise: float | None = Field(
        None, ge=0, description="largest rise that an existing customer can be forced into, a share"
    )
    price_endings: Endings = Field("nine", description="how fees end: nine, round, any")
    capture_cap: float | None = Field(
        None, gt=0, le=1, description="the largest share of its value that a customer is taken to pay"
    )
    ideal_weight: float = Field(
        1.0,
        ge=1,
        le=100,
        description="how many times as much an ideal customer counts where menus are sought",
    )
    frontier_trials: int = Field(
        160,
        ge=1,
        le=4000,
        description="menus looked at for the frontier, in whole generations of 40; more go on from those kept",
    )

    def rules(self, *, unit_cost: float) -> Rules:
        """Return them as the design takes them."""
        return Rules(
            kept=self.kept, overage=self.overage, unit_cost=unit_cost, endings=self.price_endings,
            max_cliff=self.max_cliff, max_bill_rise=self.max_bill_rise, capture_cap=self.capture_cap,
        )  # fmt: skip


class Tiers(Decision):
    """Design the menu that earns most when customers choose for themselves."""

    title = "Tiers"
    needs = (_needs.USAGE, _needs.WILLINGNESS)
    options: ClassVar[type[Options]] = TierOptions

    def decide(self, panel: StoredPanel, options: TierOptions, *, seed: int, progress: Progress) -> Outcome:
        """Design a menu; where data carry none, the result says why.

        Raises
        ------
        InvalidInput
            If an option names a metric or a trait that the data does not have.
        """
        steps = options.max_tiers + 3
        progress("Reading what customers need and would pay", 0, steps)
        asked = UnitWorthOptions(metric=options.metric, as_of=options.as_of, level=options.level)
        chosen = chosen_metric(panel, asked, seed)
        outcomes = gather(panel, metrics=[chosen.metric])
        outcomes.traits.require(options.segment_by)
        evidence, _ = with_alternatives(outcomes, net_worth(panel))
        study = WorthStudy(evidence, segment_by=options.segment_by, level=options.level, seed=seed)
        question, caveats = _Question(panel, study.metric, options, seed), list(chosen.caveats)
        try:
            customers = TierCustomers.of(study, pool_of(study, asked, seed), draws=_DRAWS, seed=seed)
            today = asked_of_newcomers(panel, customers.ids, customers.bill, level=options.level)
            caveats += today.caveats
            found = question.answered(customers.asking(today.monthly), today, progress)
        except NotEstimable as refusal:
            found = Outcome(_no_menu(refusal, currency=panel.currency, level=options.level))
        about = question.about() | {"caveats": [{"code": c.code, "message": c.message} for c in caveats]}
        progress(self.title, steps, steps)
        return Outcome(about | found.result, found.rows)


@dataclass(frozen=True)
class _Question:
    """For whom and for which metric a menu is asked."""

    panel: StoredPanel
    metric: Metric
    options: TierOptions
    seed: int

    def about(self) -> dict[str, Any]:
        """Return what the answer is about."""
        as_of = self.panel.as_of.isoformat()
        told = {"metric": self.metric.metric, "as_of": as_of}
        return {
            **told,
            "unit": f"{self.panel.currency}/month",
            "options": self.options.model_dump(mode="json") | told,
        }

    def answered(self, customers: TierCustomers, today: Asked, progress: Progress) -> Outcome:
        """Seek, prove and try a menu, beside what newcomers are asked today."""
        options, currency, steps = self.options, self.panel.currency, self.options.max_tiers + 3
        ideal = Ideal.of(self.panel, weight=options.ideal_weight, level=options.level, seed=self.seed)
        customers = customers.weighed(ideal.among(customers.ids), ideal.weight)
        coming = newcomers_of(self.panel)
        rules = options.rules(unit_cost=self.metric.unit_cost or 0.0)
        design = Design.around(customers, rules, newcomers=coming.count)
        search = MenuSearch(design, customers, seed=self.seed)
        found = search.up_to(options.max_tiers, lambda done: progress(f"Designing {done} tiers", done, steps))
        progress("Proving the menu", steps - 2, steps)
        best, certificate = search.certified(fewest_tiers(found))
        progress("Trying the menu on every customer", steps - 1, steps)
        level = surest_level(search, customers, best.menu)
        search, design = level.search, level.search.design
        best, certificate = search.priced(replace(best, menu=level.menu), certificate)
        effects = Effects(design, customers, best.menu, currency, options.level)
        paths = Paths(effects, tier_names(len(best.menu)))
        frontier = FrontierSearch(
            options.frontier_trials,
            self.panel.kept,
            lambda done, total: progress("Looking for compromises", done, total),
        )
        result: dict[str, Any] = {
            **_menu(design, best, paths, self.metric),
            **_or_why(
                against_menu=(effects.against_menu(), "menu_is_advised"),
                today_rests_on=(today.rests_on, "no_bills"),
            ),
            "usual_discount": today.usual_discount.to_json(),
            "price_level": level.factor,
            "ideal": ideal.effects(paths),
            "certificate": certificate.to_json()
            | _or_why(held_out_regret=(search.held_out_regret(best.tiers), "half_earns_nothing")),
            "by_tier_count": _by_tier_count(found),
            "sensitivity": _other_laws(search, best),
            "overage": _overage(search, best, paths),
            "fences": self._fences(paths),
            "newcomers_rest_on": coming.basis,
        }
        result["charts"] = tier_charts(paths, result["tiers"], frontier.of(search, best))
        result["sentences"] = tier_sentences(result, self.metric, currency)
        return Outcome(result, paths.rows())

    def _fences(self, paths: Paths) -> dict[str, Any]:
        if not self.options.fences:
            return {"features": [], "reason": "not_asked"}
        return fences_of(self.panel, paths.paying.ids, paths.tier, paths.names, level=self.options.level)


def _no_menu(refusal: NotEstimable, *, currency: str, level: float) -> dict[str, Any]:
    """Return an answer without a menu, and why there is none."""

    def unknown(unit: str) -> dict[str, Any]:
        return Estimate.refused(refusal, unit=unit, n=0, level=level).to_json()

    about_today = ("against_today", "todays_plans", "recommendation", "against_menu")
    nothing = ("certificate", *about_today, "today_rests_on", "price_level", "overage", "ideal")
    return {
        "tiers": [],
        "expected": {
            "monthly_revenue": unknown(f"{currency}/month"),
            "share_of_value_captured": unknown("share"),
        },
        "usual_discount": unknown("share"),
        **dict.fromkeys(nothing),
        "reasons": dict.fromkeys(nothing, refusal.reason),
        "by_tier_count": [],
        "sensitivity": [],
        "fences": {"features": [], "reason": refusal.reason},
        "charts": {},
        "sentences": [f"No menu of tiers can be designed: {refusal}."],
    }


def _menu(design: Design, best: Found, paths: Paths, metric: Metric) -> dict[str, Any]:
    """Return the tiers with who would be in each, and what the menu earns beside today's prices."""
    effects = paths.effects
    tiers = []
    for at, (name, tier) in enumerate(zip(paths.names, design.described(best.menu), strict=True)):
        existing = effects.existing.tier == at
        shares = {
            "share_of_customers": float(existing.mean()) if existing.size else None,
            "share_of_newcomers": float((effects.newcomers.tier == at).mean()),
        }
        row = {"name": name, **tier, **shares, **paths.of_tier(at)}
        why = {"overage_price": "not_sold", "share_of_customers": "no_bills"}
        if missing := {field: reason for field, reason in why.items() if row[field] is None}:
            row["reasons"] = missing | row.get("reasons", {})
        tiers.append(row | {"for": what_for(row, metric)})
    return {
        "tiers": tiers,
        "expected": effects.expected(),
        "against_today": effects.against_today(),
        "todays_plans": effects.todays_plans(),
        "recommendation": effects.recommendation(),
    }


def _overage(search: MenuSearch, best: Found, paths: Paths) -> dict[str, Any]:
    """Return what overage prices bring, and by how much usage beyond what is included may shrink under them.

    At the break-even the menu earns what the best menu of as many tiers without overage prices earns.
    """
    earned = paths.overage()
    if earned == 0:
        return {
            "monthly_revenue": 0.0,
            "break_even_shrink": None,
            "reasons": {"break_even_shrink": "no_overage"},
        }
    ahead = best.earns - search.without_overage(best.tiers)
    return {"monthly_revenue": earned, "break_even_shrink": min(max(ahead / earned, 0.0), 1.0)}


def _or_why(**fields: tuple[float | str | None, str]) -> dict[str, Any]:
    """Return the values of fields, and the reasons beside them of those that are null, from (value, reason) each."""
    values = {name: value for name, (value, _) in fields.items()}
    reasons = {name: why for name, (value, why) in fields.items() if value is None}
    return values | ({"reasons": reasons} if reasons else {})


def _by_tier_count(found: list[Found]) -> list[dict[str, Any]]:
    """Return what each further tier is worth."""
    rows, before = [], 0.0
    for each in found:
        adds = each.earns / before - 1 if before > 0 else None
        row = {"tiers": each.tiers, "monthly_margin": each.earns}
        rows.append(row | _or_why(adds=(adds, "first_tier")))
        before = each.earns
    return rows


def _other_laws(search: MenuSearch, best: Found) -> list[dict[str, Any]]:
    """Return what the menu would earn if a need that is cut off kept its value by another law."""
    rows = []
    for law in _LAWS:
        market = search.design.market(search.customers, kept=law)
        own = search.best(market, search.customers, best.tiers, given=[best.menu])
        most = market.earns(own or ())
        earned = market.earns(best.menu)
        of_best = earned / most if most > 0 else None
        row = {"kept": law, "monthly_margin": earned}
        rows.append(row | _or_why(share_of_its_best=(of_best, "nobody_would_pay")))
    return rows
