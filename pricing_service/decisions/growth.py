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
from pricing_service.decisions._growth_buyer_words import buyer_sentences
from pricing_service.decisions._growth_buyers import buyers
from pricing_service.decisions._growth_calendar import Contracts
from pricing_service.decisions._growth_caveats import growth_caveats
from pricing_service.decisions._growth_ends import Ends
from pricing_service.decisions._growth_forces import Forces, past_forces
from pricing_service.decisions._growth_forecast import Foresight, history
from pricing_service.decisions._growth_leaving import Leaving
from pricing_service.decisions._growth_ledger import Book, read_book
from pricing_service.decisions._growth_lifetimes import Terms, Worth
from pricing_service.decisions._growth_lives import staying
from pricing_service.decisions._growth_months import PaidMonths
from pricing_service.decisions._growth_renewals import Renewals, with_due
from pricing_service.decisions._growth_retention import Retained
from pricing_service.decisions._growth_segments import Segments
from pricing_service.decisions._growth_success import success_budget, unknown_budget
from pricing_service.decisions._growth_valuation import slope_of, valuation
from pricing_service.decisions._growth_value import bridge_of_value, value_kept
from pricing_service.decisions._growth_words import LEAKY_BELOW, growth_sentences
from pricing_service.decisions._growth_worths import Worths, unknown_worths
from pricing_service.panel import StoredPanel


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
        LEAKY_BELOW,
        gt=0,
        lt=1,
        description="gross retention of a year below which the bucket is said to leak",
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
        about: dict[str, Any] = {
            "options": options.model_dump(mode="json") | {"as_of": panel.as_of.isoformat()}
        }
        about["buyers"], single = buyers(panel, terms_of(options), seed=seed)
        words = buyer_sentences(about["buyers"], panel.currency)
        try:
            book = read_book(panel)
        except NotEstimable as refusal:
            progress(self.title, 4, 4)
            nothing = _nothing(refusal, panel, options)
            nothing["sentences"] += words
            return Outcome(about | nothing, _rows(None, single))
        retained = Retained(
            book, window=options.window_months, convention=options.convention, level=options.level
        )
        progress("Counting retention month by month", 1, 4)
        result = about | _result(retained, book, progress)
        progress("Looking ahead", 2, 4)
        paid = PaidMonths.of(panel)
        leaving = _leaving(paid, options)
        result |= _ahead(panel, book, options, seed=seed, months=result["months"], leaving=leaving)
        ends = Ends.of(paid, book, level=options.level, seed=seed)
        moves, rows = _moves(leaving, ends, options, margin=result["gross_margin"], currency=book.currency)
        by_segment, worst = _segments(panel, book, options)
        renewals = _renewals(panel, book, options)
        reasons = result["reasons"] | by_segment["reasons"] | renewals["reasons"]
        result["lifetime"] |= {"by_customer": moves.pop("by_customer")}
        result |= by_segment | renewals | moves | {"reasons": reasons}
        result["forecast"] = with_due(result["forecast"], renewals["renewals"])
        result["caveats"] = growth_caveats(result, book, panel)
        result["sentences"] = growth_sentences(result, leaky_below=options.leaky_below, worst=worst) + words
        progress(self.title, 4, 4)
        return Outcome(result, _rows(rows, single))


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


def _segments(panel: StoredPanel, book: Book, options: GrowthOptions) -> tuple[dict[str, Any], list[str]]:
    """Return retention by segment, and sentences about those that keep least."""
    months = options.window_months
    try:
        segments = Segments.of(panel, book, months=months, by=options.segment_by, level=options.level)
    except NotEstimable as refusal:
        return {"by_segment": [], "reasons": {"by_segment": refusal.reason}}, []
    return {"by_segment": segments.rows(), "reasons": {}}, segments.sentences(months=months)


def _renewals(panel: StoredPanel, book: Book, options: GrowthOptions) -> dict[str, Any]:
    """Return what came up for renewal and what comes up next."""
    try:
        renewals = Renewals.of(
            panel, book, window=options.window_months, ahead=options.forecast_months, level=options.level
        )
    except NotEstimable as refusal:
        rate = Label(unit="share", level=options.level).unknown(refusal.reason, n=0)
        return {"renewals": [], "available_to_renew": rate.to_json(), "reasons": {"renewals": refusal.reason}}
    rate = renewals.available_to_renew()
    return {"renewals": renewals.rows(), "available_to_renew": rate.to_json(), "reasons": {}}


