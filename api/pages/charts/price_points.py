"""The price sensitivity meter: the curves of answers, and the points where they cross."""

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
CONTRARY = {"not cheap": ("cheap", ACCENT, [1, 3]), "not expensive": ("expensive", SECOND, [1, 3])}
"""What the original range crosses besides: who no longer finds a price cheap, and not yet expensive."""
POINTS = ("pmc", "opp", "idp", "pme")
HEIGHT = 240
LETTER, LINE, DOT = 9.0, 14.0, 6.0  # px: a capital's width, a label's height, a point's reach

Meter = dict[str, Any]
"""item, curves (rows of price, curve, share), points (name, price, share, written), contrary (names of `CONTRARY`)."""


class PricePoints(Chart[list[Meter]]):
    """One panel an item: the share of respondents who find each price too cheap, cheap, expensive, too expensive."""

    kind = "willingness_to_pay"
    place = 55

    def data(self, result: Mapping[str, Any]) -> list[Meter]:
        """Return a meter for each reading that tells its curves, of the first items."""
        narrower = (result.get("options") or {}).get("range") == "narrower"
        meters = []
        for entry in result.get("items") or []:
            rows = (entry.get("details") or {}).get("curves") or []
            if len(rows) > 1:
                meters.append(
                    {
                        "item": entry.get("item") or "the offer",
                        "curves": rows,
                        "points": _points(entry),
                        "contrary": () if narrower else tuple(CONTRARY),
                    }
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
        dotted = (
            "The dotted ones are those who do not find it cheap, or expensive: PMC and PME lie where too cheap meets "
            "not cheap, and too expensive not expensive. "
        )
        return (
            "Each line is the share of respondents who find a price too cheap, cheap, expensive or too expensive. "
            f"{dotted if data[0]['contrary'] else ''}"
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
    x = alt.X("price:Q", title=f"price, {currency}", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=6))
    at = {"x": x, "y": alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]))}
    points = alt.Data(values=_apart(meter, width=width))
    base = alt.Chart(points)
    ranges = base.mark_rule(strokeWidth=1.2, color=INK).encode(x="low:Q", x2="high:Q", y=at["y"])
    dots = base.mark_point(filled=True, size=60, color=INK, stroke=PAPER, opacity=1).encode(**at)
    named = {"x": x, "y": alt.Y("label_at:Q"), "text": "name:N"}
    halo = base.mark_text(baseline="middle", stroke=PAPER, strokeWidth=4, strokeJoin="round").encode(**named)
    names = base.mark_text(baseline="middle").encode(**named)
    lines = _lines(meter, x, columns=2 if width < NARROW else 3)
    panel = alt.layer(lines, ranges, dots, halo, names).properties(width=width, height=HEIGHT)
    return panel if alone else panel.properties(title=meter["item"])


def _lines(meter: Meter, x: Any, *, columns: int) -> Any:
    """Return the curves that were asked for, and their contraries where points lie on them."""
    alt = altair()
    styles = {words: (name, colour, dash) for name, (words, colour, dash) in CURVES.items()}
    styles |= {words: CONTRARY[words] for words in meter["contrary"]}
    spots = [
        {"price": row["price"], "curve": words, "share": 1 - row[name] if words in CONTRARY else row[name]}
        for words, (name, _, _) in styles.items()
        for row in meter["curves"]
        if row.get(name) is not None
    ]
    colours = alt.Scale(domain=list(styles), range=[colour for _, colour, _ in styles.values()])
    dashes = alt.Scale(domain=list(styles), range=[dash for _, _, dash in styles.values()])
    legend = alt.Legend(orient="top", title=None, labelColor=MUTED, columns=columns)
    axis = alt.Axis(format=".0%", tickCount=4)
    return (
        alt.Chart(alt.Data(values=spots))
        .mark_line(strokeWidth=2)
        .encode(
            x=x, y=alt.Y("share:Q", title="share of respondents", axis=axis, scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("curve:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("curve:N", scale=dashes, legend=legend),
        )
    )  # fmt: skip


def _apart(meter: Meter, *, width: int) -> list[dict[str, Any]]:
    """Give every point a height for its name at which it covers neither another name nor another point."""
    prices = [row["price"] for row in meter["curves"]]
    per_price = width / max(prices[-1] - prices[0], 1e-9)
    spots = [(point["price"] * per_price, HEIGHT * point["share"]) for point in meter["points"]]
    taken: list[tuple[float, float]] = []
    placed = []
    for point, (x, y) in zip(meter["points"], spots, strict=True):
        wide = LETTER * len(point["name"])
        steps = [y + side * LINE * step for step in range(1, 8) for side in (1, -1)]
        free = [
            at
            for at in steps
            if LINE / 2 <= at <= HEIGHT + LINE / 2
            and all(abs(x - other) >= wide or abs(at - there) >= LINE for other, there in taken)
            and all(
                abs(x - other) >= wide / 2 + DOT or abs(at - there) >= LINE / 2 + DOT
                for other, there in spots
            )
        ]
        at = free[0] if free else y + LINE
        taken.append((x, at))
        placed.append(point | {"label_at": at / HEIGHT})
    return placed
