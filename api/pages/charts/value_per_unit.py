"""Value per unit by metric: how far customers lie from each metric's own typical value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET
from api.pages.charts._svg import Sketch
from api.pages.figures import money
from api.pages.words import joined

ROW = 58  # height of a metric's row, px
BELOW = 10  # the drawing stands so many px below the row's middle, its labels above
WINDOW = 100.0  # farthest ratio to the typical value that is drawn; beyond it the line runs to the edge
TICKS = (0.01, 0.03, 0.1, 1 / 3, 1.0, 3.0, 10.0, 30.0, 100.0)
FINE_TICKS = (0.2, 1 / 3, 0.5, 1.0, 2.0, 3.0, 5.0)  # where the window holds no ×10
TICK_WORDS = (
    "datum.value < 0.99 ? '÷' + format(1 / datum.value, '.0f')"
    " : datum.value > 1.01 ? '×' + format(datum.value, '.0f') : 'typical'"
)
PERCENTILES = ("p05", "p25", "p50", "p75", "p95")

Row = dict[str, Any]
"""metric, five percentiles of value per unit, bins of its histogram, leads (recommended), sure (clearly)."""


class ValuePerUnit(Chart[list[Row]]):
    """One row a metric: density, middle half and middle nine tenths of customers, as ratios to the median."""

    kind = "value_metrics"
    place = 10

    def data(self, result: Mapping[str, Any]) -> list[Row]:
        """Return a row for each metric whose five percentiles are known and whose median is above zero."""
        charts = result.get("charts") or {}
        place = {row["metric"]: index for index, row in enumerate(result.get("ranking") or [])}
        histogram = charts.get("histogram") or {}
        leader, clear = result.get("recommended"), result.get("verdict") == "clear"
        rows = [
            {
                **row,
                "leads": row["metric"] == leader,
                "sure": clear and row["metric"] == leader,
                "bins": histogram.get(row["metric"]) or [],
            }
            for row in charts.get("value_per_unit") or []
            if all(row.get(key) is not None for key in PERCENTILES) and row["p50"] > 0
        ]
        if all(row["p05"] == row["p95"] for row in rows):
            return []  # one customer, or all alike: nothing lies apart
        return sorted(rows, key=lambda row: (place.get(row["metric"], len(place)), row["metric"]))

    def title(self, data: list[Row], *, currency: str) -> str:
        """Name the narrowest and the widest metric where the verdict is clear; otherwise claim nothing."""
        known = [row for row in data if row["p25"] > 0]
        if len(known) < 2 or not any(row["sure"] for row in data):
            return "How far customers lie apart in what one unit is worth"
        by_width = sorted(known, key=lambda row: row["p75"] / row["p25"])
        return (
            f"A unit is worth most nearly the same to everyone for {by_width[0]['metric']}, "
            f"least so for {by_width[-1]['metric']}"
        )

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each row is one metric. The dot is its typical (median) customer, the bar the middle half of "
            "customers, the line the middle nine tenths; deeper shading means more customers. The narrower a "
            "row, the fairer one price per unit. ×3 means three times the typical value per unit. Only customers "
            "who report outcomes are drawn."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List every metric's middle half in money."""
        halves = [
            f"{row['metric']}: typical {money(row['p50'], currency)}, middle half of customers "
            f"{money(row['p25'], currency)} to {money(row['p75'], currency)}"
            for row in data
        ]
        return f"Value per unit by metric. {joined(halves)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Layer shading, line, bar, dot and the two labels of each row."""
        alt = altair()
        window = 1.1 * min(WINDOW, max(4.0, *(_reach(row) for row in data)))
        order = [str(place) for place in range(len(data))]
        ticks = [tick for tick in (TICKS if window > 10 else FINE_TICKS) if 1 / window <= tick <= window]
        scale = alt.Scale(type="log", domain=[1 / window, window], nice=False)
        x = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(values=ticks, labelExpr=TICK_WORDS))
        y = alt.Y("place:N", sort=order, axis=None, scale=alt.Scale(domain=order, padding=0))
        colour = alt.condition(alt.datum.leads, alt.value(ACCENT), alt.value(QUIET))
        depth = alt.Opacity("density:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 0.42]))
        base = alt.Chart(alt.Data(values=_ratios(data, window, currency))).encode(x=x, y=y)
        bins = alt.Chart(alt.Data(values=_shades(data, window))).encode(x=x, x2="high:Q", y=y)
        dot = base.mark_point(yOffset=BELOW, size=90, filled=True, stroke=PAPER, strokeWidth=2, opacity=1)
        name = base.mark_text(align="left", baseline="middle", dy=-16, fontSize=13, limit=int(width * 0.62))
        worth = base.mark_text(align="right", baseline="middle", dy=-16)
        layers: Sketch = alt.layer(
            bins.mark_rect(height=22, yOffset=BELOW).encode(color=colour, opacity=depth),
            base.mark_rule(yOffset=BELOW, strokeWidth=1.5).encode(x2="high:Q", color=colour),
            base.mark_bar(yOffset=BELOW, height=7, cornerRadius=3).encode(
                x="inner_low:Q", x2="inner_high:Q", color=colour
            ),
            dot.encode(
                x="typical:Q", color=alt.condition(alt.datum.leads, alt.value(ACCENT), alt.value(INK))
            ),
            name.encode(x=alt.value(0), text="metric:N", color=alt.value(INK)),
            worth.encode(x=alt.value(width - 10), text="worth:N", color=alt.value(MUTED)),
        ).properties(width=width - 10, height=ROW * len(data))
        return layers


def _reach(row: Row) -> float:
    """Say how many times above or below its median the row's line reaches."""
    below = row["p50"] / row["p05"] if row["p05"] > 0 else WINDOW
    return float(max(row["p95"] / row["p50"], below))


def _ratios(data: list[Row], window: float, currency: str) -> list[dict[str, Any]]:
    """Express each row's percentiles as ratios to its median, kept inside the window."""
    drawn = []
    for place, row in enumerate(data):
        ratios = [min(max(row[key] / row["p50"], 1 / window), window) for key in PERCENTILES]
        names = ("low", "inner_low", "typical", "inner_high", "high")
        said = {
            "metric": row["metric"],
            "leads": row["leads"],
            "worth": f"typical {money(row['p50'], currency)}",
        }
        drawn.append({"place": str(place), **said, **dict(zip(names, ratios, strict=True))})
    return drawn


def _shades(data: list[Row], window: float) -> list[dict[str, Any]]:
    """Express each histogram's bins as ratios to the row's median, with the fullest bin at density 1."""
    drawn = []
    for place, row in enumerate(data):
        fullest = max((found["customers"] for found in row["bins"]), default=0)
        for found in row["bins"]:
            low, high = (10.0 ** found[key] / row["p50"] for key in ("log10_low", "log10_high"))
            if found["customers"] > 0 and high > 1 / window and low < window:
                ends = {"low": max(low, 1 / window), "high": min(high, window)}
                density = found["customers"] / fullest
                drawn.append({"place": str(place), "leads": row["leads"], "density": density, **ends})
    return drawn
