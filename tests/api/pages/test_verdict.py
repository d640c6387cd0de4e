"""The first screen must say no more than the result does."""

from __future__ import annotations

import pytest

from api.pages.figures import GAP
from api.pages.verdict import first_screen


def screen(results, variant):
    return first_screen(results[variant]["analyses"], currency="EUR")


def figure(shown, label):
    return next(figure for figure in shown.figures if figure.label == label)


@pytest.mark.parametrize(
    ("variant", "label", "headline"),
    [
        ("clear", "Clear verdict", "Charge by postings"),
        ("tie", "Too close to call", "Charge by postings or hires: the data do not separate them"),
        ("cannot_tell", "Cannot tell yet", "No metric is proven yet. Ahead so far: postings"),
        ("no_outcomes", "Cannot tell yet", "The data cannot name a metric to charge for yet"),
        ("everything_null", "Cannot tell yet", "The data cannot name a metric to charge for yet"),
    ],
)
def test_the_headline_is_as_sure_as_the_verdict(results, variant, label, headline):
    shown = screen(results, variant)

    assert (shown.label, shown.headline) == (label, headline)


def test_worth_and_corridor_are_the_first_figures(results):
    shown = screen(results, "clear")

    assert [figure.value.replace(GAP, " ") for figure in shown.figures[:2]] == ["46 EUR", "4.63–6.95 EUR"]
    assert shown.figures[1].range.replace(GAP, " ") == "10 to 15 % of what a unit is worth"
    assert "below it" in shown.figures[1].note


def test_gross_worth_says_that_it_is_gross(results):
    assert "before asking how much of it is owed" in screen(results, "gross").figures[0].note


@pytest.mark.parametrize("variant", ["no_outcomes", "everything_null"])
def test_unknown_figures_are_words_and_never_zero(results, variant):
    shown = screen(results, variant)

    assert shown.figures
    assert {figure.value for figure in shown.figures} == {"not known"}
    assert all(figure.range for figure in shown.figures)


def test_a_worth_that_failed_says_why(results):
    metrics = {"value_metrics": results["clear"]["analyses"]["value_metrics"]}

    shown = first_screen(metrics, currency="EUR", no_worth="not known: it needs outcomes")

    assert figure(shown, "What one unit is worth").range == "it needs outcomes"


def test_worth_alone_gives_no_verdict_on_metrics(results):
    shown = first_screen({"unit_worth": results["clear"]["analyses"]["unit_worth"]}, currency="EUR")

    assert (shown.label, shown.headline) == ("", "What one unit of postings is worth")


def test_an_unknown_kind_alone_still_has_a_headline():
    assert first_screen({"a_new_kind": {}}, currency="EUR").headline == "What the data say"


GROWTH = {
    "months": [
        {
            "month": "2026-05",
            "closing_mrr": 80850.0,
            "customers": 219,
            "grr": {"value": 0.78, "unit": "share"},
        }
    ],
    "convention": {"window_months": 6},
    "sentences": ["Most stays."],
}


def test_growth_alone_speaks_of_what_stays_over_its_window():
    shown = first_screen({"growth": GROWTH}, currency="EUR")

    assert shown.headline.replace(GAP, " ") == "78 % of revenue stays"
    assert "6 months ago" in figure(shown, "Gross revenue retention").note
    assert not figure(shown, "Net revenue retention").known
    assert figure(shown, "Revenue a month").value.replace(GAP, " ") == "80,800 EUR"


def test_growth_without_months_invents_no_figure():
    shown = first_screen({"growth": {"months": None}}, currency="EUR")

    assert shown.headline == "How much revenue stays is not known yet"
    assert not any(figure.known for figure in shown.figures)


@pytest.mark.parametrize(
    ("kind", "found", "headline"),
    [
        ("willingness_to_pay", {}, "What people say that they would pay"),
        ("ideal_customers", {"profile": [{"trait": "country"}]}, "Who the ideal customers are"),
    ],
)
def test_growth_lets_kinds_speak_first_that_say_more_of_prices(kind, found, headline):
    assert first_screen({"growth": GROWTH, kind: found}, currency="EUR").headline == headline


def test_where_bills_alone_are_known_growth_speaks_before_customers_without_traits():
    shown = first_screen({"growth": GROWTH, "ideal_customers": {"profile": []}}, currency="EUR")

    assert shown.headline.endswith("of revenue stays")
