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
from api.pages.ranges import rows_on_one_scale
from api.pages.sensitivity import sensitivity
from api.pages.verdict import first_screen

# Kinds whose numbers have tables of their own in templates/tables/; the others are shown by their sentences.
FULLY_SHOWN = ("value_metrics", "unit_worth")


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
    metrics, worth = (analyses.get(kind) or {} for kind in FULLY_SHOWN)
    others = sorted(set(analyses) - set(FULLY_SHOWN))
    return _environment().get_template("report.html").render(
        title=title,
        currency=currency,
        generated_for=generated_for,
        palette=PALETTE,
        first=first_screen(*(analyses.get(kind) for kind in FULLY_SHOWN), currency=currency),
        metrics=metrics,
        worth=worth,
        others={kind: _sentences(analyses[kind]) for kind in others},
        pictures=draw_pictures(analyses, currency=currency),
        segments=_segments(worth),
        coverage=metrics.get("coverage") or worth.get("coverage") or {},
        sensitivity=sensitivity(metrics, worth),
        next_data=_distinct(analyses, "next_data", by="what"),
        caveats=_distinct(analyses, "caveats", by="message"),
        missing=result.get("missing") or [],
        failed=result.get("failed") or [],
        data=result.get("data") or {},
        dataset=result.get("dataset") or {},
    )  # fmt: skip


def _sentences(found: Mapping[str, Any]) -> list[str]:
    """List what a kind without tables of its own has to say; one sentence or several."""
    said = found.get("sentences") or []
    return [said] if isinstance(said, str) else [str(sentence) for sentence in said]


def _segments(worth: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Group worth by segment by trait, each trait on one scale."""
    grouped: dict[str, list[tuple[str, Any]]] = {}
    for row in worth.get("by_segment") or []:
        grouped.setdefault(str(row.get("trait")), []).append((str(row.get("level")), row.get("worth")))
    return {trait: rows_on_one_scale(labelled) for trait, labelled in grouped.items()}


def _distinct(analyses: Mapping[str, Any], field: str, *, by: str) -> list[Mapping[str, Any]]:
    """Collect a list that several kinds carry, each entry once, value metrics first."""
    ordered = [*FULLY_SHOWN, *sorted(set(analyses) - set(FULLY_SHOWN))]
    entries = [entry for kind in ordered for entry in (analyses.get(kind) or {}).get(field) or []]
    return list({entry.get(by): entry for entry in reversed(entries) if isinstance(entry, Mapping)}.values())[
        ::-1
    ]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        estimate=figures.estimate,
        share=figures.share,
        chance=figures.chance,
        count=figures.count,
        number_range=figures.number_range,
        money=figures.money,
        plain=words.plain,
        reason=words.reason_in_words,
        source=words.source_in_words,
        kind=words.kind_in_words,
    )
    environment.globals["money_range"] = figures.money_range
    return environment
