"""The forecast goes on where revenue stands, and says how sure it is."""

from __future__ import annotations

from api.pages.charts.forecast_fan import ForecastFan
from tests.api.pages.charts.growing import FORECAST, MONTHS, drawn, estimate, texts, title, told


def test_the_title_says_where_revenue_will_be_and_where_it_is() -> None:
    assert title(ForecastFan, forecast=FORECAST) == (
        "Revenue is forecast at 2,940 EUR a month in Aug 2026 (2,790–3,090 EUR); in Feb 2026 it is 2,400 EUR"
    )


def test_the_forecast_begins_where_revenue_stands() -> None:
    rows = ForecastFan().data({"months": MONTHS, "forecast": FORECAST})
    assert rows is not None

    first = next(row for row in rows if row["which"] == "Forecast")
    assert (first["name"], first["low"], first["value"], first["high"]) == (
        "Feb 2026",
        2400.0,
        2400.0,
        2400.0,
    )


def test_both_parts_are_named_and_the_last_month_is() -> None:
    assert {"So far", "Forecast", "Aug 2026"} <= set(
        texts(drawn(ForecastFan, forecast=FORECAST), narrow=True)
    )


def test_the_caption_says_what_the_forecast_does_not_know() -> None:
    caption = drawn(ForecastFan, forecast=FORECAST).caption

    assert "a chance of 9\N{NO-BREAK SPACE}in\N{NO-BREAK SPACE}10" in caption
    assert "no new price" in caption


def test_those_who_do_not_see_it_are_told_its_middle_and_its_end() -> None:
    words = told(ForecastFan, forecast=FORECAST)

    assert "Jun 2026: 2,760 EUR" in words
    assert "Aug 2026: 2,940 EUR (between 2,790 and 3,090 EUR, 9 in 10)" in words


def test_months_that_cannot_be_foretold_are_left_out() -> None:
    dim = [*FORECAST, {"month": "2026-09", "mrr": estimate(None, unit="EUR")}]

    assert title(ForecastFan, forecast=dim) == title(ForecastFan, forecast=FORECAST)


def test_without_a_forecast_there_is_no_picture() -> None:
    assert drawn(ForecastFan) is None
    assert drawn(ForecastFan, forecast=[]) is None
    assert drawn(ForecastFan, forecast=FORECAST, months=[]) is None
