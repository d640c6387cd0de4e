"""Retention month by month: what stays without and with expansion, each with its band."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._months import months_along
from api.pages.charts._palette import ACCENT, MUTED, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, odds, share
from api.pages.words import joined, month_in_words

NAMES = {"grr": "Gross: without expansion", "nrr": "Net: with expansion"}
MOST_MONTHS = 36
WIDEST = 0.5
"""How far above the highest value bands are drawn; a band of a handful of customers would flatten all else."""

Row = dict[str, Any]
"""name (the month), which (of `NAMES`), value, low, high (shares), level, written."""


class RetentionTrend(Chart[list[Row]]):
    """Two lines with bands against the line of 100 %."""

    kind = "growth"
    place = 71

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return a row for each month and measure that is known; None where fewer than two months are."""
        rows = [
            _row(month, which)
            for month in (result.get("months") or [])[-MOST_MONTHS:]
            for which in NAMES
            if (month.get(which) or {}).get("value") is not None
        ]
        return rows if len({row["name"] for row in rows}) > 1 else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say where both stand, and where they stood at first."""
        first, last = ([row for row in data if row["name"] == data[at]["name"]] for at in (0, -1))
        now = [f"{row['which'].split(':')[0].lower()} {share(row['value'])}" for row in last]
        then = [share(row["value"]) for row in first]
        return f"Retention is {joined(now)}; in {first[0]['name']} it was {joined(then)}"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "At each month's end: of what customers paid a window ago, the share that they still pay, growth left out "
            "(gross) and counted (net). Above 100 % the same customers pay more than they did. Windows of "
            "neighbouring months overlap, so the lines move slowly. The bands hold the truth "
            f"{odds(data[-1]['level'])} times."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """Tell first and last of each measure."""
        told = []
        for name in NAMES.values():
            its = [row for row in data if row["which"] == name]
            if its:
                told.append(
                    f"{name}, {its[0]['name']} {its[0]['written']}, {its[-1]['name']} {its[-1]['written']}"
                )
        return f"Retention by month. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Lay lines over bands over the line of 100 %."""
        alt = altair()
        inner = width - 70
        names = list(dict.fromkeys(row["name"] for row in data))
        low = max(0.0, min(row["low"] for row in data))
        high = min(max(row["high"] for row in data), max(row["value"] for row in data) + WIDEST)
        scale = alt.Scale(domain=[min(low, 1.0), max(high, 1.0)], nice=False, zero=False)
        axis = alt.Axis(format=".0%", tickCount=6)
        x = months_along(names, width=inner)
        legend = alt.Legend(
            orient="top", title=None, labelColor=MUTED, labelFontSize=12, symbolOpacity=1,
 symbolType="stroke", labelLimit=inner,
            columns=2 if width > NARROW else 1,
        )  # fmt: skip
        shades = alt.Scale(domain=list(NAMES.values()), range=[ACCENT, SECOND])
        base = alt.Chart(alt.Data(values=data)).encode(
            x=x, color=alt.Color("which:N", scale=shades, legend=legend)
        )
        band = base.mark_area(opacity=0.15, clip=True)
        whole = alt.Chart(alt.Data(values=[{}])).mark_rule(color=QUIET, strokeDash=[4, 3])
        drawn: Sketch = alt.layer(
            whole.encode(y=alt.datum(1.0, type="quantitative")),
            band.encode(y=alt.Y("low:Q", title=None, scale=scale, axis=axis), y2="high:Q"),
            base.mark_line(strokeWidth=2.4).encode(y=alt.Y("value:Q", title=None, scale=scale, axis=axis)),
        ).properties(width=inner, height=280 if width > NARROW else 230)
        return drawn


def _row(month: Mapping[str, Any], which: str) -> Row:
    found = month[which]
    ends = {key: float(found[key]) for key in ("value", "low", "high")}
    return {
        "name": month_in_words(month.get("month")),
        "which": NAMES[which],
        "written": str(estimate(found)),
        "level": found.get("level"),
        **ends,
    }
