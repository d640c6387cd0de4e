"""The first screen: which metric, how sure, what one unit is worth, and what would make us surer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.figures import GAP, NOT_KNOWN, Shown, chance, count, estimate, factor, money_range, share
from api.pages.words import joined, reason_in_words

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A big number: what it is, the number, its range in words, and one line of what to make of it."""

    label: str
    value: str
    range: str = ""
    note: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """What a reader sees before scrolling.

    Parameters
    ----------
    tone
        ``clear``, ``tie`` or ``cannot_tell``; colours the label. Empty where no metric was asked for.
    label
        The verdict's name in words, or empty.
    headline
        The verdict as a sentence.
    lead
        Why, in one to three sentences.
    figures
        The big numbers.
    """

    tone: str
    label: str
    headline: str
    lead: Sequence[str]
    figures: Sequence[KeyFigure]


LABELS = {"clear": "Clear verdict", "tie": "Too close to call", "cannot_tell": "Cannot tell yet"}


def first_screen(metrics: Result | None, worth: Result | None, *, currency: str) -> FirstScreen:
    """Put the verdict into words and big numbers.

    Parameters
    ----------
    metrics, worth
        The results of `value_metrics` and `unit_worth`; None where the kind was not asked for.
    currency
        ISO code of the money.
    """
    figures = [] if worth is None else _worth_figures(worth, currency=currency)
    if metrics is None:
        metric = (worth or {}).get("metric")
        headline = f"What one unit of {metric} is worth" if metric else "What the data say"
        return FirstScreen("", "", headline, [], figures)
    tone = str(metrics.get("verdict") or "cannot_tell")
    figures += _metric_figures(metrics)
    return FirstScreen(tone, LABELS.get(tone, tone), _headline(metrics), _lead(metrics), figures)


def _headline(metrics: Result) -> str:
    leader, tied = metrics.get("recommended"), [str(name) for name in metrics.get("tied_with") or []]
    if leader is None:
        return "The data cannot name a metric to charge for yet"
    if metrics.get("verdict") == "clear":
        return f"Charge by {leader}"
    if metrics.get("verdict") == "tie" and tied:
        return f"Charge by {joined([str(leader), *tied], last='or')}: the data do not separate them"
    return f"No metric is proven yet; {leader} leads"


def _lead(metrics: Result) -> list[str]:
    leader = metrics.get("recommended")
    ranking = {row.get("metric"): row for row in metrics.get("ranking") or []}
    if leader not in ranking:
        return _why_none(list(ranking.values()))
    said = []
    spread = factor(ranking[leader].get("spread"))
    if spread:
        others = [(name, factor(row.get("spread"))) for name, row in ranking.items() if name != leader]
        beside = next((f" For {name} that factor is {found}." for name, found in others if found), "")
        said.append(
            f"What one unit of {leader} is worth typically stays within a factor of {spread} of the middle, "
            f"from customer to customer.{beside}"
        )
    needed = metrics.get("customers_needed")
    if metrics.get("verdict") != "clear" and needed:
        said.append(f"About {count(needed)} customers with reported outcomes would decide.")
    return said


def _why_none(rows: list[Result]) -> list[str]:
    codes = sorted({str(code) for row in rows for code in row.get("reasons") or []})
    return [f"Why: {joined([reason_in_words(code) for code in codes])}."] if codes else []


def _worth_figures(worth: Result, *, currency: str) -> list[KeyFigure]:
    metric = worth.get("metric") or "the metric"
    shown = estimate(worth.get("worth"))
    basis = {
        "net": "to the typical customer, over the alternative",
        "gross": "to the typical customer, before the alternative is taken off",
    }.get(str(worth.get("basis")), "to the typical customer")
    label = f"One unit of {metric} is worth"
    figures = [_figure(label, shown, note=basis)]
    corridor = worth.get("price_corridor") or {}
    low, high = corridor.get("low"), corridor.get("high")
    if low is None or high is None:
        return [
            *figures,
            _figure("A fair price per unit", Shown(unknown=shown.unknown or NOT_KNOWN), note=""),
        ]
    taken = [share(part) for part in corridor.get("capture") or []]
    taken = [part.split(GAP)[0] for part in taken[:-1]] + taken[-1:]
    span = f"{' to '.join(taken)} of what a unit is worth" if taken else ""
    out = corridor.get("priced_out_share")
    note = "a guide to fairness, not the best price" + (
        f"; {share(out)} of customers would pay more than they get" if out is not None else ""
    )
    return [
        *figures,
        KeyFigure("A fair price per unit", money_range(low, high, currency), range=span, note=note),
    ]


def _metric_figures(metrics: Result) -> list[KeyFigure]:
    leader = metrics.get("recommended")
    row = next((row for row in metrics.get("ranking") or [] if row.get("metric") == leader), None)
    if row is None:
        return [_figure("How sure", Shown(unknown="not known: no metric leads"), note="")]
    best = row.get("probability_best")
    sure = KeyFigure(
        "How sure", chance(best), note=f"that {leader} is the best eligible metric", known=best is not None
    )
    capture = estimate(row.get("capture_efficiency"))
    return [sure, _figure("One price can take", capture, note="of all value that customers get, at most")]


def _figure(label: str, shown: Shown, *, note: str) -> KeyFigure:
    if shown.unknown:
        return KeyFigure(label, "not known", range=shown.unknown.removeprefix("not known: "), known=False)
    return KeyFigure(label, shown.value, range=shown.interval, note=note)
