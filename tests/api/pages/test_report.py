"""The page must be whole, honest, deterministic and harmless, whatever the result holds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from api.pages import render_report

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
EVERY = ("clear", "tie", "cannot_tell", "no_outcomes", "gross", "everything_null", "hostile")
DAY = date(2026, 7, 1)


class Outline(HTMLParser):
    """Collects what a test asks about a page: elements, attributes, ids, heading levels."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    @property
    def ids(self) -> list[str]:
        return [value for name, value in self.attributes if name == "id"]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S)))


@pytest.mark.parametrize("variant", EVERY)
def test_a_page_loads_and_runs_nothing(pages, variant):
    outline = Outline(pages[variant])

    assert outline.tags.isdisjoint(
        {"script", "img", "iframe", "object", "form", "image", "use", "foreignobject"}
    )
    assert not [name for name, _ in outline.attributes if name.startswith("on")]
    links = [value for name, value in outline.attributes if name in {"href", "src"}]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert "url(" not in re.sub(r'clip-path="url\(#', "", pages[variant])


@pytest.mark.parametrize("variant", EVERY)
def test_ids_are_unique_and_links_lead_somewhere(pages, variant):
    outline = Outline(pages[variant])

    assert len(outline.ids) == len(set(outline.ids))
    targets = {value[1:] for name, value in outline.attributes if name == "href" and value.startswith("#")}
    assert targets <= set(outline.ids)


@pytest.mark.parametrize("variant", EVERY)
def test_headings_descend_one_level_at_a_time(pages, variant):
    levels = [int(level) for level in re.findall(r"<h([1-6])", pages[variant])]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("variant", EVERY)
def test_nothing_of_the_machinery_shows_through(pages, variant):
    said = text_of(pages[variant])

    assert not re.search(r"\b(None|nan|NaN|Undefined|inf)\b", said)
    assert "{'" not in said


def test_the_verdict_comes_first_and_in_words(pages):
    said = text_of(pages["clear"])

    places = [said.index(part) for part in ("Charge by postings", "What would make us surer", "The pictures")]
    assert places == sorted(places)


def test_every_picture_is_drawn_and_described(pages):
    page = pages["clear"]

    assert page.count("<figure") == 5
    assert page.count('<svg role="img" aria-label="') == 10


def test_unknown_estimates_say_why(pages):
    assert text_of(pages["no_outcomes"]).count("not known: no customer reports outcomes") > 10


def test_gross_value_shows_the_corridor_at_several_attributions(pages):
    assert "Share owed to the product" in pages["gross"]
    assert "Share owed to the product" not in pages["clear"]


def test_the_data_report_and_its_warnings_are_shown(pages):
    said = text_of(pages["clear"])

    for part in (
        "128,440",
        "1,291",
        "12 rows of usage were rounded",
        "metric hires is declared but never used",
    ):
        assert part in said


def test_names_are_shown_verbatim_and_harmless(pages):
    page = pages["hostile"]

    assert "&lt;script&gt;document.title=" in page
    assert "{{7*7}}" in page
    assert "{% raise %}" in page


def test_other_kinds_are_shown_by_their_sentences():
    result = {
        "analyses": {
            "raises": {"sentences": ["Revenue <b>grows</b>."]},
            "a_new_kind": {"sentences": "One sentence."},
            "silent": {"numbers": [1]},
            "broken": None,
        }
    }

    said = text_of(render_report(result, title="x", currency="EUR", generated_for=DAY))

    assert "Price raises Revenue &lt;b&gt;grows&lt;/b&gt;." in said
    assert "A new kind One sentence." in said


def test_what_two_kinds_want_is_asked_for_once_where_the_first_asks(results):
    silent, units, more = ({"what": what} for what in ("the silent", "units apart", "more months"))
    both = {"value_metrics": [silent, units], "unit_worth": [more, silent | {"why": "another reason"}]}
    analyses = {
        kind: results["clear"]["analyses"][kind] | {"next_data": wanted} for kind, wanted in both.items()
    }

    page = render_report({"analyses": analyses}, title="x", currency="EUR", generated_for=DAY)

    asked = re.findall(r"<strong>(the silent|units apart|more months)</strong>", page)
    assert asked == ["the silent", "units apart", "more months"]


