"""The frontier of menus: what each earns against whom it loses, and how much dearer it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, QUIET
from api.pages.charts._svg import Sketch
from api.pages.figures import money, share

Row = dict[str, Any]
"""monthly_margin (money), leave_share (0–1), bill_shock (a share), chosen."""


class TierFrontier(Chart[list[Row]]):
    """A point a menu; none of them is beaten in everything by another."""

    kind = "tiers"
    place = 63

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the menus; None where there is but one."""
        rows = list((result.get("charts") or {}).get("frontier") or [])
        return rows if len(rows) > 1 else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say what it costs to lose fewer."""
        best, mildest = max(data, key=_earned), min(data, key=lambda row: (row["leave_share"], -_earned(row)))
        given_up = 1 - _earned(mildest) / _earned(best) if _earned(best) > 0 else 0.0
        if mildest["leave_share"] >= best["leave_share"] or given_up <= 0:
            return "The menu that earns most also loses fewest"
        return (
            f"To lose {share(mildest['leave_share'])} of customers instead of {share(best['leave_share'])} costs "
            f"{share(given_up)} of what is earned"
        )

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each point is a menu that no other one found beats in all three: what it earns, how many existing "
            "customers would rather leave, and (the larger the point, the more) the rise that one in twenty bills "
            "exceeds. The dark one is the menu above."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the ends."""
        best, mildest = max(data, key=_earned), min(data, key=lambda row: (row["leave_share"], -_earned(row)))
        told = [
            f"{money(_earned(row), currency)} a month with {share(row['leave_share'])} leaving"
            for row in (best, mildest)
        ]
        return f"{len(data)} menus, from {told[0]} to {told[1]}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Draw the points, the chosen one last."""
        alt = altair()
        points = alt.Chart(alt.Data(values=sorted(data, key=lambda row: row["chosen"]))).mark_circle(
            opacity=0.9
        )
        drawn: Sketch = points.encode(
            x=alt.X(
                "leave_share:Q",
                title="existing customers who would leave",
                axis=alt.Axis(format="%", tickCount=5),
            ),
            y=alt.Y(
                "monthly_margin:Q",
                title=f"{currency} a month",
                axis=alt.Axis(format="~s", tickCount=5),
                scale=alt.Scale(zero=False),
            ),
            size=alt.Size("bill_shock:Q", legend=None, scale=alt.Scale(range=[40, 260])),
            color=alt.Color(
                "chosen:N", legend=None, scale=alt.Scale(domain=[False, True], range=[ACCENT, INK])
            ),
            stroke=alt.value(QUIET),
        ).properties(width=width - 90, height=260 if width > NARROW else 220)
        return drawn


def _earned(row: Row) -> float:
    return float(row["monthly_margin"])
