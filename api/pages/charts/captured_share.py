"""What share of their value customers pay before and after their raise, against the corridor that it is to stay in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import count, share

MOST_ROWS = 80
"""Customers beyond which only some are drawn, evenly taken from those who pay least to those who pay most."""

Found = dict[str, Any]
"""rows (before, after, place; the smallest share first), customers (in all), low and high (corridor) or None."""


class CapturedShare(Chart[Found]):
    """A line a customer, from the share of value that it pays today to the one that it is asked for."""

    kind = "raises"
    place = 80

    def data(self, result: Mapping[str, Any]) -> Found | None:
        """Return who is raised, the smallest share first; None where nobody is."""
        charts = result.get("charts") or {}
        known = [
            row
            for row in charts.get("captured") or []
            if row.get("before") is not None and row.get("after") is not None
        ]
        if not known:
            return None
        known.sort(key=lambda row: (row["before"], row["after"]))
        drawn = known[:: -(-len(known) // MOST_ROWS)]
        corridor = charts.get("corridor") or {}
        return {
            "rows": [{**row, "place": at} for at, row in enumerate(drawn)],
            "customers": len(known),
            "low": corridor.get("low"),
            "high": corridor.get("high"),
        }

    def title(self, data: Found, *, currency: str) -> str:
        """Say what the middle customer pays before and after."""
        before, after = (_middle(data, key) for key in ("before", "after"))
        return f"Half of those raised pay less than {share(before)} of their value; after the raise, {share(after)}"

    def caption(self, data: Found) -> str:
        """Say how to read it."""
        lines = "Each line is one customer that is raised: the grey dot is the share of its value that it pays today, "
        thinned = f" Of {count(data['customers'])} customers {len(data['rows'])} are drawn, evenly taken."
        band = (
            ""
            if data["high"] is None
            else " The shaded band is the corridor; nobody is raised beyond its end."
        )
        return (
            f"{lines}the green one the share that it is asked for.{band}"
            f"{thinned if data['customers'] > len(data['rows']) else ''}"
        )

    def words(self, data: Found, *, currency: str) -> str:
        """Say how many there are, and their shares."""
        rows = data["rows"]
        told = [
            f"{name} {share(min(row[key] for row in rows))} to {share(max(row[key] for row in rows))}"
            for name, key in (("before", "before"), ("after", "after"))
        ]
        return f"Share of value that {count(data['customers'])} customers pay: {', '.join(told)}."

    def sketch(self, data: Found, *, currency: str, width: int) -> Sketch:
        """Lay lines and dots over the corridor."""
        alt = altair()
        top = 1.05 * max(*(row["after"] for row in data["rows"]), data["high"] or 0.0)
        scale = alt.Scale(domain=[0, top], nice=False)
        x = alt.X(
            "before:Q", scale=scale, axis=alt.Axis(format=".0%", tickCount=5), title="share of value paid"
        )
        room = alt.Scale(domain=[-1, len(data["rows"])], nice=False)
        base = alt.Chart(alt.Data(values=data["rows"])).encode(
            y=alt.Y("place:Q", axis=None, scale=room, sort="descending")
        )
        dot = base.mark_point(size=34, filled=True, stroke=PAPER, strokeWidth=0.8, opacity=1)
        layers = [
            base.mark_rule(color=ACCENT, strokeWidth=1.4).encode(x=x, x2="after:Q"),
            dot.encode(x=x, color=alt.value(QUIET)),
            dot.encode(x=alt.X("after:Q", scale=scale), color=alt.value(ACCENT)),
        ]
        if data["low"] is not None and data["high"] is not None:
            band = alt.Chart(alt.Data(values=[{"before": data["low"], "high": data["high"]}]))
            layers.insert(0, band.mark_rect(color=SECOND, opacity=0.2).encode(x=x, x2="high:Q"))
        height = max(80, min(7 * len(data["rows"]) + 20, 360 if width > NARROW else 300))
        drawn: Sketch = alt.layer(*layers).properties(width=width - 30, height=height)
        return drawn


def _middle(data: Found, key: str) -> float:
    ordered = sorted(float(row[key]) for row in data["rows"])
    return ordered[len(ordered) // 2]
