"""The forecast: what customers pay so far, and what they will pay if they go on as they do, with its band."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._months import months_along
from api.pages.charts._palette import ACCENT, INK, MUTED
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, money, money_range, odds
from api.pages.words import joined, month_in_words

MOST_MONTHS = 24
SO_FAR, FORETOLD = "So far", "Forecast"

Row = dict[str, Any]
"""name (the month), which (so far or forecast), value, low, high (money), level and written of a forecast."""


class ForecastFan(Chart[list[Row]]):
    """A line that goes on as another one, in a band that opens."""

    kind = "growth"
    place = 74

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the last months and the forecast, which begins where they end; None without either."""
        months = [month for month in result.get("months") or [] if month.get("closing_mrr") is not None]
        ahead = [
            row for row in result.get("forecast") or [] if (row.get("mrr") or {}).get("value") is not None
        ]
        if not months or not ahead:
            return None
        past = [_past(month, SO_FAR) for month in months[-MOST_MONTHS:]]
        return [*past, _past(months[-1], FORETOLD), *(_ahead(row) for row in ahead)]

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say where revenue will be, how surely, and where it is."""
        last, today = data[-1], next(row for row in reversed(data) if row["which"] == SO_FAR)
        spread = money_range(last["low"], last["high"], currency, rough=True)
        return (
            f"Revenue is forecast at {money(last['value'], currency)} a month in {last['name']} ({spread}); "
            f"in {today['name']} it is {money(today['value'], currency)}"
        )

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "What all customers together pay a month: so far, and if customers go on joining, growing and leaving as "
            f"they have. That it ends inside the band has a chance of {odds(data[-1]['level'])}, as long as nothing "
            "else changes: no new price, no new product, no new competitor."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """Tell the middle and the end of the forecast."""
        ahead = [row for row in data if row["which"] == FORETOLD][1:]
        picked = list({row["name"]: row for row in (ahead[len(ahead) // 2], ahead[-1])}.values())
        told = [f"{row['name']}: {row['written']}" for row in picked]
        return f"Forecast of revenue a month. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Lay two lines over the band."""
        alt = altair()
        inner = width - 75
        names = list(dict.fromkeys(row["name"] for row in data))
        axis = alt.Axis(format="~s", tickCount=5)
        y = {"title": f"{currency} a month", "axis": axis, "scale": alt.Scale(zero=False)}
        legend = alt.Legend(
            orient="top", title=None, labelColor=MUTED, labelFontSize=12, symbolOpacity=1, symbolType="stroke"
        )
        shades = alt.Scale(domain=[SO_FAR, FORETOLD], range=[INK, ACCENT])
        base = alt.Chart(alt.Data(values=data)).encode(
            x=months_along(names, width=inner), color=alt.Color("which:N", scale=shades, legend=legend)
        )
        drawn: Sketch = alt.layer(
            base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", **y), y2="high:Q"),
            base.mark_line(strokeWidth=2.4).encode(y=alt.Y("value:Q", **y)),
        ).properties(width=inner, height=280 if width > NARROW else 230)
        return drawn


def _past(month: Mapping[str, Any], which: str) -> Row:
    value = float(month["closing_mrr"])
    return {
        "name": month_in_words(month.get("month")),
        "which": which,
        "value": value,
        "low": value,
        "high": value,
    }


def _ahead(row: Mapping[str, Any]) -> Row:
    found = row["mrr"]
    ends = {key: float(found[key]) for key in ("value", "low", "high")}
    told = {"level": found.get("level"), "written": str(estimate(found))}
    return {"name": month_in_words(row.get("month")), "which": FORETOLD, **ends, **told}
