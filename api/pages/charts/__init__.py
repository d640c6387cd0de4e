"""The report's pictures: one chart a file; a new file is a new picture, with no list to edit."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import Chart, Picture
from models.registry import discover

__all__ = ["Chart", "Picture", "draw_pictures"]


def draw_pictures(analyses: Mapping[str, Any], *, currency: str) -> list[Picture]:
    """Draw every chart whose analysis carries its data, in reading order.

    Parameters
    ----------
    analyses
        Results by kind, as the `report` kind returns them.
    currency
        ISO code of the money.
    """
    family = discover(sys.modules[__name__], Chart)
    charts = sorted((chart() for chart in family.values()), key=lambda chart: (chart.place, chart.name))
    drawn = (
        chart.draw(analyses[chart.kind], currency=currency) for chart in charts if chart.kind in analyses
    )
    return [picture for picture in drawn if picture is not None]
