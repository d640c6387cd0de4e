"""What past raises did, month by month: those raised beside those who were not, from before the new price on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, QUIET
from api.pages.charts._svg import Sketch
from api.pages.figures import change, estimate, odds
from api.pages.raises import OUTCOMES
from api.pages.words import joined

Row = dict[str, Any]
"""which (of `OUTCOMES`, in words), month (0 is the first at the new price), value, low, high, level, effect."""


class PastRaises(Chart[list[Row]]):
    """A panel an outcome: its difference by month with its interval, the line at none, and the month of the raise."""

    kind = "raises"
    place = 82

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return a row for each outcome and month that is known; None where none is."""
        outcomes = (result.get("past_raises") or {}).get("outcomes") or []
        found = {each.get("outcome"): each for each in outcomes}
        return [
            row for code, name in OUTCOMES.items() if code in found for row in _rows(found[code], name)
        ] or None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say what the first outcome came to."""
        first = data[0]
        return f"After past raises, beside customers not raised: {first['which'].lower()}, {first['effect']}"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Customers told a raise beside those who were not, or not yet. Month 0 is the first at the new price. "
            "Dots before it should lie on the line at 0: where they do not, those raised went another way already. "
            f"The lines hold the truth {odds(data[0]['level'])} times, each month by itself."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """Tell each outcome's first and last month."""
        told = []
        for name in dict.fromkeys(row["which"] for row in data):
            its = [row for row in data if row["which"] == name]
            ends = [f"month {row['month']} {change(row['value'])}" for row in (its[0], its[-1])]
            told.append(f"{name}: {' to '.join(ends)}")
        return f"Difference to customers not raised, by month since the raise. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Put the panels under one another, on the same months."""
        alt = altair()
        months = alt.Scale(
            domain=[min(row["month"] for row in data) - 0.5, max(row["month"] for row in data) + 0.5]
        )
        names = list(dict.fromkeys(row["which"] for row in data))
        panels = [
            _panel([row for row in data if row["which"] == name], name, months, last=name == names[-1])
            for name in names
        ]
        sized = [
            panel.properties(width=width - 60, height=130 if width > NARROW else 110) for panel in panels
        ]
        drawn: Sketch = alt.vconcat(*sized)
        return drawn


def _panel(rows: list[Row], name: str, months: Any, *, last: bool) -> Any:
    alt = altair()
    axis = alt.Axis(grid=False, tickCount=8, format="d")
    x = alt.X("month:Q", scale=months, axis=axis, title="months since the new price" if last else None)
    y_axis = alt.Axis(format="+.0%", tickCount=4)
    base = alt.Chart(alt.Data(values=rows), title=name).encode(x=x)
    lines = alt.Chart(alt.Data(values=[{"none": 0, "raise": -0.5}]))
    return alt.layer(
        lines.mark_rule(color=QUIET).encode(y=alt.Y("none:Q")),
        lines.mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x=alt.X("raise:Q", scale=months)),
        base.mark_rule(color=ACCENT, strokeWidth=1.6).encode(
            y=alt.Y("low:Q", axis=y_axis, title=None), y2="high:Q"
        ),
        base.mark_point(color=ACCENT, filled=True, size=44, opacity=1).encode(y=alt.Y("value:Q", title=None)),
    )


def _rows(outcome: Mapping[str, Any], name: str) -> list[Row]:
    effect = str(estimate(outcome.get("effect")))
    return [
        {
            "which": name,
            "effect": effect,
            "month": int(month["month"]),
            "level": month.get("level"),
            **{key: round(float(month[key]), 9) + 0.0 for key in ("value", "low", "high")},
        }
        for month in outcome.get("months") or []
        if all(month.get(key) is not None for key in ("month", "value", "low", "high"))
    ]
