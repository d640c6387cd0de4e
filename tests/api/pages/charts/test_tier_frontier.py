"""The frontier says what it costs to lose fewer customers, and marks the menu that was chosen."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.pages.charts.tier_frontier import TierFrontier
from tests.api.pages.charts.tier_menu import CHARTS, drawn, told


def test_the_title_says_what_losing_fewer_costs():
    title, words = told(TierFrontier)

    assert title == "To lose 10 % of customers instead of 20 % costs 20 % of what is earned"
    assert words.startswith("2 menus")


def test_it_has_a_point_a_menu_and_marks_the_chosen_one():
    points = [path for path in ET.fromstring(drawn(TierFrontier).wide).iter("path") if path.get("transform")]

    assert len(points) == 2
    assert len({point.get("fill") for point in points}) == 2


def test_where_the_best_menu_also_loses_fewest_it_says_so():
    rows = [{**CHARTS["frontier"][0], "leave_share": 0.05}, CHARTS["frontier"][1]]

    assert (
        drawn(TierFrontier, charts={"frontier": rows}).title == "The menu that earns most also loses fewest"
    )


def test_without_data_there_is_no_picture():
    assert drawn(TierFrontier, charts={}) is None
