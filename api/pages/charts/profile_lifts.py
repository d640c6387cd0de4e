"""The profile of ideal customers: how much likelier success is with each trait that stands out, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, share
from api.pages.words import joined

ROW = 46
MOST_ROWS = 10

Row = dict[str, Any]
"""name (trait and level), value, low, high, written (the lift in words), carried (share of customers)."""


class ProfileLifts(Chart[list[Row]]):
    """Dots with intervals on one scale of lift; the line at 1 is what all customers have."""

    kind = "ideal_customers"
    place = 60

    def data(self, result: Mapping[str, Any]) -> list[Row]:
        """Return the levels that stand out, the highest lift first; nothing where none does."""
        found = [row for row in result.get("profile") or [] if row.get("stands_out")][:MOST_ROWS]
        return sorted((_row(row) for row in found), key=lambda row: -row["value"])

    def title(self, data: list[Row], *, currency: str) -> str:
        """Name the trait with the highest lift, or say of whom success is seldom."""
        best = data[0]
        if best["value"] > 1:
            return f"Success is most frequent with {best['name']}"
        return f"Success is least frequent with {data[-1]['name']}"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each row is one level of a trait that stands out after correction for all levels looked at. The dot says "
            "how many times as often its customers succeed as all do, the line how sure that is. Right of the line "
            "at 1, success is more frequent than among all customers; left of it, less."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List every row."""
        told = [
            f"{row['name']}, {row['carried']} of customers: {row['written']} times as often" for row in data
        ]
        return f"Success by trait, against all customers. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Lay the line at 1, rules, dots and labels; what is above 1 and what is below in two colours."""
        alt = altair()
        placed = [{**row, "place": str(at), "more": row["value"] > 1} for at, row in enumerate(data)]
        order = [row["place"] for row in placed]
        top = 1.08 * max(1.2, *(row["high"] for row in data))
        scale = alt.Scale(domain=[0, top], nice=False)
        axis = alt.Axis(tickCount=5 if width > NARROW else 4, format="~g", grid=False)
        title = "times as often as among all customers"
        x = alt.X("low:Q", scale=scale, title=title, axis=axis)
        y = alt.Y("place:N", sort=order, axis=None, scale=alt.Scale(domain=order, padding=0))
        colour = alt.condition(alt.datum.more, alt.value(ACCENT), alt.value(SECOND))
        base = alt.Chart(alt.Data(values=placed)).encode(y=y)
        one = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(color=QUIET, strokeDash=[3, 3])
        dot = base.mark_point(yOffset=9, size=80, filled=True, stroke=PAPER, strokeWidth=1.5, opacity=1)
        name = base.mark_text(align="left", baseline="middle", dy=-11, limit=int(width * 0.62))
        said = base.mark_text(align="right", baseline="middle", dy=-11)
        layers: Sketch = alt.layer(
            one.encode(x=alt.X("one:Q", scale=scale, title=title)),
            base.mark_rule(yOffset=9, strokeWidth=1.8).encode(x=x, x2="high:Q", color=colour),
            dot.encode(x=alt.X("value:Q", scale=scale), color=colour),
            name.encode(x=alt.value(0), text="name:N", color=alt.value(INK)),
            said.encode(x=alt.value(width - 10), text="written:N", color=alt.value(MUTED)),
        ).properties(width=width - 10, height=ROW * len(data))
        return layers


def _row(row: Mapping[str, Any]) -> Row:
    lift, shown = row["lift"], estimate(row["lift"])
    ends = {key: float(lift[key]) for key in ("value", "low", "high")}
    written = f"{shown.value} ({shown.brief})" if shown.brief else shown.value
    return {
        "name": f"{row['trait']}: {row['level']}",
        "written": written,
        "carried": share(row["share"]),
        **ends,
    }
