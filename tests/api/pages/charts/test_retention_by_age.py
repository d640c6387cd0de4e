"""What is left by age shows customers and their revenue, as far as enough customers have come."""

from __future__ import annotations

from api.pages.charts.retention_by_age import RetentionByAge
from tests.api.pages.charts.growing import BY_AGE, drawn, estimate, texts, title, told


def test_the_title_says_what_is_left_after_a_year() -> None:
    assert (
        title(RetentionByAge)
        == "After 12 months 28 % of customers still pay, and 124 % of the first revenue is there"
    )


def test_a_younger_business_is_told_at_its_highest_known_age() -> None:
    assert title(RetentionByAge, by_age=BY_AGE[:2]).startswith("After 1 month 90 % of customers")


def test_without_revenue_only_customers_are_told() -> None:
    alone = [{**row, "mrr_of_first": None} for row in BY_AGE]

    assert title(RetentionByAge, by_age=alone) == "After 12 months 28 % of customers still pay"


def test_both_lines_are_named_and_the_axis_counts_months() -> None:
    shown = texts(drawn(RetentionByAge))

    assert {"Customers who still pay", "Revenue left of the first", "months since they began"} <= set(shown)


def test_ages_that_hardly_anybody_reached_are_left_out() -> None:
    few = {"age_months": 13, "paying": {**estimate(0.5), "n": 2}, "mrr_of_first": 9.0}

    assert told(RetentionByAge, by_age=[*BY_AGE[:13], few]) == told(RetentionByAge, by_age=BY_AGE[:13])


def test_those_who_do_not_see_it_are_told_ages_with_ranges() -> None:
    assert "after 12 months 28 % (between 27 and 30 %, 9 in 10)" in told(RetentionByAge)


def test_the_caption_tells_the_level_of_the_band() -> None:
    surer = [{**row, "paying": {**row["paying"], "level": 0.95}} for row in BY_AGE]

    assert "19\N{NO-BREAK SPACE}in\N{NO-BREAK SPACE}20 times" in drawn(RetentionByAge, by_age=surer).caption


def test_without_ages_there_is_no_picture() -> None:
    assert drawn(RetentionByAge, by_age=BY_AGE[:1]) is None
    assert drawn(RetentionByAge, by_age=BY_AGE[13:]) is None
    assert drawn(RetentionByAge, by_age=None) is None
