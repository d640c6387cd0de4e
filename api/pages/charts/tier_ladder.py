"""The ladder of tiers: what each costs by how much is used, over how much customers need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import money
from api.pages.words import joined

Found = dict[str, Any]
"""bins (low, high, customers), bills (tier, units, bill), tiers (name, price, included_units), metric."""


class TierLadder(Chart[Found]):
    """Bars of customers by need, and above them a line for each tier's bill."""

    kind = "tiers"
    place = 60

    def data(self, result: Mapping[str, Any]) -> Found | None:
        """Return bars and lines; None without either."""
        ladder = (result.get("charts") or {}).get("ladder") or {}
        if not ladder.get("bins") or not ladder.get("bills"):
            return None
        return {
            "bins": ladder["bins"],
            "bills": ladder["bills"],
            "tiers": result.get("tiers") or [],
            "metric": result.get("metric") or "units",
        }

    def title(self, data: Found, *, currency: str) -> str:
        """Say how many steps there are."""
        steps = len(data["tiers"])
        return f"{'One tier' if steps == 1 else f'{steps} tiers'}, and how many customers need how much"

    def caption(self, data: Found) -> str:
        """Say how to read it."""
        return (
            "Bars: customers by what they need in a mean month, the last one holding all beyond it. Lines: what a "
            "month costs in each tier by how much is used; a line that ends sells no more, one that rises sells more "
            "by the unit. A customer takes the tier that leaves it most, which need not be the cheapest."
        )

    def words(self, data: Found, *, currency: str) -> str:
        """List the tiers."""
        tiers = [
            f"{tier['name']} {money(tier['price'], currency)} for up to {tier['included_units']:g}"
            for tier in data["tiers"]
        ]
        return f"Menu by units of {data['metric']} a month. {joined(tiers)}."

    def sketch(self, data: Found, *, currency: str, width: int) -> Sketch:
        """Lay lines over bars, each on its own axis."""
        alt = altair()
        top = max(row["customers"] for row in data["bins"]) * 1.6
        x = alt.X("low:Q", title=f"{data['metric']} in a mean month", axis=alt.Axis(grid=False, tickCount=6))
        y = alt.Y("customers:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=4))
        bars = alt.Chart(alt.Data(values=data["bins"])).mark_rect(color=QUIET, opacity=0.45, stroke=PAPER)
        bars = bars.encode(x=x, x2="high:Q", y=y, y2=alt.datum(0))
        cost = alt.Axis(orient="right", tickCount=5, format="~s", grid=False)
        bill = alt.Y("bill:Q", axis=cost, scale=alt.Scale(domainMin=0), title=f"{currency} a month")
        shades = alt.Color(
            "tier:N", scale=alt.Scale(range=[ACCENT, SECOND, INK, QUIET]), legend=None, sort=None
        )
        lines = alt.Chart(alt.Data(values=data["bills"])).mark_line(strokeWidth=2.4)
        lines = lines.encode(x=alt.X("units:Q"), y=bill, color=shades, detail="tier:N")
        last = {row["tier"]: row for row in data["bills"]}
        names = alt.Chart(alt.Data(values=list(last.values()))).mark_text(
            align="right", dx=-4, dy=-8, fontWeight=600, stroke=PAPER, strokeWidth=0
        )
        names = names.encode(x=alt.X("units:Q"), y=alt.Y("bill:Q"), text="tier:N", color=shades)
        height = 320 if width > NARROW else 260
        layered: Sketch = (
            alt.layer(bars, alt.layer(lines, names))
            .resolve_scale(y="independent")
            .properties(width=width - 110, height=height)
        )
        return layered
