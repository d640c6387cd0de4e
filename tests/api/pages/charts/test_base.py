"""Every chart must draw what is there, leave out what is not, and say in words what it shows."""

from __future__ import annotations

import pytest

from api.pages.charts import draw_pictures

NAMES = ["value_per_unit", "value_against_units", "capture_curve", "evidence", "worth"]


@pytest.fixture(scope="module")
def drawn(results):
    return draw_pictures(results["clear"]["analyses"], currency="EUR")


def test_pictures_stand_in_reading_order(drawn):
    assert [picture.name for picture in drawn] == NAMES


def test_every_picture_is_drawn_for_a_desk_and_for_a_phone(drawn):
    for picture in drawn:
        assert picture.wide != picture.narrow
        assert "max-width:" in picture.narrow


@pytest.mark.parametrize(
    "analyses", [{}, {"value_metrics": {}}, {"unit_worth": {"charts": None}}, {"other": {}}]
)
def test_without_data_there_is_no_picture(analyses):
    assert draw_pictures(analyses, currency="EUR") == []


def test_hostile_names_leave_the_pictures_whole(results):
    pictures = draw_pictures(results["hostile"]["analyses"], currency="EUR")

    assert [picture.name for picture in pictures] == NAMES
