"""The price sensitivity meter: four curves of answers, and the points where they cross."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, PAPER, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, money
from api.pages.words import joined

MOST_ITEMS = 3
CURVES = {
    "too_cheap": ("too cheap", QUIET, [4, 3]),
    "cheap": ("cheap", ACCENT, [1, 0]),
    "expensive": ("expensive", SECOND, [1, 0]),
    "too_expensive": ("too expensive", MUTED, [4, 3]),
}
POINTS = ("pmc", "opp", "idp", "pme")

Meter = dict[str, Any]
"""item, curves (rows of price, curve, share), points (name, price, share, written)."""


class PricePoints(Chart[list[Meter]]):
    """One panel an item: the share of respondents who find each price too cheap, cheap, expensive, too expensive."""

    kind = "willingness_to_pay"
    place = 55

    def data(self, result: Mapping[str, Any]) -> list[Meter]:
        """Return a meter for each reading that tells its curves, of the first items."""
        meters = []
        for entry in result.get("items") or []:
            rows = (entry.get("details") or {}).get("curves") or []
            if len(rows) > 1:
                meters.append(
                    {"item": entry.get("item") or "the offer", "curves": rows, "points": _points(entry)}
                )
        return meters[:MOST_ITEMS]

    def title(self, data: list[Meter], *, currency: str) -> str:
        """Say the acceptable range where there is one survey; otherwise claim nothing."""
        ends = {point["name"]: point["price"] for point in data[0]["points"]}
        if len(data) == 1 and {"PMC", "PME"} <= set(ends):
            low, high = (money(ends[name], currency) for name in ("PMC", "PME"))
            return f"Most accept a price between {low} and {high} for {data[0]['item']}"
        return "Which prices people find too cheap, cheap, expensive and too expensive"

    def caption(self, data: list[Meter]) -> str:
        """Say how to read it."""
        return (
            "Each line is the share of respondents who find a price too cheap, cheap, expensive or too expensive. "
            "PMC and PME bound the range that most accept: below, too many doubt the quality, above, too many find "
            "it too expensive. At OPP as many find the price too cheap as too expensive, at IDP as many find it "
            "cheap as expensive. The thin line through a point is the range that holds it nine times in ten."
        )

    def words(self, data: list[Meter], *, currency: str) -> str:
        """List the points of every item."""
        told = []
        for meter in data:
            points = [f"{point['name']} {point['written']}" for point in meter["points"]]
            told.append(f"{meter['item']}: {joined(points)}")
        return f"Price points. {joined(told)}."

    def sketch(self, data: list[Meter], *, currency: str, width: int) -> Sketch:
        """Put the items' panels below one another."""
        alt = altair()
        panels = [_panel(meter, width - 60, currency=currency, alone=len(data) == 1) for meter in data]
        picture: Sketch = alt.vconcat(*panels)
        return picture


def _points(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the points that are known, each at the height where its curves cross."""
    found = []
    for name in POINTS:
        point = (entry.get("points") or {}).get(name) or {}
        if point.get("value") is not None:
            ends = {key: float(point[key]) for key in ("low", "high")}
            found.append(
                {
                    "name": name.upper(),
                    "price": float(point["value"]),
                    "share": _height(entry["details"]["curves"], name, float(point["value"])),
                    "written": str(estimate(point)),
                    **ends,
                }
            )
    return found


def _height(rows: list[Mapping[str, float]], name: str, price: float) -> float:
    """Read the share off one of the two curves that cross at a point."""
    curve = {"pmc": "too_cheap", "opp": "too_expensive", "idp": "expensive", "pme": "too_expensive"}[name]
    before = [row for row in rows if row["price"] <= price] or rows[:1]
    after = [row for row in rows if row["price"] > price] or rows[-1:]
    low, high = before[-1], after[0]
    span = high["price"] - low["price"]
    part = (price - low["price"]) / span if span > 0 else 0.0
    return float(low[curve] + min(max(part, 0.0), 1.0) * (high[curve] - low[curve]))


def _panel(meter: Meter, width: int, *, currency: str, alone: bool) -> Any:
    alt = altair()
    spots = [
        {"price": row["price"], "curve": words, "share": row[name]}
        for name, (words, _, _) in CURVES.items()
        for row in meter["curves"]
        if row.get(name) is not None
    ]
    named = [words for words, _, _ in CURVES.values()]
    colours = alt.Scale(domain=named, range=[colour for _, colour, _ in CURVES.values()])
    dashes = alt.Scale(domain=named, range=[dash for _, _, dash in CURVES.values()])
    x = alt.X("price:Q", title=f"price, {currency}", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=6))
    y = alt.Y("share:Q", title="share of respondents", axis=alt.Axis(format=".0%", tickCount=4))
    legend = alt.Legend(orient="top", title=None, labelColor=MUTED, columns=2 if width < NARROW else 4)
    lines = (
        alt.Chart(alt.Data(values=spots))
        .mark_line(strokeWidth=2)
        .encode(
            x=x, y=y, color=alt.Color("curve:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=None),
        )
    )  # fmt: skip
    base = alt.Chart(alt.Data(values=meter["points"])).encode(y="share:Q")
    ranges = base.mark_rule(strokeWidth=1.2, color=INK).encode(x="low:Q", x2="high:Q")
    dots = base.mark_point(filled=True, size=60, color=INK, stroke=PAPER, opacity=1).encode(x="price:Q")
    names = base.mark_text(dy=-12).encode(x="price:Q", text="name:N")
    panel = alt.layer(lines, ranges, dots, names).properties(width=width, height=240)
    return panel if alone else panel.properties(title=meter["item"])
