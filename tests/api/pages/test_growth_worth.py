"""The report shows what customers are worth, what keeping them is worth, and which forces moved revenue."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from api.pages.growth_forces import forces_of_the_past
from api.pages.growth_words import CAUSES, FORCES, VALUE_LINES
from api.pages.words import REASONS
from models.retention import expansion
from pricing_service.decisions import _growth_forces, _growth_value
from tests.api.pages.charts.growing import (
    BUDGET,
    BY,
    FORCES_KNOWN,
    KNOWN,
    LIFETIME,
    MONTHS,
    VALUATION,
    estimate,
)
from tests.api.pages.conftest import blanked
from tests.api.pages.test_growth_section import page_of, said
from tests.api.pages.test_report import text_of

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]


def test_what_a_customer_is_worth_stands_with_margin_cost_and_payback() -> None:
    page = said(KNOWN)

    for part in (
        "Lifetime value 5,400 EUR , between 5,130 and 5,670 EUR, 9 in 10 within 60 months, later money discounted at "
        "12 % a year",
        "Its change in a year −10 %", "Margin 80 % of revenue, after cost to serve",
        "Months until half have left not known: more than half of the customers stay",
        "Winning a customer costs 900 EUR", "Months until that is paid back 7 , between 7 and 7",
        "for 12 months 5,010 EUR",
    ):  # fmt: skip
        assert part in page


def test_without_costs_the_page_says_why_and_asks_for_no_payback() -> None:
    unknown = estimate(None, unit="EUR/customer", reason="no_acquisition_costs")
    page = said(
        {
            **KNOWN,
            "gross_margin": None,
            "reasons": {"gross_margin": "no_costs_to_serve"},
            "acquisition_cost": unknown,
            "cac_payback_months": unknown,
        }
    )

    assert "Margin not known: no table tells cost to serve, so that all revenue counts as margin" in page
    assert "Winning a customer costs not known: no table tells what winning customers cost" in page
    assert "paid back" not in page


def test_a_point_is_a_range_of_sources_and_no_interval_of_odds() -> None:
    page = said(KNOWN)

    assert "7,200 EUR on the company’s price, 5,760–11,500 EUR as sources differ" in page
    assert "On the line of 2021" not in page
    line = {"multiple": None, "value": None, "reasons": {"value": "no_net_retention"}}
    unknown = said({**KNOWN, "valuation": {**VALUATION, "line_of_2021": line}})
    assert "On the line of 2021 not known: net retention is not known" in unknown


def test_a_success_budget_is_told_by_purpose_with_what_it_must_keep() -> None:
    page = said(KNOWN)

    assert (
        "1,200 EUR in 12 months: 700 EUR to close value gaps (cost of goods), 400 EUR to deliver value"
        in page
    )
    assert "It pays from 8 % of revenue that stays only because of it" in page


def test_forces_stand_with_the_causes_of_expansion_and_exchange_rates_apart() -> None:
    table = forces_of_the_past(KNOWN)

    assert table["months"] == 12
    assert [(row.name, row.amount, row.part) for row in table["rows"]] == [
        ("New customers", "+1,200", False), ("Expansion", "+480", False), ("number of units", "+360", True),
        ("discounts", "−60", True), ("causes that nothing tells", "+180", True),
        ("Customers who left or pay less", "−960", False), ("Exchange rates, beside all of these", "+24", False),
    ]  # fmt: skip


def test_causes_that_nothing_tells_are_no_rows_and_a_missing_rate_is_said() -> None:
    untold = {cause: 40.0 if cause == "other" else 0.0 for cause in BY}
    missing = {"currency": None, "reasons": {"currency": "no_exchange_rate"}}
    months = [{**month, "expansion_by": untold, **missing} for month in MONTHS]

    rows = forces_of_the_past({**KNOWN, "months": months})["rows"]

    assert not any(row.part for row in rows)
    assert (rows[-1].amount, rows[-1].unknown) == ("not known: an exchange rate is missing", True)


def test_where_all_money_is_in_one_currency_there_is_no_row_of_exchange_rates() -> None:
    page = said({**KNOWN, "months": MONTHS})

    assert "What moved revenue in 12 months" in page
    assert "Exchange rates" not in page


def test_levers_show_their_share_their_sum_and_what_is_assumed() -> None:
    page = said(KNOWN)

    assert "5 % more asked of everybody 400 EUR 380–420 5 % 5–5 9,000 EUR" in page
    assert "of 100 who are asked 1 % more, 0 to 0.5 leave for it" in page
    assert "recommended us: not known: no table tells who was recommended by whom" in page


@pytest.mark.parametrize("emptied", ["unknown", "null"])
def test_what_is_missing_is_said_in_words_and_breaks_nothing(emptied: str) -> None:
    page = page_of(blanked(KNOWN) if emptied == "unknown" else dict.fromkeys(KNOWN))

    assert not any(word in text_of(page).split() for word in ("None", "nan", "Undefined"))


def test_every_force_and_cause_has_a_name() -> None:
    assert set(FORCES) == {force for force, _, _ in _growth_forces.FORCES}
    assert set(CAUSES) == set(expansion.CAUSES)


def test_every_reason_of_growth_has_words() -> None:
    models = [each for each in (ROOT / "models" / "retention").glob("*.py") if each.stem != "calibration"]
    sources = [*models, *(ROOT / "pricing_service").rglob("_growth_*.py")]
    calls = [
        node
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
    ]
    names = [(getattr(each.func, "attr", getattr(each.func, "id", "")), each.args[0].value) for each in calls]
    codes = {code for name, code in names if name in {"NotEstimable", "unknown"} and code}

    assert len(codes) > 10
    assert sorted(codes - set(REASONS)) == []


def test_a_return_stands_beside_what_it_is_compared_with_and_is_no_experiment() -> None:
    compared = {
        "than": "less", "return": estimate(2.5, unit="ratio"), "retained": estimate(1500.0, unit="EUR"),
        "expanded": estimate(300.0, unit="EUR"), "value": estimate(None, unit="EUR", reason="no_value_known"),
    }  # fmt: skip
    page = said({**KNOWN, "success_budget": {**BUDGET, "comparison": compared}})

    assert "Kept and added for each EUR 2.50" in page
    assert "with less of it: 1,500 EUR , between 1,420 and 1,580 EUR, 9 in 10 kept" in page
    assert "A comparison, not an experiment." in page


def test_a_success_budget_that_is_not_known_says_why() -> None:
    budget = {"cost": None, "reasons": {"cost": "no_success_costs"}}
    page = said({**KNOWN, "success_budget": budget})

    assert "Customer success cost not known: no table tells what customer success costs" in page


def test_the_bridge_of_value_has_its_lines_and_what_revenue_captured() -> None:
    told = dict.fromkeys(VALUE_LINES, 0.0) | {
        "opening": 9000.0,
        "lost": 400.0,
        "grown": 700.0,
        "closing": 9300.0,
    }
    bridge = told | {
        "captured": estimate(0.2),
        "mrr_where_grown": 140.0,
        "mrr_where_shrunk": 0.0,
        "reasons": {},
    }
    page = said({**KNOWN, "forces": {**FORCES_KNOWN, "value_bridge": bridge}})

    assert (
        "At the beginning 9,000 Customers who left −400 Grown, at customers who stayed +700 At the end 9,300"
        in page
    )
    assert "of the value added at customers who stayed: 20 %" in page


def test_a_bridge_of_value_that_is_not_known_says_why() -> None:
    bridge = dict.fromkeys(VALUE_LINES) | {"reasons": {"closing": "no_value_known"}}
    page = said({**KNOWN, "forces": {**FORCES_KNOWN, "value_bridge": bridge}})

    assert "What the product did for customers: not known: nobody" in page


def test_every_line_of_the_bridge_of_value_has_a_name() -> None:
    assert set(VALUE_LINES) == {line for line in _growth_value.LINES if not line.startswith("mrr_")}


def test_tenths_of_customers_stand_with_what_they_are_still_to_bring() -> None:
    tenth = {
        "customers": 12,
        "mean": estimate(900.0, unit="EUR/customer"),
        "share_of_value": 0.4,
        "months": estimate(40.0, unit="months"),
    }
    life = {
        **LIFETIME["lifetime"],
        "by_customer": {"tenths": [{**tenth, "tenth": "top"}], "mean": tenth["mean"]},
    }
    page = said({**KNOWN, "lifetime": life})

    assert "the tenth worth most (12) 900 EUR 855–945 40 % 40 38–42" in page