def test_an_empty_result_is_still_a_page():
    assert "What the data say" in render_report({}, title="x", currency="EUR", generated_for=DAY)


def test_what_failed_and_what_is_missing_is_said(results):
    metrics = {"value_metrics": results["clear"]["analyses"]["value_metrics"]}
    failed = {"analyses": metrics, "failed": [{"kind": "unit_worth", "reason": "no metric was named"}]}

    said = text_of(render_report(failed, title="x", currency="EUR", generated_for=DAY))

    assert "not known no metric was named" in said
    assert "What could not be worked out" in said


def test_the_same_result_gives_the_same_page(results, pages):
    again = render_report(results["tie"], title="Example business", currency="EUR", generated_for=DAY)

    assert again == pages["tie"]


def test_a_process_that_only_imports_the_page_has_no_charting_library():
    program = "import sys, api.pages; print(sorted({'altair', 'vl_convert', 'pandas'} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "shown", [(v, w) for v in ("clear", "everything_null", "hostile") for w in (375, 1280)]
)
def test_a_browser_shows_the_page_in_peace(pages, browser, tmp_path, shown):
    variant, width = shown
    (tmp_path / "report.html").write_text(pages[variant], encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 812})
    page, complaints, requests = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    page.goto((tmp_path / "report.html").as_uri())

    assert complaints == []
    assert len(requests) == 1
    assert page.title() == "Example business · pricing report"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("h1").is_visible()
    assert page.locator(".drawing svg:visible").count() == page.locator("figure").count()
    context.close()


UNKNOWN = {"value": None, "reason": "consideration_is_not_purchase", "unit": "EUR/month"}
CROWDED = {
    "item": "team",
    "method": "van_westendorp",
    "typical": {"value": 22.0, "low": 21.0, "high": 23.0, "unit": "EUR/month"},
    "best_price": {"reach": UNKNOWN, "revenue": UNKNOWN, "profit": UNKNOWN},
    "quality": {"respondents": 60, "customers": 60, "flags": []},
    "points": {
        name: {"value": value, "low": value - 1, "high": value + 1, "unit": "EUR/month"}
        for name, value in {"pmc": 21.0, "opp": 21.6, "idp": 22.0, "pme": 22.4}.items()
    },
    "details": {
        "curves": [
            {"price": 10.0, "too_cheap": 0.8, "cheap": 1.0, "expensive": 0.0, "too_expensive": 0.0},
            {"price": 20.0, "too_cheap": 0.3, "cheap": 0.7, "expensive": 0.3, "too_expensive": 0.1},
            {"price": 60.0, "too_cheap": 0.0, "cheap": 0.2, "expensive": 0.8, "too_expensive": 0.5},
        ]
    },
}
COVERING = """() => {
  const texts = [...document.querySelectorAll("figure svg text")].map(e => [e.textContent, e.getBoundingClientRect()])
    .filter(([said, box]) => said.trim() && box.width > 0);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return texts.flatMap(([said, box], at) => texts.slice(at + 1)
    .filter(([other, there]) => other !== said && over(box, there)).map(([other]) => said + " / " + other));
}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    "looked_at", [(v, w) for v in ("clear", "tie", "gross", "crowded") for w in (375, 1280)]
)
def test_no_word_in_a_picture_covers_another(results, browser, tmp_path, looked_at):
    variant, width = looked_at
    shown = {**results, "crowded": {"analyses": {"willingness_to_pay": {"items": [CROWDED]}}}}[variant]
    page = render_report(shown, title="x", currency="EUR", generated_for=DAY)
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    opened = browser.new_page(viewport={"width": width, "height": 812})

    opened.goto((tmp_path / "report.html").as_uri())

    assert opened.evaluate(COVERING) == []
    opened.close()
