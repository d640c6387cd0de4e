"""The first screen: which metric, how sure, what one unit is worth, and what would make us surer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.pages.figures import GAP, NOT_KNOWN, Shown, chance, count, estimate, money, money_range, share
from api.pages.key_figures import KeyFigure, key_figure
from api.pages.raise_verdict import raise_figures, raise_headline, raises_in_brief
from api.pages.words import CONSIDERING, joined, method_in_words, month_in_words, reason_in_words

Result = Mapping[str, Any]


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
        The first two sentences of the result.
    figures
        The big numbers.
    """

    tone: str
    label: str
    headline: str
    lead: Sequence[str]
    figures: Sequence[KeyFigure]


LABELS = {"clear": "Clear verdict", "tie": "Too close to call", "cannot_tell": "Cannot tell yet"}


_SPEAKERS = ("value_metrics", "unit_worth", "willingness_to_pay", "ideal_customers", "growth")
"""Kinds beside which raises are told in brief."""
_MOST_ITEMS = 3


def first_screen(analyses: Mapping[str, Result | None], *, currency: str, no_worth: str = "") -> FirstScreen:
    """Put the verdict into words and big numbers.

    Parameters
    ----------
    analyses
        Results by kind. `value_metrics` and `unit_worth` speak first; without both of them the first of
        `willingness_to_pay`, `ideal_customers` (where it has a profile), `growth` and `raises` that was asked for.
        Raises say one sentence and one figure beside any other of them.
    currency
        ISO code of the money.
    no_worth
        Why there is no result of `unit_worth` although it was asked for.
    """
    screen = _speaking(analyses, currency=currency, no_worth=no_worth)
    raises = analyses.get("raises")
    if raises is None or not any(analyses.get(kind) is not None for kind in _SPEAKERS):
        return screen
    lead = [*screen.lead, *sentences_of(raises)[:1]]
    return replace(screen, lead=lead, figures=[*screen.figures, raises_in_brief(raises, currency=currency)])


def _speaking(analyses: Mapping[str, Result | None], *, currency: str, no_worth: str) -> FirstScreen:
    """Let the first kind speak that was asked for."""
    metrics, worth = analyses.get("value_metrics"), analyses.get("unit_worth")
    if metrics is None and worth is None:
        return _without_units(analyses, currency=currency, no_worth=no_worth)
    figures = _no_worth(no_worth) if worth is None else _worth_figures(worth, currency=currency)
    if metrics is None:
        metric = (worth or {}).get("metric")
        headline = f"What one unit of {metric} is worth" if metric else "What the data say"
        return FirstScreen("", "", headline, sentences_of(worth or {})[:2], figures)
    tone = str(metrics.get("verdict") or "cannot_tell")
    figures += _metric_figures(metrics)
    return FirstScreen(tone, LABELS.get(tone, tone), _headline(metrics), sentences_of(metrics)[:2], figures)


def _without_units(analyses: Mapping[str, Result | None], *, currency: str, no_worth: str) -> FirstScreen:
    """Let the first kind speak that does not ask what to charge for."""
    willingness, ideal, growth, raises = (
        analyses.get(kind) for kind in ("willingness_to_pay", "ideal_customers", "growth", "raises")
    )
    if willingness is not None:
        headline, found, figures = (
            "What people say that they would pay",
            willingness,
            _asked_figures(willingness),
        )
    elif ideal is not None and (growth is None or ideal.get("profile")):
        headline, found, figures = "Who the ideal customers are", ideal, _ideal_figures(ideal)
    elif growth is not None:
        headline, found, figures = _retained(growth), growth, _growth_figures(growth, currency=currency)
    elif raises is not None:
        headline, found, figures = raise_headline(raises), raises, raise_figures(raises, currency=currency)
    else:
        headline, found, figures = "What the data say", {}, _no_worth(no_worth)
    return FirstScreen("", "", headline, sentences_of(found)[:2], figures)


def sentences_of(result: Result) -> list[str]:
    """Return a result's sentences; one string counts as one sentence."""
    said = result.get("sentences") or []
    return [said] if isinstance(said, str) else [str(sentence) for sentence in said]


def _headline(metrics: Result) -> str:
    leader, tied = metrics.get("recommended"), [str(name) for name in metrics.get("tied_with") or []]
    if leader is None:
        return "The data cannot name a metric to charge for yet"
    if metrics.get("verdict") == "clear":
        return f"Charge by {leader}"
    if metrics.get("verdict") == "tie" and tied:
        return f"Charge by {joined([str(leader), *tied], last='or')}: the data do not separate them"
    return f"No metric is proven yet. Ahead so far: {leader}"


def _worth_figures(worth: Result, *, currency: str) -> list[KeyFigure]:
    metric = worth.get("metric") or "the metric"
    shown = estimate(worth.get("worth"))
    basis = {
        "net": "to the typical customer, as far as it is owed to the product",
        "gross": "to the typical customer, before asking how much of it is owed to the product",
    }.get(str(worth.get("basis")), "to the typical customer")
    return [
        key_figure(f"One unit of {metric} is worth", shown, note=basis),
        _corridor(worth, currency=currency),
    ]


def _no_worth(why: str) -> list[KeyFigure]:
    return [key_figure("What one unit is worth", Shown(unknown=why), note="")] if why else []


