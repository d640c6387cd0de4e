"""The triangle shows how many of each cohort still pay, readable however long the history is."""

from __future__ import annotations

from typing import Any

from api.pages.charts.cohort_triangle import CohortTriangle
from api.pages.growth import MOST_COHORTS, Cohort
from tests.api.pages.charts.growing import COHORTS, drawn, texts, title, told


def cohort(month: str, *customers: int) -> dict[str, Any]:
    return {"month": month, "customers": list(customers), "mrr": [10.0 * each for each in customers]}


def test_a_row_carries_its_cohort_and_how_many_they_were() -> None:
    assert "Jan 2025 · 20" in texts(drawn(CohortTriangle))


def test_the_title_compares_cohorts_at_an_age_that_half_of_them_reached() -> None:
    cohorts = [cohort("2025-01", 20, 18, 16, 14), cohort("2025-02", 10, 8, 5, 5), cohort("2025-03", 10, 9)]

    assert title(CohortTriangle, cohorts=cohorts) == (
        "After 3 months between 50 % (Feb 2025) and 70 % (Jan 2025) of a cohort still pay"
    )


def test_cohorts_of_a_handful_are_not_compared_in_the_title() -> None:
    cohorts = [cohort("2025-01", 3, 3, 0), cohort("2025-02", 1, 1, 1)]

    assert title(CohortTriangle, cohorts=cohorts) == "After 1 month 100 % of all cohorts still pay"


def test_the_title_says_how_many_small_cohorts_it_leaves_out() -> None:
    cohorts = [
        cohort("2025-01", 20, 18),
        cohort("2025-02", 10, 8),
        cohort("2025-03", 9, 1),
        cohort("2025-04", 1, 1),
    ]

    assert title(CohortTriangle, cohorts=cohorts).endswith(
        "of a cohort still pay (2 cohorts of fewer than ten customers left out)"
    )


def test_a_cell_is_unsure_where_its_interval_is_wide_or_its_customers_are_few() -> None:
    sure, wide = (
        {**cohort("2025-01", 40, 30), "logo_retention": {"low": [1, low], "high": [1, 0.85]}}
        for low in (0.65, 0.5)
    )

    assert [Cohort("x", [each]).unsure(1) for each in (sure, wide, cohort("2025-01", 9, 3))] == [
        False,
        True,
        True,
    ]
    assert Cohort("x", [sure, sure]).ends("logo_retention", 1) is None


def test_a_long_history_stays_readable_at_both_widths() -> None:
    long = [cohort(f"{2021 + at // 12}-{at % 12 + 1:02}", *([10] * (60 - at))) for at in range(60)]

    picture = drawn(CohortTriangle, cohorts=long)

    rows = [text for text in texts(picture) if " · " in text]
    assert rows == [f"{year} · 120" for year in range(2021, 2026)]
    assert len(rows) <= MOST_COHORTS
    assert "12" in texts(picture, narrow=True)
    assert "6" not in texts(picture, narrow=True)


def test_ages_that_not_all_of_a_cohort_reached_stay_empty() -> None:
    shown = texts(drawn(CohortTriangle, cohorts=[cohort("2025-01", 10, 7), cohort("2025-02", 10)]))

    assert [text for text in shown if text in {"100", "70"}] == ["100", "70", "100"]


def test_those_who_do_not_see_it_are_told_what_each_cohort_came_to() -> None:
    assert "Jan 2025, 20 customers: 25 % after 13 months" in told(CohortTriangle)


def test_without_two_cohorts_or_before_any_has_aged_there_is_no_picture() -> None:
    assert drawn(CohortTriangle, cohorts=COHORTS[:1]) is None
    assert drawn(CohortTriangle, cohorts=[cohort("2025-01", 3), cohort("2025-02", 4)]) is None
    assert drawn(CohortTriangle, cohorts=None) is None
