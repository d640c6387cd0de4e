"""The trend shows gross and net retention month by month, each with its band."""

from __future__ import annotations

from api.pages.charts.retention_trend import RetentionTrend
from tests.api.pages.charts.growing import MONTHS, drawn, estimate, month, texts, title, told


def test_the_title_says_where_retention_stands_and_where_it_stood() -> None:
    assert title(RetentionTrend) == "Retention is gross 88 % and net 104 %; in Jan 2026 it was 90 % and 108 %"


def test_only_months_whose_window_is_over_are_drawn() -> None:
    shown = texts(drawn(RetentionTrend))

    assert [text for text in shown if text.endswith(("2025", "2026"))] == ["Jan 2026", "Feb 2026"]


def test_gross_is_named_before_net() -> None:
    shown = texts(drawn(RetentionTrend))

    assert shown.index("Gross: without expansion") < shown.index("Net: with expansion")


def test_those_who_do_not_see_it_are_told_both_ends_with_their_ranges() -> None:
    words = told(RetentionTrend)

    assert "Gross: without expansion, Jan 2026 90 % (between 86 and 94 %, 9 in 10)" in words
    assert "Net: with expansion, Jan 2026 108 %" in words


def test_a_band_of_a_handful_of_customers_does_not_flatten_the_lines() -> None:
    wild = month("2026-03", 2400.0, net=1.04, gross=0.88)
    wild["nrr"] = {**estimate(1.04), "high": 40.0}

    assert not any(
        text in {"1,000%", "2,000%", "1000%", "2000%"}
        for text in texts(drawn(RetentionTrend, months=[*MONTHS, wild]))
    )


def test_with_one_known_month_or_none_there_is_no_picture() -> None:
    assert drawn(RetentionTrend, months=MONTHS[:13]) is None
    assert drawn(RetentionTrend, months=[]) is None
