"""Value against units, one small picture a metric: does the bill grow where the value does?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.pages.charts._base import NARROW, Chart
from api.pages.charts._palette import ACCENT, MUTED, QUIET
from api.pages.words import joined

if TYPE_CHECKING:
    import altair as alt

MOST_PANELS = 9


class ValueAgainstUnits(Chart):
    """A scatter a metric on log scales; the line is one price per unit at the metric's typical worth."""

    kind = "value_metrics"
    place = 20

    def data(self, result: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a panel for each metric with three or more customers above zero, best metrics first."""
        clouds = (result.get("charts") or {}).get("value_against_units") or {}
        ranked = [row["metric"] for row in result.get("ranking") or [] if row["metric"] in clouds]
        panels = []
        for metric in ranked + sorted(set(clouds) - set(ranked)):
            points = [(units, value) for units, value in clouds[metric].get("points") or [] if units and value]
            points = [(units, value) for units, value in points if units > 0 and value > 0]
            if len(points) >= 3:
                panels.append(
                    {"metric": metric, "points": points, "leads": metric == result.get("recommended"),
                     "unit": clouds[metric].get("unit") or metric}
                )  # fmt: skip
        return panels[:MOST_PANELS]

    def title(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """Name what the eye should look for."""
        return "Where value grows with units, the dots follow the line"

    def caption(self, data: list[dict[str, Any]]) -> str:
        """Say how to read it."""
        return (
            "Each dot is a customer: units used (across) and value received (up), both on scales where every step "
            "multiplies. The line is what one price per unit would follow: a cloud that hugs it makes a fair "
            "metric, a cloud that lies flatter or wider does not. Customers with no units or no value are not drawn."
        )

    def words(self, data: list[dict[str, Any]], *, currency: str) -> str:
        """Say for which metrics there are pictures and how many customers each shows."""
        clouds = [f"{panel['metric']} ({len(panel['points'])} customers)" for panel in data]
        return f"Scatter of value against units on log scales for {joined(clouds)}."

    def sketch(self, data: list[dict[str, Any]], *, currency: str, width: int) -> alt.ConcatChart:
        """Set the panels in rows of three (two on a phone), with one value scale for all."""
        import altair as alt  # noqa: PLC0415 - house rule 8: only where charts are drawn

        columns = 2 if width <= NARROW else 3
        size = (width - 70 - 28 * (columns - 1)) / columns
        values = [value for panel in data for _, value in panel["points"]]
        domain = [_decade(min(values), down=True), _decade(max(values), down=False)]
        panels = [_panel(panel, domain, currency, size=size, first=place % columns == 0) for place, panel in enumerate(data)]
        return alt.concat(*panels, columns=columns, bounds="flush", spacing={"row": 66, "column": 28})


def _panel(panel: Mapping[str, Any], domain: list[float], currency: str, *, size: float, first: bool) -> alt.LayerChart:
    """Draw one metric's cloud and its line of slope one through the median ratio."""
    import altair as alt  # noqa: PLC0415 - house rule 8: only where charts are drawn

    points = panel["points"]
    ratios = sorted(value / units for units, value in points)
    typical = ratios[len(ratios) // 2]
    ends = [min(units for units, _ in points), max(units for units, _ in points)]
    reach = [_decade(ends[0], down=True), _decade(ends[1], down=False)]
    line = [units for units in (max(ends[0], domain[0] / typical), min(ends[1], domain[1] / typical))]
    numbers = "datum.value < 1 ? format(datum.value, '.3~r') : format(datum.value, '~s')"
    across = alt.Axis(values=_powers(reach), labelExpr=numbers)
    up = alt.Axis(values=_powers(domain), labelExpr=numbers, labelOpacity=float(first))
    x = alt.X("units:Q", scale=alt.Scale(type="log", domain=reach), axis=across, title=None)
    y = alt.Y("value:Q", scale=alt.Scale(type="log", domain=domain), axis=up, title=currency if first else None)
    dots = alt.Chart(alt.Data(values=[{"units": units, "value": value} for units, value in points]))
    rule = alt.Chart(alt.Data(values=[{"units": units, "value": typical * units} for units in line]))
    colour = ACCENT if panel["leads"] else QUIET
    return alt.layer(
        dots.mark_circle(size=15, opacity=0.45, color=colour, clip=True).encode(x=x, y=y),
        rule.mark_line(color=MUTED, strokeWidth=1.2, strokeDash=[4, 3], clip=True).encode(x=x, y=y),
    ).properties(width=size, height=size * 0.8, title=alt.Title(panel["metric"], limit=size, frame="group"))


def _decade(value: float, *, down: bool) -> float:
    """Round to the half decade (1, 3, 10, 30 …) below or above."""
    steps = 2 * math.log10(value)
    step = math.floor(steps) if down else math.ceil(steps)
    return float(f"{10 ** (step / 2):.1g}")


def _powers(reach: list[float]) -> list[float]:
    """List the powers of ten inside a range; every other one where there are more than five."""
    low, high = (math.log10(end) for end in reach)
    powers = [float(10.0**power) for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    return powers[:: 1 if len(powers) <= 5 else 2]
