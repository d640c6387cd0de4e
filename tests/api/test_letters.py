"""A letter must say what is the customer's own, nothing else, and show whatever text comes with the data as text."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from api.analysis_steps import write_rows
from api.letters import Letter, as_page, as_text, letter_of, letters_in
from api.problems import Missing

ROW: dict[str, Any] = {
    "customer_id": "c07",
    "name": "Falcon & Sons",
    "current_mrr": 108.22,
    "recommended_mrr": 124.45,
    "raise": 0.15,
    "effective": "2026-09-01",
    "arm": "raise",
    "wave": "2026-09",
    "fairness_group": "team · middle",
    "lowest_counter_mrr": 111.99,
    "reasons": ["value_added", "released:search"],
    "churn_before": 0.0811,
    "churn_after": 0.0922,
    "expected_lifetime_value_change": 333.77,
    "earned": 44.55,
    "catch_up": 55.66,
    "value": 1804.4,
    "value_basis": "measured",
    "value_then": 1740.5,
    "then_is": "before_price",
    "captured_share": 0.0599,
    "captured_share_after": 0.069,
    "priced_on": "2025-01-01",
    "achieved": [
        {"kpi": "hours_saved", "now": 15.21, "then": None},
        {"kpi": "hires", "now": 12.0, "then": 9.0},
    ],
    "releases": [
        {"feature": "search", "shipped": "2025-07-01", "value": 40.0, "source": "outcome"},
        {"feature": "video", "shipped": "2026-09-01", "value": 77.7, "source": "stated"},
    ],
}


def letter(**more: Any) -> Letter:
    return Letter.of(ROW | more, currency="EUR")


def test_a_letter_says_price_day_evidence_and_how_to_answer() -> None:
    text = letter().markdown()

    for said in (
        "# Your price from 1 September 2026",
        "**124.45 EUR** a month; today you pay 108.22 EUR. That is 15 % more.",
        "in the year before your price was last set",
        "- hours saved: 15.2\n- hires: 12 (then 9)\n",
        "worth about 1,800 EUR a month to you; then it was 1,740 EUR. Your new price is 6.9 % of that.",
        "- search, since 1 July 2025: worth about 40 EUR a month to you\n- video, from 1 September 2026\n",
        "Answer this letter before 1 September 2026",
    ):
        assert said in text


def test_a_letter_holds_nothing_that_is_not_the_customers_to_know() -> None:
    allowed = {
        "customer", "currency", "pays", "will_pay", "effective", "value", "value_then", "share", "then", "achieved",
        "releases",
    }  # fmt: skip
    assert {each.name for each in fields(Letter)} == allowed

    both = letter().markdown() + letter().page()

    for secret in (
        "8.11",
        "9.22",
        "111.9",
        "112",
        "333",
        "334",
        "44.5",
        "55.6",
        "77.7",
        "78",
        "middle",
        "c07",
        "value_added",
    ):
        assert secret not in both


def test_what_is_modelled_from_other_customers_is_never_told() -> None:
    text = letter(value_basis="modelled", achieved=[]).markdown()

    assert "1,800" not in text
    assert "6.9 %" not in text
    assert "You have not told us yet" in text


def test_a_letter_without_releases_has_no_heading_for_them() -> None:
    assert "New since" in letter().markdown()
    assert "New since" not in letter(releases=[]).markdown()


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](http://evil.example/pixel.png)",
        "**bold** `code` _it_ ~~no~~",
        "# Heading\n\n- item\n\n    code",
        "&lt;b&gt; &amp;",
        "1. first",
        "{{ letter.pays }} {% raw %}",
        "<http://evil.example>",
        "a | b\n---|---",
    ],
)
def test_names_are_shown_to_the_letter_whatever_is_in_them(name: str) -> None:
    page = letter(name=name).page()

    (said,) = re.findall(r"<p>Dear (.*),</p>", page)
    shown = said.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    assert shown == " ".join(name.split())
    assert "<script" not in page
    assert "href" not in page
    assert "<img" not in page


def test_text_at_the_beginning_of_a_line_begins_no_block() -> None:
    for said in ("- a", "+ a", "1. a", "1) a", "12. a", "# a", "> a", "=== a", "* a"):
        assert f"<p>{said.replace('>', '&gt;')}</p>" in as_page(as_text(said))


def test_an_edited_letter_becomes_a_page_without_html_of_its_own() -> None:
    page = as_page("# Hello\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) **b**")

    assert "<h1>Hello</h1>" in page
    assert "<strong>b</strong>" in page
    assert "<img" not in page
    assert "href" not in page


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    held = ROW | {"customer_id": "c08", "arm": "hold_out", "achieved": [], "releases": []}
    rows = [ROW, held, ROW | {"customer_id": "a/b", "name": None}]
    write_rows({name: [row[name] for row in rows] for name in ROW}, tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_a_letter_is_found_by_its_customer(stored: Path) -> None:
    assert letter_of(stored, "c07", currency="EUR") == letter()
    assert letter_of(stored, "a/b", currency="EUR").customer == "a/b"


@pytest.mark.parametrize("customer", ["c08", "nobody", ""])
def test_who_is_told_nothing_has_no_letter(stored: Path, customer: str) -> None:
    with pytest.raises(Missing, match="No raise"):
        letter_of(stored, customer, currency="EUR")


def test_rows_of_another_kind_have_no_letters(tmp_path: Path) -> None:
    write_rows({"customer_id": ["c07"], "worth": [1.0]}, tmp_path / "rows.parquet")

    with pytest.raises(Missing, match="no letters"):
        letter_of(tmp_path / "rows.parquet", "c07", currency="EUR")


def test_files_are_named_so_that_no_id_leads_out_of_the_folder() -> None:
    rows = [ROW | {"customer_id": each} for each in ("../../x", "a/b", "c 7", "..")]

    names = [name for name, _ in letters_in([*rows, ROW | {"arm": None}], currency="EUR")]

    assert names == ["%2E%2E%2F%2E%2E%2Fx", "a%2Fb", "c 7", "%2E%2E"]
