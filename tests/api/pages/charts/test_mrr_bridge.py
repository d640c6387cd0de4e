"""The bridge shows what moved revenue, both ways, and where it went."""

from __future__ import annotations

from api.pages.charts.mrr_bridge import MOST_MONTHS, MrrBridge
from tests.api.pages.charts.growing import MONTHS, drawn, month, texts, title, told


def test_the_title_says_where_revenue_went_and_what_moved_it() -> None:
    said = title(MrrBridge)

    assert said == (
        "In 12 months revenue went from 1,200 EUR to 2,400 EUR a month: 2,160 EUR gained, 960 EUR lost"
    )


def test_every_line_that_moved_is_named_once_and_others_are_not() -> None:
    still = [{**each, "reactivation": 0.0} for each in MONTHS]

    shown = texts(drawn(MrrBridge, months=still))

    assert [text for text in shown if text in {"New", "Came back", "Expansion", "Price raise", "Churn"}] == [
        "New", "Expansion", "Price raise", "Churn",
    ]  # fmt: skip


def test_losses_point_downwards() -> None:
    assert any(text.startswith("\N{MINUS SIGN}") for text in texts(drawn(MrrBridge)))


def test_a_first_month_in_which_everybody_is_new_does_not_flatten_the_others() -> None:
    everybody = month("2024-12", 0.0) | {"new": 1_000_000.0, "closing_mrr": 1000.0}

    words = told(MrrBridge, months=[everybody, *MONTHS])

    assert words == told(MrrBridge)
    assert words.startswith("What moved revenue from Jan 2025 to Feb 2026: new 1,400 EUR")


def test_the_last_month_is_always_named_at_both_widths() -> None:
    picture = drawn(MrrBridge)

    assert "Feb 2026" in texts(picture)
    assert "Feb 2026" in texts(picture, narrow=True)


def test_a_long_history_is_cut_to_its_last_years() -> None:
    long = [month(f"{2015 + at // 12}-{at % 12 + 1:02}", 1000.0 + at) for at in range(120)]

    assert "Jan 2022 to Dec 2024" in told(MrrBridge, months=long)
    assert MOST_MONTHS == 36


def test_without_two_months_or_without_movement_there_is_no_picture() -> None:
    still = [{**each, **dict.fromkeys(("new", "reactivation", "expansion"), 0.0)} for each in MONTHS]
    still = [{**each, **dict.fromkeys(("price_raise", "contraction", "churn"), 0.0)} for each in still]

    assert drawn(MrrBridge, months=MONTHS[:1]) is None
    assert drawn(MrrBridge, months=None) is None
    assert drawn(MrrBridge, months=still) is None
