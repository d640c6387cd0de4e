"""Which customers are ideal: who succeeds, which traits foretold it at signing, and how to tell a lead that will."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from models.estimate import Estimate
from pricing_service.decisions import _needs
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._evidence import traits_of
from pricing_service.decisions._ideal_caveats import ideal_caveats, next_ideal_data
from pricing_service.decisions._ideal_entries import (
    ideal_group,
    profile,
    score_quality,
    scored_rows,
    success_entry,
)
from pricing_service.decisions._ideal_study import TOP_SHARE, Asked, Study, study_of
from pricing_service.decisions._ideal_words import ideal_sentences
from pricing_service.decisions._lead_scores import score_leads
from pricing_service.decisions._lifetimes import DISCOUNT_RATE, HORIZON_MONTHS, Lifetimes, read_lifetimes
from pricing_service.panel import StoredPanel


class IdealCustomerOptions(Options):
    """Options of the profile of ideal customers."""

    window_months: int | None = Field(
        None,
        ge=1,
        le=60,
        description="months after signing in which success is judged; default: 12, less in a young book",
    )
    top_share: float = Field(
        TOP_SHARE, gt=0, lt=1, description="the share of customers that counts as success"
    )
    significance: float = Field(
        0.1, gt=0, lt=0.5, description="the share of levels standing out that may do so by chance"
    )
    traits: list[str] | None = Field(None, min_length=1, description="traits to look at; all by default")


class IdealCustomers(Decision):
    """Say which customers are worth most and get most, and by which traits they could have been told."""

    title = "Ideal customers"
    needs = (_needs.TRAITS, _needs.SUCCESS)
    options: ClassVar[type[Options]] = IdealCustomerOptions

    def decide(
        self, panel: StoredPanel, options: IdealCustomerOptions, *, seed: int, progress: Progress
    ) -> Outcome:
        """Judge success, fit the score, rehearse it, and score customers and leads.

        Raises
        ------
        InvalidInput
            If an option names a trait that the data does not have.
        """
        if options.segment_by is not None:
            traits_of(panel).require(options.segment_by)
        progress("Following customers from signing on", 0, 4)
        lifetimes = read_lifetimes(panel, level=options.level)
        asked = Asked(options.window_months, options.top_share, options.traits, options.level, seed)
        study = study_of(panel, lifetimes, asked)
        progress("Rehearsing the score", 1, 4)
        result = _of_study(study, options)
        progress("Scoring leads", 2, 4)
        card = study.scorecard if study else None
        result |= {
            "customers": len(lifetimes.customers),
            "lifetime_value": _lifetime_value(lifetimes, panel.currency, options, seed),
            "leads": score_leads(panel, card, level=options.level, seed=seed) or {},
            "scorecard": card.to_json() if card else {},
            "as_of": panel.as_of.isoformat(),
            "options": options.model_dump(mode="json") | {"as_of": panel.as_of.isoformat()},
        }
        progress("Writing the result", 3, 4)
        result["sentences"] = ideal_sentences(result, panel.currency)
        result["caveats"] = [
            {"code": each.code, "message": each.message} for each in ideal_caveats(result, study, panel)
        ]
        result["next_data"] = next_ideal_data(result, study, panel)
        progress(self.title, 4, 4)
        rows = {"customer_id": lifetimes.customers}
        rows |= scored_rows(study, lifetimes.customers, level=options.level) | lifetimes.rows()
        return Outcome(result, rows)


def _of_study(study: Study | None, options: IdealCustomerOptions) -> dict[str, Any]:
    """Return what follows from the study alone."""
    if study is None:
        quality = {"predicts": "cannot_tell", "out_of_sample": None, "out_of_time": None}
        nothing = dict.fromkeys(("out_of_sample", "out_of_time"), "nothing_dated")
        return {
            "success": {
                "window_months": None, "known": 0, "too_early": 0, "seen_late": 0, "parts": [], "share": None,
                "reasons": dict.fromkeys(("window_months", "share"), "nothing_dated"),
            },
            "profile": [], "score_quality": quality | {"reasons": nothing}, "ideal": {},
            "traits": [], "left_out": [],
        }  # fmt: skip
    return {
        "success": success_entry(study),
        "profile": profile(study, significance=options.significance),
        "score_quality": score_quality(study),
        "ideal": ideal_group(study) or {},
        "traits": [{"trait": name, "as_of": study.traits.as_of[name]} for name in study.names],
        "left_out": [{"trait": name, "why": why} for name, why in sorted(study.traits.left_out.items())],
    }


def _lifetime_value(
    lifetimes: Lifetimes, currency: str, options: IdealCustomerOptions, seed: int
) -> dict[str, Any]:
    staying = lifetimes.staying
    hazard = (
        staying.monthly_hazard(level=options.level)
        if staying
        else Estimate.unknown(lifetimes.reason, unit="share", level=options.level)
    )
    return {
        "typical": lifetimes.typical(currency=currency, level=options.level, seed=seed).to_json(),
        "leaving_a_month": hazard.to_json(),
        "horizon_months": HORIZON_MONTHS,
        "discount_rate": DISCOUNT_RATE,
    }