def _ahead(
    panel: StoredPanel,
    book: Book,
    options: GrowthOptions,
    *,
    seed: int,
    months: list[dict[str, Any]],
    leaving: Leaving | NotEstimable,
) -> dict[str, Any]:
    """Return what is foreseen, what could be changed of it, and what customers and retention are worth."""
    window, latest = options.window_months, months[-options.window_months :]
    terms = terms_of(options)
    forces: dict[str, Any] = {"past": past_forces(book, latest), "levers": []}
    contracts = Contracts.of(panel, book, history=history(window))
    found: dict[str, Any] = {"forecast": [], "forces": forces, "reasons": {}}
    found["bound"] = contracts.bound() if contracts else {"reason": "no_terms"}
    try:
        foresight = Foresight.of(book, contracts=contracts, window=window, level=options.level, seed=seed)
    except NotEstimable as refusal:
        found["reasons"] = {"forecast": refusal.reason}
        forces["reasons"] = {"levers": refusal.reason}
    else:
        found["forecast"] = foresight.rows(options.forecast_months)
        value = None if isinstance(leaving, NotEstimable) else leaving.effect_of_value()
        forces |= Forces.of(foresight, panel, value=value).to_json()
    forces["value_bridge"] = bridge_of_value(panel, book, window=window, level=options.level)
    forces["value"] = value_kept(panel, book, window=window, level=options.level).to_json()
    worth = Worth.of(book, panel, terms, months=latest).to_json(seed=seed)
    return {
        **found,
        **worth,
        "reasons": found["reasons"] | worth["reasons"],
        "valuation": valuation(book, latest[-1], options.slope(), line_of_2021=options.line_of_2021),
        "success_budget": success_budget(book, panel, latest, level=options.level),
    }


def terms_of(options: GrowthOptions) -> Terms:
    """Return how far a life counts."""
    return Terms(options.discount_rate, options.lifetime_months, options.level)


def _leaving(paid: PaidMonths, options: GrowthOptions) -> Leaving | NotEstimable:
    """Return what foretells leaving, or why nothing does."""
    try:
        return Leaving.of(paid, level=options.level)
    except NotEstimable as refusal:
        return refusal


def _moves(
    leaving: Leaving | NotEstimable,
    ends: Ends,
    options: GrowthOptions,
    *,
    margin: float | None,
    currency: str,
) -> tuple[dict[str, Any], Mapping[str, list[Any]] | None]:
    """Return what foretells leaving, shrinking and growing, and each customer's chances and lifetime value."""
    rows: dict[str, list[Any]] = {}
    told: dict[str, Any] = {"ends": ends.to_json()}
    if isinstance(leaving, NotEstimable):
        told["leaving"] = {"effects": [], "out_of_time": {}, "reason": leaving.reason}
        told["by_customer"] = unknown_worths(leaving, currency, options.level)
    else:
        worths = Worths.of(leaving, terms_of(options), 1.0 if margin is None else margin)
        told |= {"leaving": leaving.to_json(), "by_customer": worths.to_json(currency)}
        rows = {"chance_of_leaving": leaving.chances(), **worths.rows()}
    rows |= ends.chances()
    return told, {"customer_id": ends.paid.today_ids(), **rows} if rows else None


def _rows(
    leaving: Mapping[str, list[Any]] | None, single: dict[str, dict[str, float]]
) -> Mapping[str, list[Any]] | None:
    """Return one row a customer: who may leave, and who buys by single invoices; nobody is both."""
    if not single:
        return leaving
    chances = dict(zip(leaving["customer_id"], leaving["chance_of_leaving"], strict=True)) if leaving else {}
    ids = sorted({*chances, *single})
    names = ("chance_still_active", "expected_purchases", "expected_spend")
    bought = {name: [single.get(each, {}).get(name) for each in ids] for name in names}
    return {"customer_id": ids, "chance_of_leaving": [chances.get(each) for each in ids], **bought}


def _nothing(refusal: NotEstimable, panel: StoredPanel, options: GrowthOptions) -> dict[str, Any]:
    units = {
        "doubled": "share", "lifetime_value": f"{panel.currency}/customer", "lifetime_value_growth": "share",
        "acquisition_cost": f"{panel.currency}/customer", "cac_payback_months": "months", "available_to_renew": "share",
    }  # fmt: skip
    unknown = {
        name: Label(unit=unit, level=options.level).unknown(refusal.reason, n=0).to_json()
        for name, unit in units.items()
    }
    lists = ("months", "cohorts", "by_age", "by_segment", "renewals", "forecast", "caveats")
    parts = (
        "convention",
        "variants",
        "concentration",
        "forces",
        "valuation",
        "lifetime",
        "leaving",
        "ends",
        "bound",
    )
    return {
        **{name: [] for name in lists},
        **{name: {} for name in parts},
        "success_budget": unknown_budget(refusal.reason),
        **unknown,
        "reasons": dict.fromkeys(("by_segment", "renewals"), refusal.reason),
        "sentences": [f"Retention is not known: {refusal}."],
    }
