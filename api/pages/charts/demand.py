"""Demand by price: the share that would buy at each price, and what that earns, with their bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import money, share
from api.pages.words import joined, method_in_words

MOST_ITEMS = 4
COLOURS = (ACCENT, SECOND, INK, QUIET)

Line = dict[str, Any]
"""item, method (in words), points (price, share, low, high), best: the price that earns most, or None; as_answered."""
AS_ANSWERED = (
    " Two curves of one survey: the first price that somebody is asked moves their later answers. One curve has that "
    "removed, the other takes all answers as they are; which is right, real purchases would tell."
)


class DemandByPrice(Chart[list[Line]]):
    """Two panels an item: demand, and revenue per hundred people asked; one line a method."""

    kind = "willingness_to_pay"
    place = 60

    def data(self, result: Mapping[str, Any]) -> list[Line]:
        """Return a line for each reading that has a demand curve, of the first items."""
        entries = [
            entry
            for entry in result.get("items") or []
            if len(entry.get("demand") or []) > 1 and _sells(entry.get("best_price") or {})
        ]
        items = list(dict.fromkeys(entry.get("item") for entry in entries))[:MOST_ITEMS]
        return [line for entry in entries if entry.get("item") in items for line in _lines(entry)]

    def title(self, data: list[Line], *, currency: str) -> str:
        """Name the price that earns most where there is one survey; otherwise claim nothing."""
        best = [line for line in data if line["best"] is not None]
        if len(data) == len(best) == 1:
            return f"{best[0]['item']}: revenue peaks near {money(best[0]['best'], currency)}"
        return "What people say that they would pay"

    def caption(self, data: list[Line]) -> str:
        """Say how to read it."""
        return (
            "First, of all people asked, the share that would buy at each price; then what a hundred people would "
            "bring at that price: a top, where there is one, is the price that earns most. The band holds the truth "
            "nine times in ten, as far as chance goes. People say more than they pay."
            f"{AS_ANSWERED if any(line['as_answered'] for line in data) else ''}"
        )

    def words(self, data: list[Line], *, currency: str) -> str:
        """Read three points off each line."""
        said = []
        for line in data:
            points = line["points"]
            picked = [points[at * (len(points) - 1) // 4] for at in (1, 2, 3)]
            shares = [f"{share(each['share'])} at {money(each['price'], currency)}" for each in picked]
            said.append(f"{line['item']} by {line['method']}: {joined(shares)}")
        return f"Demand by price. {joined(said)}."

    def sketch(self, data: list[Line], *, currency: str, width: int) -> Sketch:
        """Put demand and revenue side by side on a desk, below one another on a phone."""
        alt = altair()
        phone = width <= NARROW
        inner = width - 75 if phone else (width - 170) // 2
        rows = []
        for item in dict.fromkeys(line["item"] for line in data):
            its = [line for line in data if line["item"] == item]
            panels = [
                _panel(its, inner, currency=currency, name=item, revenue=revenue) for revenue in (False, True)
            ]
            rows.append(alt.vconcat(*panels) if phone else alt.hconcat(*panels))
        picture: Sketch = alt.vconcat(*rows).resolve_scale(color="independent")
        return picture


def _lines(entry: Mapping[str, Any]) -> list[Line]:
    """Return the reading's demand and, where they are farther apart than their bands, the one as answered."""
    method = method_in_words(entry.get("method"))
    line = {
        "item": entry.get("item") or "the offer",
        "method": method,
        "points": entry["demand"],
        "best": ((entry.get("best_price") or {}).get("revenue") or {}).get("value"),
        "as_answered": False,
    }
    first = (entry.get("details") or {}).get("first_price") or {}
    if not first.get("apart"):
        return [line]
    plain = {"points": first["demand_if_ignored"], "best": None, "as_answered": True}
    return [line | {"method": f"{method}, pull removed"}, line | plain | {"method": f"{method}, as answered"}]


def _sells(best: Mapping[str, Any]) -> bool:
    """Whether the curve says what people would buy; one that says what they would consider has no revenue."""
    return (best.get("revenue") or {}).get("reason") != "consideration_is_not_purchase"


def _panel(lines: list[Line], width: int, *, currency: str, name: str, revenue: bool) -> Any:
    """Return one panel: bands, lines, and the dots where revenue peaks."""
    alt = altair()
    methods = [line["method"] for line in lines]
    spots = [spot for line in lines for spot in _spots(line, revenue=revenue)]
    x = alt.X("price:Q", title=f"price, {currency}", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=5))
    form = alt.Axis(tickCount=4) if revenue else alt.Axis(format=".0%", tickCount=4)
    title = f"{currency} from 100 people" if revenue else "share that would buy"
    y = alt.Y("value:Q", title=title, axis=form)
    scale = alt.Scale(domain=methods, range=list(COLOURS[: len(methods)]))
    columns = 1 if width < NARROW else 2
    shown = alt.Legend(orient="top", title=None, labelColor=MUTED, columns=columns, labelLimit=width)
    legend = None if revenue or len(methods) == 1 else shown
    colour = alt.Color("method:N", scale=scale, legend=legend)
    base = alt.Chart(alt.Data(values=spots)).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", title=title), y2="high:Q")
    layers = [band, base.mark_line(strokeWidth=2.2).encode(y=y)]
    peaks = [spot for spot in spots if spot["peak"]]
    if revenue and peaks:
        layers.append(
            alt.Chart(alt.Data(values=peaks)).mark_point(filled=True, size=70, opacity=1)
            .encode(x=x, y=y, color=colour)
        )  # fmt: skip
    told = "Revenue" if revenue else f"{name}: demand"
    return alt.layer(*layers).properties(width=width, height=190, title=told)


def _spots(line: Line, *, revenue: bool) -> list[dict[str, Any]]:
    """Return the line's points as drawn: shares, or money per hundred people; the peak is marked."""
    spots = []
    for point in line["points"]:
        factor = 100 * point["price"] if revenue else 1.0
        spots.append(
            {
                "price": point["price"],
                "value": factor * point["share"],
                "low": factor * point["low"],
                "high": factor * point["high"],
                "method": line["method"],
                "peak": False,
            }
        )
    if line["best"] is not None:
        nearest = min(spots, key=lambda spot: abs(spot["price"] - line["best"]))
        nearest["peak"] = True
    return spots
