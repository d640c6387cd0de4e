"""The evidence: what each source says of worth and of willingness to pay, one row a source, never averaged together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, money
from api.pages.words import joined, source_in_words

ROW = 46
LISTS = {"worth": "what one unit is worth", "willingness": "what customers would pay for one unit"}

Row = dict[str, Any]
"""list, source (in words), value, low, high, written, pooled (all of the list together)."""


class Evidence(Chart[list[Row]]):
    """Dots with intervals on one money scale: the sources of each list, then what they say together."""

    kind = "unit_worth"
    place = 35

    def data(self, result: Mapping[str, Any]) -> list[Row]:
        """Return the rows of both lists; nothing where only one source speaks."""
        evidence = result.get("evidence") or {}
        together = {"worth": result.get("worth"), "willingness": evidence.get("willingness_pooled")}
        rows = []
        for name in LISTS:
            its = [row for row in evidence.get(name) or [] if _drawable(row.get("estimate"))]
            rows += [_row(name, source_in_words(row["source"]), row["estimate"]) for row in its]
            if its and _drawable(together[name]):
                rows.append(_row(name, "Together", together[name] or {}, pooled=True))
        return rows if sum(not row["pooled"] for row in rows) > 1 else []

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say what is drawn."""
        both = len({row["list"] for row in data}) == 2
        return "What a unit is worth, and what customers would pay" if both else "What each source says"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each row is one source with the range that holds the truth nine times in ten; the filled rows are all "
            "of a list together, stated prices corrected for the habit of saying more than one pays. What a unit is "
            "worth and what customers would pay are two questions and are never averaged. The scale is logarithmic."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List every row."""
        told = [f"{LISTS[row['list']]}, {row['source']}: {row['written']}" for row in data]
        return f"Evidence. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Lay rules, dots and labels; the lists in two colours."""
        alt = altair()
        placed = [
            {**row, "place": str(at), "said": money(row["value"], currency)} for at, row in enumerate(data)
        ]
        order = [row["place"] for row in placed]
        low, high = min(row["low"] for row in data), max(row["high"] for row in data)
        scale = alt.Scale(type="log", domain=[low / 1.15, high * 1.15], nice=False)
        axis = alt.Axis(tickCount=4 if width > NARROW else 3, format="~g")
        x = alt.X("low:Q", scale=scale, title=f"{currency} per unit", axis=axis)
        y = alt.Y("place:N", sort=order, axis=None, scale=alt.Scale(domain=order, padding=0))
        lists = alt.Scale(domain=list(LISTS), range=[ACCENT, SECOND])
        colour = alt.Color("list:N", scale=lists, legend=None)
        base = alt.Chart(alt.Data(values=placed)).encode(y=y)
        thick = alt.condition(alt.datum.pooled, alt.value(5), alt.value(1.8))
        dot = base.mark_point(yOffset=9, size=80, filled=True, stroke=PAPER, strokeWidth=1.5, opacity=1)
        name = base.mark_text(align="left", baseline="middle", dy=-11, limit=int(width * 0.7))
        said = base.mark_text(align="right", baseline="middle", dy=-11)
        shade = alt.condition(alt.datum.pooled, alt.value(INK), alt.value(MUTED))
        layers: Sketch = alt.layer(
            base.mark_rule(yOffset=9).encode(x=x, x2="high:Q", color=colour, size=thick),
            dot.encode(x=alt.X("value:Q", scale=scale), color=colour),
            name.encode(x=alt.value(0), text="source:N", color=shade),
            said.encode(x=alt.value(width - 10), text="said:N", color=alt.value(QUIET)),
        ).properties(width=width - 10, height=ROW * len(data))
        return layers


def _drawable(found: Mapping[str, Any] | None) -> bool:
    return (
        bool(found) and found is not None and found.get("value") is not None and (found.get("low") or 0) > 0
    )


def _row(name: str, source: str, found: Mapping[str, Any], *, pooled: bool = False) -> Row:
    ends = {key: float(found[key]) for key in ("value", "low", "high")}
    shown = f"{source}: {LISTS[name]}" if pooled else source
    return {"list": name, "source": shown, "pooled": pooled, "written": str(estimate(found)), **ends}
