"""Where growth takes customers: shares by tier, month by month."""

from __future__ import annotations

from api.pages.charts.tier_paths import TierPaths
from tests.api.pages.charts.tier_menu import CHARTS, drawn, told


def test_the_title_says_how_many_reach_the_largest_tier():
    title, words = told(TierPaths)

    assert title == "In 36 months 60 % are in Pro; today 30 % are"
    assert "in month 36" in words


def test_where_nobody_climbs_it_says_so():
    rows = [{**row, "share": 0.5} for row in CHARTS["climbing"]]

    assert (
        drawn(TierPaths, charts={"climbing": rows}).title == "Hardly anybody climbs to Pro within 36 months"
    )


def test_one_tier_or_nobody_has_no_paths():
    alone = [row for row in CHARTS["climbing"] if row["order"] == 0]
    nobody = [{**row, "share": 0.0} for row in CHARTS["climbing"]]

    assert drawn(TierPaths, charts={"climbing": alone}) is None
    assert drawn(TierPaths, charts={"climbing": nobody}) is None
    assert drawn(TierPaths, charts={}) is None
