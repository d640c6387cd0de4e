"""Tables of growth take months, conventions and cohorts as the result has them, and make them readable."""

from __future__ import annotations

import pytest

from api.pages.growth import (
    MOST_COHORTS,
    Cohort,
    bridge_of_a_year,
    cohorts,
    conventions,
    growth_tables,
    moved,
    segments,
)
from tests.api.pages.charts.growing import MONTHS, RESULT


def many(count: int) -> list[dict[str, object]]:
    """Cohorts of one customer a month, from 2020 on."""
    return [
        {
            "month": f"{2020 + at // 12}-{at % 12 + 1:02}",
            "customers": [1] * (count - at),
            "mrr": [9.0] * (count - at),
        }
        for at in range(count)
    ]


def test_the_bridge_of_a_year_closes() -> None:
    total = bridge_of_a_year(MONTHS)["total"]

    gained = total["new"] + total["reactivation"] + total["expansion"] + total["price_raise"]
    assert total["opening_mrr"] + gained - total["contraction"] - total["churn"] == total["closing_mrr"]
    assert total["months"] == 12


def test_the_newest_month_stands_first() -> None:
    assert [month["name"] for month in bridge_of_a_year(MONTHS)["months"]][:2] == ["Feb 2026", "Jan 2026"]


def test_lines_that_did_not_move_have_no_column_and_are_named() -> None:
    bridge = bridge_of_a_year([{**month, "reactivation": 0.0} for month in MONTHS])

    assert "reactivation" not in bridge["lines"]
    assert bridge["still"] == ["came back"]


def test_losses_carry_a_minus_and_nothing_is_a_dash() -> None:
    assert [moved(1200.4, "new"), moved(80.0, "churn"), moved(0.0, "new")] == [
        "1,200", "\N{MINUS SIGN}80", "\N{EN DASH}",
    ]  # fmt: skip


def test_gross_conventions_come_before_net_and_the_chosen_ones_lead_and_are_marked() -> None:
    rows = conventions(RESULT)

    assert [row["measure"] for row in rows] == ["grr", "grr", "nrr", "logo", "quick"]
    assert [row["chosen"] for row in rows] == [True, False, True, True, False]


def test_a_convention_without_words_of_its_own_loses_its_underscores() -> None:
    rows = conventions({"variants": {"nrr_of_tomorrow": {"value": 1.0, "used_by": "nobody yet"}}})

    assert (rows[0]["name"], rows[0]["chosen"]) == ("nrr of tomorrow", False)


@pytest.mark.parametrize(
    ("count", "names"),
    [
        (18, ["Jan 2020", "Feb 2020"]),
        (19, ["Q1 2020", "Q2 2020"]),
        (54, ["Q1 2020", "Q2 2020"]),
        (55, ["2020", "2021"]),
    ],
)  # fmt: skip
def test_many_cohorts_are_taken_together(count: int, names: list[str]) -> None:
    found = cohorts({"cohorts": many(count)})

    assert [each.name for each in found][:2] == names
    assert len(found) <= MOST_COHORTS
    assert sum(each.customers for each in found) == count


def test_together_an_age_is_known_once_all_have_reached_it() -> None:
    old, young = (
        {"customers": [6, 5, 3], "mrr": [60.0, 66.0, 30.0]},
        {"customers": [4, 2], "mrr": [40.0, 20.0]},
    )

    both = Cohort("Q1 2026", [old, young])

    assert [both.left("customers", age) for age in (0, 1, 2)] == [1.0, 0.7, None]
    assert both.left("mrr", 1) == pytest.approx(0.86)
    assert (both.customers, both.oldest) == (10, 1)


def test_segments_stand_in_a_table_for_each_trait_in_their_order() -> None:
    tables = segments(RESULT)

    assert [(each["trait"], [row["level"] for row in each["rows"]]) for each in tables] == [
        ("plan", ["basic", "pro"]), ("company_size", ["small"]),
    ]  # fmt: skip
    assert [each["name"] for each in tables] == ["Plan then", "company size"]


@pytest.mark.parametrize(("as_of", "name"), [("window_start", "country then"), ("today", "country today")])
def test_a_table_of_segments_says_when_customers_were_of_them(as_of: str, name: str) -> None:
    row = {"trait": "country", "level": "DE", "as_of": as_of}

    assert [each["name"] for each in segments({"by_segment": [row]})] == [name]


@pytest.mark.parametrize("growth", [{}, dict.fromkeys(RESULT)])
def test_without_data_the_tables_are_empty(growth: dict[str, None]) -> None:
    assert growth_tables(growth) == {
        "bridge": {}, "conventions": [], "segments": [], "cohorts": {}, "past": {}, "value": [],
        "moves": {"first": {}, "rows": [], "silent": [], "tried": {}, "ways": {}},
    }  # fmt: skip
