"""Value against units, one small picture a metric: does the bill grow where the value does?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, MUTED, QUIET
from api.pages.charts._svg import Sketch
from api.pages.words import joined

MOST_PANELS = 9
GAP = 28  # between panels, px

Panel = dict[str, Any]
"""metric, points (units and value, both above zero), leads (whether it is the recommended metric)."""


class ValueAgainstUnits(Chart[list[Panel]]):
    """A scatter a metric on log scales; the line is one price per unit at the metric's typical worth."""

    kind = "value_metrics"
    place = 20

    def data(self, result: Mapping[str, Any]) -> list[Panel]:
        """Return a panel for each metric with three or more customers above zero, best metrics first."""
        clouds = (result.get("charts") or {}).get("value_against_units") or {}
        ranked = [row["metric"] for row in result.get("ranking") or [] if row["metric"] in clouds]
        panels = []
        for metric in ranked + sorted(set(clouds) - set(ranked)):
            pairs = [(units or 0, value or 0) for units, value in clouds[metric].get("points") or []]
            points = [(units, value) for units, value in pairs if units > 0 and value > 0]
            if len(points) >= 3:
                leads = metric == result.get("recommended")
                panels.append({"metric": metric, "points": points, "leads": leads})
        return panels[:MOST_PANELS]

    def title(self, data: list[Panel], *, currency: str) -> str:
        """Name what the eye should look for."""
        return "Where value grows with units, the dots follow the line"

    def caption(self, data: list[Panel]) -> str:
        """Say how to read it."""
        return (
            "Each dot is a customer: units used (across) and value received (up), both on scales where every "
            "step multiplies. The line is what one price per unit would follow: a cloud that hugs it makes a "
            "fair metric, a cloud that lies flatter or wider does not. Customers with no units or no value "
            "are not drawn."
        )

    def words(self, data: list[Panel], *, currency: str) -> str:
        """Say for which metrics there are pictures and how many customers each shows."""
        clouds = [f"{panel['metric']} ({len(panel['points'])} customers)" for panel in data]
        return f"Scatter of value against units on log scales for {joined(clouds)}."

    def sketch(self, data: list[Panel], *, currency: str, width: int) -> Sketch:
        """Set the panels in rows of three (two on a phone), with one value scale for all."""
        columns = 2 if width <= NARROW else 3
        size = (width - 70 - GAP * (columns - 1)) / columns
        values = _half_decades([value for panel in data for _, value in panel["points"]])
        panels = [
            _panel(panel, values, size=size, axis_title=currency if place % columns == 0 else None)
            for place, panel in enumerate(data)
        ]
        # Flush bounds leave the axes out of the spacing, so that rows need room for labels and titles.
        rows: Sketch = altair().concat(
            *panels, columns=columns, bounds="flush", spacing={"row": 66, "column": GAP}
        )
        return rows


def _panel(panel: Panel, values: list[float], *, size: float, axis_title: str | None) -> Sketch:
    """Draw one metric's cloud and its line of slope one through the median ratio."""
    alt = altair()
    units = _half_decades([units for units, _ in panel["points"]])
    ratios = sorted(value / units for units, value in panel["points"])
    typical = ratios[len(ratios) // 2]
    ends = [max(units[0], values[0] / typical), min(units[1], values[1] / typical)]
    cloud = alt.Data(values=[{"units": units, "value": value} for units, value in panel["points"]])
    line = alt.Data(values=[{"units": units, "value": typical * units} for units in ends])
    numbers = "datum.value < 1 ? format(datum.value, '.3~r') : format(datum.value, '~s')"
    # Later columns keep their labels, unseen, so that all titles stand at one height.
    across = alt.Axis(values=_powers(units), labelExpr=numbers)
    up = alt.Axis(values=_powers(values), labelExpr=numbers, labelOpacity=0 if axis_title is None else 1)
    x = alt.X("units:Q", scale=alt.Scale(type="log", domain=units), axis=across, title=None)
    y = alt.Y("value:Q", scale=alt.Scale(type="log", domain=values), axis=up, title=axis_title)
    dots = alt.Chart(cloud).mark_circle(size=15, opacity=0.45, color=ACCENT if panel["leads"] else QUIET)
    rule = alt.Chart(line).mark_line(color=MUTED, strokeWidth=1.2, strokeDash=[4, 3])
    title = alt.Title(panel["metric"], limit=size, frame="group")
    layers: Sketch = alt.layer(dots.encode(x=x, y=y), rule.encode(x=x, y=y)).properties(
        width=size, height=size * 0.8, title=title
    )
    return layers


def _half_decades(found: Sequence[float]) -> list[float]:
    """Round a range out to 1, 3, 10, 30 …"""
    low, high = math.floor(2 * math.log10(min(found))), math.ceil(2 * math.log10(max(found)))
    return [float(f"{10 ** (step / 2):.1g}") for step in (low, high + (low == high))]


def _powers(reach: list[float]) -> list[float]:
    """List the powers of ten inside a range; every other one where there are more than five."""
    low, high = (math.log10(end) for end in reach)
    powers = [float(10.0**power) for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    return powers[:: 1 if len(powers) <= 5 else 2]
