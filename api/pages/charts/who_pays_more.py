"""Who pays more and less under a draft: customers by how their bills change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import GAP, MINUS, count, money
from api.pages.words import joined

Groups = list[dict[str, Any]]
"""label, customers, before, after, side (less, same, more), in order of change."""


class WhoPaysMore(Chart[Groups]):
    """A bar a group of change, from those who pay much less to those who pay much more."""

    kind = "simulation"
    place = 10

    def data(self, result: Mapping[str, Any]) -> Groups | None:
        """Return the groups between the outermost that hold anybody; None without customers."""
        groups = (result.get("change") or {}).get("groups") or []
        held = [place for place, group in enumerate(groups) if group.get("customers")]
        if not held:
            return None
        return [
            {
                **group,
                "label": _label(group["low"], group["high"]),
                "side": _side(group["low"], group["high"]),
            }
            for group in groups[held[0] : held[-1] + 1]
        ]

    def title(self, data: Groups, *, currency: str) -> str:
        """Say how many pay more and how many less."""
        sides = {
            side: sum(g["customers"] for g in data if g["side"] == side) for side in ("more", "same", "less")
        }
        return (
            f"{count(sides['more'])} customers pay more, {count(sides['less'])} less, {count(sides['same'])} about the "
            "same"
        )

    def caption(self, data: Groups) -> str:
        """Say how to read it."""
        return (
            f"Each bar counts customers whose bill over all months changes by so much; within 2{GAP}% counts as about "
            "the same. Customers who paid nothing before are not shown: they have no relative change."
        )

    def words(self, data: Groups, *, currency: str) -> str:
        """List each group with its customers and money."""
        said = [
            f"{group['label']}: {count(group['customers'])} customers, from {money(group['before'], currency)} to "
            f"{money(group['after'], currency)}"
            for group in data
        ]
        return f"Customers by change of their bill. {joined(said)}."

    def sketch(self, data: Groups, *, currency: str, width: int) -> Sketch:
        """Lay horizontal bars under each other, coloured by side, with their counts at the end."""
        alt = altair()
        rows = alt.Data(values=[{key: g[key] for key in ("label", "customers", "side")} for g in data])
        order = [group["label"] for group in data]
        most = max(group["customers"] for group in data)
        y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelColor=INK, labelLimit=150))
        x = alt.X("customers:Q", scale=alt.Scale(domain=[0, most * 1.15], nice=False), title="customers")
        x = x.axis(tickCount=4, format="~s", grid=True)
        colour = alt.Scale(domain=["less", "same", "more"], range=[SECOND, QUIET, ACCENT])
        bars = (
            alt.Chart(rows).mark_bar().encode(x=x, y=y, color=alt.Color("side:N", scale=colour, legend=None))
        )
        numbers = (
            alt.Chart(rows)
            .mark_text(align="left", dx=5)
            .encode(x=x, y=y, text=alt.Text("customers:Q", format=","))
        )
        inner = width - (170 if width > NARROW else 140)
        layers: Sketch = alt.layer(bars, numbers).properties(width=inner, height=28 * len(data))
        return layers


def _label(low: float | None, high: float | None) -> str:
    if low is None:
        return f"{_percent(high)} or lower"
    if high is None:
        return f"{_percent(low)} or higher"
    return f"{_percent(low)} to {_percent(high)}"


def _percent(edge: float | None) -> str:
    value = round(100 * (edge or 0.0))
    return f"{MINUS if value < 0 else '+'}{abs(value)}{GAP}%"


def _side(low: float | None, high: float | None) -> str:
    if low is not None and low > 0:
        return "more"
    return "less" if high is not None and high < 0 else "same"
