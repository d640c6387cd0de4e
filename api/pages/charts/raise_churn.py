"""Churn before and after raises by plan, and how much of it each raise bears before it brings less than none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import count
from api.pages.raise_effects import finely
from api.pages.words import joined

MOST_ROWS = 12
"""Plans beyond which only those with most customers raised are drawn."""
Row = dict[str, Any]
"""name, raised (customers), before, after and bears (shares of revenue)."""


class RaiseChurn(Chart[list[Row]]):
    """A line a plan, from the revenue lost in a year without raises to that with them; a tick where it is too much."""

    kind = "raises"
    place = 81

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return plans with somebody raised, those with most customers first; None where nobody is."""
        rows = [row for row in map(_row, result.get("break_even") or []) if row is not None]
        return sorted(rows, key=lambda row: (-row["raised"], row["name"]))[:MOST_ROWS] or None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Tell the plan with the thinnest margin."""
        tight = min(data, key=lambda row: row["bears"] - row["after"])
        on = "" if len(data) == 1 else f" on {tight['name']}"
        return (
            f"Of the revenue of those raised{on}, {_percent(tight['after'])} is lost in a year instead of "
            f"{_percent(tight['before'])}; {_percent(tight['bears'])} would be too much"
        )

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "By plan, of those raised: the grey dot is the revenue lost within a year without raises, the green one "
            "that with them. At the brown mark the raise brings as much as none, if all who leave for it left at once."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the plans."""
        told = [
            f"{row['name']}, {count(row['raised'])} raised, {_percent(row['before'])} to {_percent(row['after'])}, too "
            f"much at {_percent(row['bears'])}"
            for row in data
        ]
        return f"Revenue lost within a year without and with raises. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Draw one line a plan."""
        alt = altair()
        scale = alt.Scale(domain=[0, 1.08 * max(max(row["after"], row["bears"]) for row in data)], nice=False)
        axis = alt.Axis(format=".0%", tickCount=5 if width > NARROW else 4)
        x = alt.X("before:Q", scale=scale, axis=axis, title="revenue lost within a year")
        base = alt.Chart(alt.Data(values=data)).encode(y=alt.Y("name:N", sort=None, title=None))
        dot = base.mark_point(size=70, filled=True, stroke=PAPER, strokeWidth=0.8, opacity=1)
        drawn: Sketch = alt.layer(
            base.mark_rule(color=ACCENT, strokeWidth=2).encode(x=x, x2="after:Q"),
            base.mark_tick(color=SECOND, thickness=2.5, size=20).encode(x=alt.X("bears:Q", scale=scale)),
            dot.encode(x=x, color=alt.value(QUIET)),
            dot.encode(x=alt.X("after:Q", scale=scale), color=alt.value(ACCENT)),
        ).properties(width=width - 100, height=34 * len(data) + 10)
        return drawn


def _row(row: Mapping[str, Any]) -> Row | None:
    names = ("churn_before", "churn_after", "break_even_churn")
    before, after, at_once = ((row.get(name) or {}).get("value") for name in names)
    if not row.get("raised") or before is None or after is None or at_once is None:
        return None
    return {
        "name": str(row.get("plan") or "without a name"),
        "raised": int(row["raised"]),
        "before": float(before),
        "after": float(after),
        # Of those who would stay anyway so many may leave at once.
        "bears": float(before + (1 - before) * at_once),
    }


def _percent(value: float) -> str:
    return finely({"value": value, "unit": "share"}).value
