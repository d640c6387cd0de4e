"""The bridge: what moved revenue up and down month by month, under the revenue that it led to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._months import months_along
from api.pages.charts._palette import ACCENT, INK, MUTED, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import money
from api.pages.growth import LINES, LOSSES, YEAR
from api.pages.words import joined, month_in_words

MOST_MONTHS = 36
# Colour and strength of each line: what is gained in the first colour, what is lost in the second.
SHADES = {
    "new": (ACCENT, 1.0),
    "reactivation": (QUIET, 1.0),
    "expansion": (ACCENT, 0.5),
    "price_raise": (INK, 0.75),
    "contraction": (SECOND, 0.45),
    "churn": (SECOND, 1.0),
}

Month = dict[str, Any]
"""name, opening_mrr, closing_mrr, and each of `LINES` (money ≥ 0)."""


class MrrBridge(Chart[list[Month]]):
    """Revenue as a line; below it a bar a month, gains above the zero line and losses under it."""

    kind = "growth"
    place = 70

    def data(self, result: Mapping[str, Any]) -> list[Month] | None:
        """Return the last months; the first of all is left out where nothing came before it; None below two."""
        months = list(result.get("months") or [])
        while len(months) > 1 and not months[0].get("opening_mrr"):
            del months[0]
        rows = [{**month, "name": month_in_words(month.get("month"))} for month in months[-MOST_MONTHS:]]
        return rows if len(rows) > 1 and any(_lines(rows)) else None

    def title(self, data: list[Month], *, currency: str) -> str:
        """Say where revenue went in the last year, and by how much it was moved each way."""
        year = data[-YEAR:]
        gained, lost = (
            sum(_sum(year, line) for line in LINES if (line in LOSSES) is down) for down in (False, True)
        )
        start, end = (money(value, currency) for value in (year[0]["opening_mrr"], year[-1]["closing_mrr"]))
        went = f"In {len(year)} months revenue went from {start} to {end} a month"
        return f"{went}: {money(gained, currency)} gained, {money(lost, currency)} lost"

    def caption(self, data: list[Month]) -> str:
        """Say how to read it."""
        return (
            "The line: what all customers together pay a month, at each month's end. The bars: what moved it in that "
            "month, gains upwards and losses downwards, on a scale of their own. What a raise of price brought is "
            "kept apart from expansion."
        )

    def words(self, data: list[Month], *, currency: str) -> str:
        """List what each line adds up to."""
        sums = [f"{LINES[line].lower()} {money(_sum(data, line), currency)}" for line in _lines(data)]
        return f"What moved revenue from {data[0]['name']} to {data[-1]['name']}: {joined(sums)}."

    def sketch(self, data: list[Month], *, currency: str, width: int) -> Sketch:
        """Lay the line over the bars, month by month."""
        alt = altair()
        inner = width - 75
        names = [month["name"] for month in data]
        money_axis = alt.Axis(format="~s", tickCount=4, minExtent=42)
        closing = alt.Y("closing_mrr:Q", title=None, axis=money_axis, scale=alt.Scale(zero=False))
        line = alt.Chart(alt.Data(values=data)).mark_line(
            strokeWidth=2.4, color=INK, point={"size": 22, "color": INK}
        )
        line = line.encode(x=months_along(names, width=inner, labels=False), y=closing)
        bars = alt.Chart(alt.Data(values=_bars(data))).mark_bar()
        bars = bars.encode(
            x=months_along(names, width=inner),
            y=alt.Y("amount:Q", title=None, axis=money_axis),
            order=alt.Order("place:Q"),
            **_colours(data, columns=3 if width > NARROW else 2),
        )
        above, below = (150, 220) if width > NARROW else (120, 200)
        drawn: Sketch = alt.vconcat(
            line.properties(
                width=inner, height=above, title=_headed(f"What customers pay, {currency} a month")
            ),
            bars.properties(width=inner, height=below, title=_headed(f"What moved it, {currency} a month")),
        )
        return drawn


def _headed(said: str) -> Any:
    """Return a panel's title over its inside, so that titles of panels stand in one line."""
    return altair().TitleParams(said, frame="group")


def _lines(data: list[Month]) -> list[str]:
    """Return the lines that moved at all."""
    return [line for line in LINES if _sum(data, line)]


def _sum(data: list[Month], line: str) -> float:
    return sum(float(month.get(line) or 0) for month in data)


def _bars(data: list[Month]) -> list[dict[str, Any]]:
    return [
        {
            "name": month["name"],
            "line": LINES[line],
            "amount": (-1 if line in LOSSES else 1) * float(month.get(line) or 0),
            "place": place,
        }
        for month in data
        for place, line in enumerate(_lines(data))
    ]


def _colours(data: list[Month], *, columns: int) -> dict[str, Any]:
    """Return colour and strength by line, in one legend."""
    alt = altair()
    lines = _lines(data)
    domain = [LINES[line] for line in lines]
    legend = alt.Legend(orient="top", title=None, labelColor=MUTED, labelFontSize=12, columns=columns)
    colour = alt.Scale(type="ordinal", domain=domain, range=[SHADES[line][0] for line in lines])
    strength = alt.Scale(type="ordinal", domain=domain, range=[SHADES[line][1] for line in lines])
    return {
        "color": alt.Color("line:N", scale=colour, legend=legend),
        "opacity": alt.Opacity("line:N", scale=strength, legend=legend),
    }
