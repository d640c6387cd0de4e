"""What is left by age: which share of customers still pays after so many months, and of their first revenue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, MUTED, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, odds, share
from api.pages.growth import YEAR
from api.pages.words import joined

FEWEST = 5
"""Customers who reached an age, below which one of them would move the lines by a fifth."""
LINES = ("Customers who still pay", "Revenue left of the first")

Row = dict[str, Any]
"""age (months), value, low, high (shares), revenue (a share of the first, or None), level, written."""


class RetentionByAge(Chart[list[Row]]):
    """Two lines from 100 % on, the one of customers with its band."""

    kind = "growth"
    place = 72

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return a row for each age that enough customers have reached; None below two."""
        rows = [_row(found) for found in result.get("by_age") or [] if _known(found.get("paying") or {})]
        return rows if len(rows) > 1 else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say what is left after a year, or at the highest age that is known."""
        row = _told(data)
        months = f"{row['age']} month{'s' if row['age'] != 1 else ''}"
        said = f"After {months} {share(row['value'])} of customers still pay"
        if row["revenue"] is None:
            return said
        return f"{said}, and {share(row['revenue'])} of the first revenue is there"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Of all customers who are old enough: how many still pay so many months after their first, and what they "
            "pay together, as a share of their first month. Where revenue lies above customers, those who stay grow, "
            "or those who leave are small. The band holds the truth "
            f"{odds(data[-1]['level'])} times; towards the right there are ever fewer customers, and only early ones."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """Read four ages off the lines."""
        last = len(data) - 1
        picked = [data[at] for at in sorted({last // 4, last // 2, 3 * last // 4, last})]
        told = [f"after {row['age']} months {row['written']}" for row in picked]
        return f"Customers who still pay: {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Lay two lines over a band."""
        alt = altair()
        inner = width - 65
        scale = alt.Scale(domain=[0, max(1.0, *(row["revenue"] or 0 for row in data))], nice=False)
        y = {"title": None, "scale": scale, "axis": alt.Axis(format=".0%", tickCount=5)}
        ages = alt.Axis(grid=False, tickCount=6, tickMinStep=1, format="d")
        x = alt.X("age:Q", title="months since they began", scale=alt.Scale(nice=False), axis=ages)
        legend = alt.Legend(
            orient="top", title=None, labelColor=MUTED, labelFontSize=12, labelLimit=inner, symbolOpacity=1,
            columns=2 if width > NARROW else 1,
        )  # fmt: skip
        shades = alt.Scale(domain=list(LINES), range=[ACCENT, SECOND])
        band = alt.Chart(alt.Data(values=data)).mark_area(opacity=0.15, color=ACCENT).encode(x=x)
        whole = alt.Chart(alt.Data(values=[{}])).mark_rule(color=QUIET, strokeDash=[4, 3])
        spots = [
            {"age": row["age"], "which": name, "value": row[field]}
            for name, field in zip(LINES, ("value", "revenue"), strict=True)
            for row in data
            if row[field] is not None
        ]
        lines = alt.Chart(alt.Data(values=spots)).mark_line(strokeWidth=2.4)
        colour = alt.Color("which:N", scale=shades, legend=legend)
        layers = [
            whole.encode(y=alt.datum(1.0, type="quantitative")),
            band.encode(y=alt.Y("low:Q", **y), y2="high:Q"),
            lines.encode(x=x, y=alt.Y("value:Q", **y), color=colour),
        ]
        drawn: Sketch = alt.layer(*layers).properties(width=inner, height=280 if width > NARROW else 230)
        return drawn


def _known(paying: Mapping[str, Any]) -> bool:
    return paying.get("value") is not None and (paying.get("n") or FEWEST) >= FEWEST


def _row(found: Mapping[str, Any]) -> Row:
    paying = found["paying"]
    ends = {key: float(paying[key]) for key in ("value", "low", "high")}
    return {
        "age": found["age_months"],
        "revenue": found.get("mrr_of_first"),
        "written": str(estimate(paying)),
        "level": paying.get("level"),
        **ends,
    }


def _told(data: list[Row]) -> Row:
    return next((row for row in data if row["age"] == YEAR), data[-1])
