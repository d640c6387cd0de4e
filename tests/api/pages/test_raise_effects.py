"""Effects of raises as tables: small moves with a decimal, differences in points, each plan's margin, the budget."""

from __future__ import annotations

from typing import Any

import pytest

from api.pages.figures import GAP
from api.pages.raise_effects import MEASURES, effect_tables, finely
from pricing_service.decisions import _raise_effects
from tests.api.pages.charts.growing import estimate
from tests.api.pages.charts.raising import PLANNED, UNPLANNED
from tests.api.pages.conftest import blanked
from tests.api.pages.test_raises import said

Json = dict[str, Any]


def test_every_measure_that_is_told_has_words() -> None:
    told = _raise_effects.no_effects("no_bills", "EUR", 0.9)["before_after"]

    assert set(MEASURES) == {row["measure"] for row in told}


def test_shares_keep_a_decimal_and_their_differences_are_points() -> None:
    assert finely(estimate(0.8576)).value == f"85.8{GAP}%"
    assert finely(estimate(-0.0052), points=True).value == f"−0.5{GAP}points"
    assert finely(estimate(-0.0001), points=True).value == f"0.0{GAP}points"
    assert finely(estimate(919_000.0, unit="EUR")).value == f"919,000{GAP}EUR"
    assert finely(estimate(None, reason="no_bills")).unknown == "not known: the data hold no bills"


def test_the_page_tells_the_business_before_and_after_with_units() -> None:
    page = said(PLANNED)

    for part in (
        "The business before and after", "Revenue a month a year from now 1,050 EUR",
        "Customers lost within a year 0.5 points",
        "Lifetime value of all together, over 24 months 19,100 EUR", "What more churn would buy",
        "only the change is known", "How much churn the raises bear", "pro 10 12 % 8.0 %", "team 70 12 % 10.0 %",
        "1 % as you allow 50 20,900 EUR",
    ):  # fmt: skip
        assert part in page
    assert "solo" not in page


def test_segments_stand_beside_plans_where_they_were_asked_for() -> None:
    segment = {**PLANNED["break_even"][1], "segment": "staffing"}
    del segment["plan"]

    rows = effect_tables({**PLANNED, "break_even_by_segment": [segment]})["bears"]

    assert [row["name"] for row in rows] == ["pro", "team", "staffing"]


def test_only_the_budget_that_was_asked_for_is_marked() -> None:
    rows = effect_tables(PLANNED)["frontier"]

    assert [row["budget"].replace(GAP, " ") for row in rows if row["chosen"]] == ["1 %"]


@pytest.mark.parametrize(
    "raises", [{}, UNPLANNED, dict.fromkeys(PLANNED)], ids=["nothing", "unplanned", "null"]
)
def test_without_a_plan_there_are_no_tables(raises: Json) -> None:
    assert effect_tables(raises) == {"before_after": [], "bears": [], "frontier": []}


def test_numbers_that_are_not_known_say_why() -> None:
    rows = effect_tables(blanked(PLANNED))

    assert all(row["change"].unknown for row in rows["before_after"])
    assert all(row["churn_change"].unknown for row in rows["bears"])
    assert all(row["gain"].unknown for row in rows["frontier"])
