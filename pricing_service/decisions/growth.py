"""Retention and expansion: what is left of the revenue of a year ago, what it grew by, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from models.errors import NotEstimable
from models.estimate import Label
from models.retention.valuation import MultiplePerPoint
from pricing_service.decisions import _needs
from pricing_service.decisions._base import Decision, Options, Outcome, Progress
from pricing_service.decisions._evidence import traits_of
from pricing_service.decisions._growth_forces import Forces, past_forces
from pricing_service.decisions._growth_forecast import Foresight
from pricing_service.decisions._growth_leaving import Leaving
from pricing_service.decisions._growth_ledger import Book, read_book
from pricing_service.decisions._growth_lifetimes import Terms, Worth, staying
from pricing_service.decisions._growth_retention import Retained
from pricing_service.decisions._growth_valuation import slope_of, success_budget, valuation
from pricing_service.decisions._growth_words import growth_caveats, growth_sentences
from pricing_service.panel import StoredPanel

LEAKY_BELOW = 0.82
"""Gross retention of a year that a quarter of private SaaS companies stay below (KeyBanc and Sapphire, 2024)."""


class GrowthOptions(Options):
    """Options of growth and retention."""

    window_months: int = Field(
        12, ge=1, le=36, description="months between the two month-ends that retention compares"
    )
    convention: Literal[
        "endpoint", "without_winbacks", "movements", "movements_with_reactivation", "compounded",
        "average_month", "survivors", "mean_of_ratios", "capped_in_total",
    ] = Field("endpoint", description="how retention is counted; all others are shown beside it")  # fmt: skip
    forecast_months: int = Field(12, ge=1, le=36, description="months that are foreseen")
    discount_rate: float = Field(
        0.12, ge=0, le=1, description="what later money is worth less, a share a year"
    )
    lifetime_months: int = Field(60, ge=12, le=240, description="months that count in a lifetime value")
    leaky_below: float = Field(
        LEAKY_BELOW, gt=0, lt=1, description="gross retention below which the bucket is said to leak"
    )

    multiple_per_point: float | None = Field(
        None,
        ge=0,
        le=5,
        description="by how much price ÷ annual revenue rises with a point of NRR; default: 0.25",
    )
    multiple_least: float | None = Field(
        None, ge=0, le=5, description="the least that it may be; default: 0.2"
    )
    multiple_most: float | None = Field(None, ge=0, le=5, description="the most that it may be; default: 0.4")
    line_of_2021: bool = Field(
        default=False,
        description="show the line of 2021 too: 5 times annual revenue at an NRR of 100 %, 0.7 more a point",
    )

    @model_validator(mode="after")
    def _the_range_holds_its_value(self) -> GrowthOptions:
        self.slope()
        return self

    def slope(self) -> MultiplePerPoint:
        """Return what is believed of a point's worth.

        Raises
        ------
        InvalidInput
            If the range does not hold its value.
        """
        return slope_of(self.multiple_per_point, self.multiple_least, self.multiple_most)


class Growth(Decision):
    """Say how much of the revenue stays, by how much it grows, and by which convention that is counted."""

    title = "Growth and retention"
    needs = (_needs.BILLS,)
    options: ClassVar[type[Options]] = GrowthOptions

    def decide(self, panel: StoredPanel, options: GrowthOptions, *, seed: int, progress: Progress) -> Outcome:
        """Read the ledger, close the bridge of every month, and count retention.

        Raises
        ------
        InvalidInput
            If an option names a trait that the data does not have.
        """
        if options.segment_by is not None:
            traits_of(panel).require(options.segment_by)
        progress("Reading what customers pay", 0, 4)
        about = {"options": options.model_dump(mode="json") | {"as_of": panel.as_of.isoformat()}}
        try:
            book = read_book(panel)
        except NotEstimable as refusal:
            progress(self.title, 4, 4)
            return Outcome(about | _nothing(refusal, panel, options))
        foresight = _foresight(book, options, seed)
        retained = Retained(
            book, window=options.window_months, convention=options.convention, level=options.level, seed=seed
        )
        progress("Counting retention month by month", 1, 4)
        result = about | _result(retained, book, progress)
        last = result["months"][-1]
        leaving, rows = _leaving(panel, options)
        progress("Looking ahead", 2, 4)
        result |= {
            "forecast": foresight.rows(options.forecast_months) if foresight else [],
            "forces": _forces(foresight, book, panel, result["months"][-options.window_months :]),
            **_worth(book, panel, options, result["months"][-options.window_months :]).to_json(seed=seed),
            "leaving": leaving,
            "valuation": valuation(book, last, options.slope(), line_of_2021=options.line_of_2021),
            "success_budget": success_budget(book, panel, last, options.window_months),
        }
        result["sentences"] = growth_sentences(result, leaky_below=options.leaky_below)
        result["caveats"] = growth_caveats(result, book)
        progress(self.title, 4, 4)
        return Outcome(result, rows)


def _result(retained: Retained, book: Book, progress: Progress) -> dict[str, Any]:
    months = retained.months(lambda done, total: progress(f"Month {done + 1} of {total}", done, total))
    progress("Following cohorts", 1, 4)
    return {
        "months": months,
        "convention": retained.convention(),
        "variants": retained.variants(),
        "concentration": retained.concentration(),
        "doubled": retained.doubled().to_json(),
        "cohorts": retained.cohorts(),
        "by_age": retained.by_age(staying(book, level=retained.level)),
        "currency": book.currency,
    }


def _foresight(book: Book, options: GrowthOptions, seed: int) -> Foresight | None:
    try:
        return Foresight.of(book, window=options.window_months, level=options.level, seed=seed)
    except NotEstimable:
        return None


def _leaving(
    panel: StoredPanel, options: GrowthOptions
) -> tuple[dict[str, Any], Mapping[str, list[Any]] | None]:
    try:
        found = Leaving.of(panel, level=options.level)
        return found.to_json(), found.rows()
    except NotEstimable as refusal:
        return {"effects": [], "out_of_time": {}, "reason": refusal.reason}, None


def _worth(book: Book, panel: StoredPanel, options: GrowthOptions, latest: list[dict[str, Any]]) -> Worth:
    terms = Terms(options.discount_rate, options.lifetime_months, options.level)
    won = sum(month["movements"]["new"] for month in latest)
    return Worth.of(book, panel, terms, window=options.window_months, won=won)


def _forces(
    foresight: Foresight | None, book: Book, panel: StoredPanel, latest: list[dict[str, Any]]
) -> dict[str, Any]:
    ahead = Forces.of(foresight, panel).to_json() if foresight else {"levers": []}
    return {"past": past_forces(book, latest), **ahead}


def _nothing(refusal: NotEstimable, panel: StoredPanel, options: GrowthOptions) -> dict[str, Any]:
    units = {
        "doubled": "share", "lifetime_value": f"{panel.currency}/customer", "lifetime_value_growth": "share",
        "acquisition_cost": f"{panel.currency}/customer", "cac_payback_months": "months",
    }  # fmt: skip
    unknown = {
        name: Label(unit=unit, level=options.level).unknown(refusal.reason, n=0).to_json()
        for name, unit in units.items()
    }
    lists = ("months", "cohorts", "by_age", "forecast", "caveats")
    parts = (
        "convention",
        "variants",
        "concentration",
        "forces",
        "valuation",
        "success_budget",
        "lifetime",
        "leaving",
    )
    return {
        **{name: [] for name in lists},
        **{name: {} for name in parts},
        **unknown,
        "sentences": [f"Retention is not known: {refusal}."],
    }
