"""From a result to the page that a pricing committee reads: one self-contained HTML document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader

from api.pages import figures, words
from api.pages.charts import draw_pictures
from api.pages.charts._palette import PALETTE
from api.pages.growth import growth_tables, moved
from api.pages.levels import in_order
from api.pages.raise_effects import effect_tables
from api.pages.raises import raise_tables
from api.pages.ranges import rows_on_one_scale
from api.pages.ranking import comparison
from api.pages.sensitivity import sensitivity
from api.pages.verdict import first_screen, sentences_of

# Kinds whose numbers have tables of their own in templates/tables/; the others are shown by their sentences.
FULLY_SHOWN = (
    "value_metrics",
    "unit_worth",
    "willingness_to_pay",
    "ideal_customers",
    "tiers",
    "growth",
    "raises",
)


def render_report(result: Mapping[str, Any], *, title: str, currency: str, generated_for: date) -> str:
    """Render a result as one HTML page that needs nothing from anywhere.

    Parameters
    ----------
    result
        The `report` kind's result, or one kind's result as ``{"analyses": {kind: result}}``. Whatever is
        missing or null is shown as not known, with its reason.
    title
        The page's title, usually the dataset's name; any text, escaped here.
    currency
        ISO code of the money.
    generated_for
        The day that the report stands for, shown on the page.

    Returns
    -------
    str
        The page. The same arguments give the same text.
    """
    analyses = {
        kind: found for kind, found in (result.get("analyses") or {}).items() if isinstance(found, Mapping)
    }
    metrics, worth, willingness, ideal, tiers, growth, raises = (
        analyses.get(kind) or {} for kind in FULLY_SHOWN
    )
    others = sorted(set(analyses) - set(FULLY_SHOWN))
    return environment().get_template("report.html").render(
        title=title,
        currency=currency,
        generated_for=generated_for,
        palette=PALETTE,
        first=first_screen(analyses, currency=currency, no_worth=_why_not(result, "unit_worth")),
        metrics=metrics,
        worth=worth,
        willingness=willingness,
        ideal=ideal,
        tiers=tiers,
        growth=growth,
        growth_tables=growth_tables(growth),
        raises=raises,
        raise_tables=raise_tables(raises),
        raise_effects=effect_tables(raises),
        evidence_lists=words.EVIDENCE,
        best_means=words.BEST_PRICES,
        considering=words.CONSIDERING,
        point_means=words.PRICE_POINTS,
        others={kind: sentences_of(analyses[kind]) for kind in others},
        comparison=comparison(metrics.get("ranking") or []),
        pictures=draw_pictures(analyses, currency=currency),
        segments=_segments(worth),
        coverage=_coverage(metrics.get("coverage") or worth.get("coverage") or {}),
        sensitivity=sensitivity(metrics, worth),
        next_data=_distinct(analyses, "next_data", by="what"),
        caveats=_distinct(analyses, "caveats", by="message"),
        missing=result.get("missing") or [],
        failed=result.get("failed") or [],
        data=result.get("data") or {},
        data_warnings=_warnings(result.get("data") or {}),
        refused=(result.get("dataset") or {}).get("refused") or {},
        dataset=result.get("dataset") or {},
    )  # fmt: skip


def _segments(worth: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Group worth by segment by trait, each trait on one scale."""
    grouped: dict[str, list[tuple[str, Any]]] = {}
    for row in worth.get("by_segment") or []:
        grouped.setdefault(str(row.get("trait")), []).append((str(row.get("level")), row.get("worth")))
    return {
        trait: rows_on_one_scale(in_order(labelled, level=lambda row: row[0]))
        for trait, labelled in grouped.items()
    }


def _coverage(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coverage with each trait's levels in order."""
    rows = found.get("by") or []
    traits = list(dict.fromkeys(row.get("trait") for row in rows))
    ordered = in_order(rows, level=lambda row: str(row.get("level")))
    return {**found, "by": sorted(ordered, key=lambda row: traits.index(row.get("trait")))}


def _distinct(analyses: Mapping[str, Any], field: str, *, by: str) -> list[Mapping[str, Any]]:
    """Collect a list that several kinds carry, each entry once and where the first kind has it, value metrics first."""
    ordered = [*FULLY_SHOWN, *sorted(set(analyses) - set(FULLY_SHOWN))]
    entries = [entry for kind in ordered for entry in (analyses.get(kind) or {}).get(field) or []]
    found: dict[Any, Mapping[str, Any]] = {}
    for entry in entries:
        if isinstance(entry, Mapping):
            found.setdefault(entry.get(by), entry)
    return list(found.values())


def _why_not(result: Mapping[str, Any], kind: str) -> str:
    """Say why a kind has no result: it failed, or its tables are missing; empty where it was not asked for."""
    for part in result.get("failed") or []:
        if part.get("kind") == kind:
            return f"not known: {part.get('reason')}"
    for part in result.get("missing") or []:
        if part.get("kind") == kind:
            return f"not known: it needs {words.joined(list(part.get('tables') or []), last='or')}"
    return ""


def _warnings(data: Mapping[str, Any]) -> list[str]:
    """Collect what reading the data and building the panel warned of."""
    found = [
        warning for part in ("report", "panel") for warning in (data.get(part) or {}).get("warnings") or []
    ]
    return [str(each.get("message") or each) if isinstance(each, Mapping) else str(each) for each in found]


@cache
def environment() -> Environment:
    """Return the environment of all pages: their templates, and numbers in words."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        estimate=figures.estimate,
        share=figures.share,
        chance=figures.chance,
        count=figures.count,
        number_range=figures.number_range,
        money=figures.money,
        change=figures.change,
        moved=moved,
        price=figures.price,
        day=figures.day,
        names=words.joined,
        plain=words.plain,
        sentences=sentences_of,
        reason=words.reason_in_words,
        source=words.source_in_words,
        kind=words.kind_in_words,
        method=words.method_in_words,
    )
    made.globals["money_range"] = figures.money_range
    return made