def _ideal_figures(ideal: Result) -> list[KeyFigure]:
    """Return how well success is foretold, how often those who fit succeed, and the typical lifetime value."""
    quality, fits = ideal.get("score_quality") or {}, ideal.get("ideal") or {}
    figures = [
        key_figure(
            "Names the better of two customers",
            estimate((quality.get("out_of_sample") or {}).get("auc")),
            note="by traits known at signing; 50 % is a coin",
        )
    ]
    if fits:
        figures.append(
            key_figure("Of those who fit, succeed", estimate(fits.get("success")), note="picked unseen")
        )
    typical = (ideal.get("lifetime_value") or {}).get("typical")
    return [
        *figures,
        key_figure("Typical lifetime value", estimate(typical), note="what a customer brings us"),
    ]


def _retained(growth: Result) -> str:
    """Say in one line what stays without and with expansion."""
    gross, net = (estimate(_last(growth).get(name)) for name in ("grr", "nrr"))
    if gross.unknown:
        return "How much revenue stays is not known yet"
    return f"{gross.value} of revenue stays" + ("" if net.unknown else f", {net.value} with expansion")


def _growth_figures(growth: Result, *, currency: str) -> list[KeyFigure]:
    """Return gross and net retention, the share of customers who stay, and MRR."""
    last = _last(growth)
    window = (growth.get("convention") or {}).get("window_months")
    span = f"of the revenue of {window} months ago" if window else "of revenue"
    figures = [
        key_figure("Gross revenue retention", estimate(last.get("grr")), note=f"{span}, expansion left out"),
        key_figure("Net revenue retention", estimate(last.get("nrr")), note=f"{span}, with expansion"),
        key_figure("Customers who stay", estimate(last.get("logo_retention")), note="each counting the same"),
    ]
    if last.get("closing_mrr") is None:
        return figures
    note = f"at the end of {month_in_words(last.get('month'))}, from {count(last.get('customers'))} customers"
    return [*figures, KeyFigure("Revenue a month", money(last["closing_mrr"], currency), note=note)]


def _last(growth: Result) -> Result:
    months = growth.get("months") or [{}]
    last: Result = months[-1]
    return last


def _asked_figures(willingness: Result) -> list[KeyFigure]:
    """Return the typical price and the price that earns most of the first reading that knows them."""
    entries = willingness.get("items") or []
    figures = []
    for item in list(dict.fromkeys(entry.get("item") for entry in entries))[:_MOST_ITEMS]:
        its = [entry for entry in entries if entry.get("item") == item]
        known = next((each for each in its if (each.get("typical") or {}).get("value") is not None), None)
        if known is not None:
            does = "still consider" if known.get("method") in CONSIDERING else "pay"
            note = f"half of those asked would {does} this or more, by {method_in_words(known.get('method'))}"
            name = f"Typical price for {item or 'the offer'}"
            figures.append(key_figure(name, estimate(known["typical"]), note=note))
    earning = [
        (entry, entry["best_price"]["revenue"])
        for entry in entries
        if ((entry.get("best_price") or {}).get("revenue") or {}).get("value") is not None
    ]
    if earning:
        entry, best = earning[0]
        note = f"for {entry.get('item') or 'the offer'}, by {method_in_words(entry.get('method'))}"
        figures.append(key_figure("The price that earns most", estimate(best), note=note))
    return figures


def _corridor(worth: Result, *, currency: str) -> KeyFigure:
    label, corridor = "A fair price per unit", worth.get("price_corridor") or {}
    low, high = corridor.get("low"), corridor.get("high")
    if low is None or high is None:
        return key_figure(label, Shown(unknown=estimate(worth.get("worth")).unknown or NOT_KNOWN), note="")
    taken = [share(part) for part in corridor.get("capture") or []]
    taken = [part.split(GAP)[0] for part in taken[:-1]] + taken[-1:]
    span = f"{' to '.join(taken)} of what a unit is worth" if taken else ""
    notes = ["a guide to fairness, not the price that earns most"]
    today = worth.get("today") or {}
    if today.get("price_per_unit") is not None and today.get("against_corridor"):
        notes.insert(0, f"today {money(today['price_per_unit'], currency)}, {today['against_corridor']} it")
    if corridor.get("priced_out_share"):
        notes.append(f"{share(corridor['priced_out_share'])} of customers would pay more than they get")
    return KeyFigure(label, money_range(low, high, currency), range=span, note="; ".join(notes))


def _metric_figures(metrics: Result) -> list[KeyFigure]:
    leader = metrics.get("recommended")
    row = next((row for row in metrics.get("ranking") or [] if row.get("metric") == leader), None)
    if row is None:
        return [key_figure("How sure", Shown(unknown="not known: no metric leads"), note="")]
    if row.get("probability_best") is None:
        why = reason_in_words((row.get("reasons_for_null") or {}).get("probability_best"))
        sure = key_figure("How sure", Shown(unknown=f"not known: {why}"), note="")
    else:
        sure = KeyFigure(
            "How sure", chance(row["probability_best"]), note=f"that {leader} is the best metric"
        )
    flat = estimate(((row.get("scores") or {}).get("capture_efficiency") or {}).get("flat_fee"))
    beside = "" if flat.unknown else f"; one flat fee: {flat.value}"
    note = f"of all value that customers get, at most{beside}"
    return [
        sure,
        key_figure("One price per unit can take", estimate(row.get("capture_efficiency")), note=note),
    ]
