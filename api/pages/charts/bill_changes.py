"""Who would pay more and who less: existing customers by how their bill would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import share

Row = dict[str, Any]
"""label, customers, side (less, same, more, leaves), order."""


class BillChanges(Chart[list[Row]]):
    """A bar a group, from those who pay far less to those who pay far more, and those who leave."""

    kind = "tiers"
    place = 62

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the groups; None where nobody pays today."""
        groups = (result.get("charts") or {}).get("changes") or []
        rows = [_row(group, order) for order, group in enumerate(groups)]
        return rows if any(row["customers"] > 0 for row in rows) else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say how many pay more, and how many would leave."""
        total = sum(row["customers"] for row in data)
        parts = {
            side: sum(row["customers"] for row in data if row["side"] == side) / total
            for side in ("more", "leaves")
        }
        return f"If all chose anew, {share(parts['more'])} would pay more and {share(parts['leaves'])} would leave"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Existing customers by how their monthly bill would change against today, averaged over what they may be "
            "willing to pay. Who may keep today's plan is in none of these groups against its will."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the groups."""
        return (
            "Customers by change of bill. "
            + "; ".join(f"{row['label']}: {row['customers']:.0f}" for row in data)
            + "."
        )

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Draw one bar a group."""
        alt = altair()
        sides = alt.Scale(domain=["leaves", "less", "same", "more"], range=[INK, ACCENT, QUIET, SECOND])
        bars = alt.Chart(alt.Data(values=data)).mark_bar()
        drawn: Sketch = bars.encode(
            y=alt.Y("label:N", sort=alt.EncodingSortField("order", order="ascending"), title=None),
            x=alt.X("customers:Q", axis=alt.Axis(tickCount=5), title="customers"),
            color=alt.Color("side:N", scale=sides, legend=None),
        ).properties(width=width - (190 if width > NARROW else 150), height=26 * len(data))
        return drawn


def _row(group: Mapping[str, Any], order: int) -> Row:
    low, high = group.get("low"), group.get("high")
    if group.get("leaves"):
        label, side = "would leave", "leaves"
    elif low is None and high is not None:
        label, side = f"{share(-high)} less or more", "less"
    elif high is None and low is not None:
        label, side = f"more than {share(low)} more", "more"
    else:
        label, side = _between(float(low or 0.0), float(high or 0.0))
    return {"label": label, "customers": group["customers"], "side": side, "order": order}


def _between(low: float, high: float) -> tuple[str, str]:
    if low < 0 < high:
        return "about the same", "same"
    side, ends = ("less", (-high, -low)) if high <= 0 else ("more", (low, high))
    start = "up" if ends[0] < 0.01 else share(ends[0])
    return f"{start} to {share(ends[1])} {side}", side
