"""Waves by month: what each asks for, and of how many customers."""

from __future__ import annotations

from api.pages.charts.raise_waves import RaiseWaves
from api.pages.figures import GAP
from tests.api.pages.charts.growing import texts
from tests.api.pages.charts.raising import PLANNED, drawn


def test_the_title_adds_the_waves_up() -> None:
    assert drawn(RaiseWaves).title.replace(GAP, " ") == (
        "2,140 EUR a month more is asked of 80 customers, in 2 waves"
    )
    assert drawn(RaiseWaves, waves=PLANNED["waves"][:1]).title.endswith("of 40 customers, in one wave")


def test_each_wave_is_named_in_order_with_its_customers() -> None:
    for narrow in (False, True):
        shown = texts(drawn(RaiseWaves), narrow=narrow)
        assert shown.index("Sep 2026") < shown.index("Dec 2026")
        assert {"40 customers, 6 held out", "40 customers"} <= set(shown)


def test_without_waves_there_is_no_picture() -> None:
    for waves in ([], None, [{**PLANNED["waves"][0], "mrr_asked": None}]):
        assert drawn(RaiseWaves, waves=waves) is None
