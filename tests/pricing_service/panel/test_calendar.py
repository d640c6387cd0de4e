"""Days and months."""

from datetime import date

from pricing_service.panel.calendar import next_month, spine


def test_the_month_after_december_is_january():
    assert next_month(date(2024, 12, 31)) == date(2025, 1, 1)
    assert next_month(date(2024, 1, 31)) == date(2024, 2, 1)


def test_the_spine_ends_with_the_day_after_as_of():
    rows = spine(date(2024, 1, 20), date(2024, 2, 10)).to_pyarrow().to_pylist()
    assert [(r["month"], r["month_stop"], r["month_days"], r["partial"]) for r in rows] == [
        (date(2024, 1, 1), date(2024, 2, 1), 31, False),
        (date(2024, 2, 1), date(2024, 2, 11), 29, True),
    ]


def test_a_month_that_as_of_completes_is_not_partial():
    assert not spine(date(2024, 2, 1), date(2024, 2, 29)).to_pyarrow()["partial"][0].as_py()
