"""The report shows growth: what stays before what grows, the bridge, every convention, and cohorts as they age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.pages import render_report
from api.pages.figures import GAP
from tests.api.pages.charts.growing import FORCES, FORECAST, KNOWN, RESULT, estimate
from tests.api.pages.conftest import blanked
from tests.api.pages.test_report import CHROMIUM, COVERING, FLAGS, Outline, text_of

Json = dict[str, Any]
FORETOLD: Json = RESULT | {
    "forecast": FORECAST,
    "forces": FORCES,
    "lifetime_value": estimate(5400.0, unit="EUR"),
}


def page_of(growth: Json) -> str:
    return render_report(
        {"analyses": {"growth": growth}}, title="Example", currency="EUR", generated_for=date(2026, 7, 1)
    )


def said(growth: Json) -> str:
    return text_of(page_of(growth)).replace(GAP, " ")


def test_what_stays_is_said_before_what_grows() -> None:
    page = said(RESULT)

    assert "88 % of revenue stays, 104 % with expansion" in page
    places = [
        page.index(part)
        for part in ("Gross revenue retention", "Net revenue retention", "Customers who stay")
    ]
    assert places == sorted(places)


def test_revenue_and_its_customers_are_a_big_figure() -> None:
    assert "Revenue a month 2,400 EUR at the end of Feb 2026, from 120 customers" in said(RESULT)


def test_the_section_holds_bridge_conventions_cohorts_and_concentration() -> None:
    page = said(RESULT)

    for part in (
        "as if 41 of the same size; the largest had 6 % of the revenue", "Customers who doubled 4 %",
        "All 12 1,200 1,200 240 480", "Gross, each customer capped at what it paid used here",
        "not known: nothing was lost, so nothing can be divided by it", "After 1 month", "Jan 2025 20",
        "A few customers carry the number.",
    ):  # fmt: skip
        assert part in page


def test_levers_and_lifetime_value_are_shown_where_they_are_known() -> None:
    page = said(FORETOLD)

    assert "Lifetime value 5,400 EUR" in page
    assert "a tenth fewer customers leave each month than leave today 400 EUR" in page
    assert "Lifetime value" not in said(RESULT)
    assert "What would move revenue most" not in said(RESULT)


def test_who_stays_by_plan_and_trait_has_a_table_each() -> None:
    page = said(RESULT)

    for part in (
        "Who stays, by plan",
        "basic 40 71 %",
        "Who stays, by company size",
        "so that who changed it",
    ):
        assert part in page


def test_before_the_window_is_over_the_page_says_so() -> None:
    young = RESULT | {"months": RESULT["months"][:2], "variants": {}, "concentration": {}}

    page = said(young)

    assert "How much revenue stays is not known yet" in page
    assert "the data do not span the window yet" in page


@pytest.mark.parametrize("emptied", ["nothing", "unknown", "null"])
def test_what_is_missing_is_said_in_words_and_breaks_nothing(emptied: str) -> None:
    growth = {"nothing": FORETOLD, "unknown": blanked(FORETOLD), "null": dict.fromkeys(FORETOLD)}[emptied]

    page = page_of(growth)

    assert not any(word in text_of(page).split() for word in ("None", "nan", "Undefined"))
    outline = Outline(page)
    assert len(outline.ids) == len(set(outline.ids))
    links = {value[1:] for name, value in outline.attributes if name == "href" and value.startswith("#")}
    assert links <= set(outline.ids)


def test_beside_other_kinds_growth_does_not_speak_first(results: dict[str, Json]) -> None:
    both = {"analyses": results["clear"]["analyses"] | {"growth": RESULT}}

    page = render_report(both, title="Example", currency="EUR", generated_for=date(2026, 7, 1))

    assert '<h1 id="verdict">Charge by postings</h1>' in page
    assert 'id="picture-mrr_bridge"' in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_is_wider_than_the_screen_and_no_word_covers_another(
    browser: Any, tmp_path: Any, width: int
) -> None:
    (tmp_path / "report.html").write_text(page_of(FORETOLD | KNOWN), encoding="utf-8")
    opened = browser.new_page(viewport={"width": width, "height": 812})

    opened.goto((tmp_path / "report.html").as_uri())

    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.evaluate(COVERING) == []
    opened.close()
