"""Where growth takes customers: the share of them in each tier, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, QUIET, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import share
from api.pages.words import joined

Row = dict[str, Any]
"""month, tier, order (0 the smallest), share (0–1)."""

_SHADES = (ACCENT, SECOND, INK, QUIET)


class TierPaths(Chart[list[Row]]):
    """A band a tier, the largest on top."""

    kind = "tiers"
    place = 64

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the bands; None where there is one tier only, or nobody in any."""
        rows = list((result.get("charts") or {}).get("climbing") or [])
        several = len({row["tier"] for row in rows}) > 1
        return rows if several and any(row["share"] > 0 for row in rows) else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say how many climb to the top."""
        name = max(data, key=lambda row: int(row["order"]))["tier"]
        first, last = (self._in(name, data, end) for end in (min, max))
        months = max(row["month"] for row in data)
        if last <= first + 0.005:
            return f"Hardly anybody climbs to {name} within {months} months"
        return f"In {months} months {share(last)} are in {name}; today {share(first)} are"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Existing customers who stay, by tier, if each goes on growing as in its last twelve months (noisy ones "
            "drawn towards the others). A customer climbs when, needing more, it would take a dearer tier, and "
            "never down."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the shares today and at the end."""
        ends = [min(row["month"] for row in data), max(row["month"] for row in data)]
        told = [
            f"in month {end}: "
            + joined([f"{row['tier']} {share(row['share'])}" for row in data if row["month"] == end])
            for end in ends
        ]
        return f"Share of customers by tier; {'; '.join(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Stack the bands and write the tier's name into each at its end."""
        alt = altair()
        names = sorted({row["tier"]: row["order"] for row in data}.items(), key=lambda item: item[1])
        shades = [_SHADES[at % len(_SHADES)] for at in range(len(names))]
        scale = alt.Scale(domain=[name for name, _ in names], range=shades)
        drawn: Sketch = (
            alt.Chart(alt.Data(values=data))
            .mark_area(opacity=0.85)
            .encode(
                x=alt.X("month:Q", title="months from now", axis=alt.Axis(grid=False, tickCount=6)),
                y=alt.Y("share:Q", stack="zero", axis=alt.Axis(format="%", tickCount=5), title="customers"),
                color=alt.Color("tier:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
                order=alt.Order("order:Q"),
            )
            .properties(width=width - 80, height=240 if width > NARROW else 200)
        )
        return drawn

    @staticmethod
    def _in(name: str, data: list[Row], end: Any) -> float:
        month = end(row["month"] for row in data)
        return float(sum(row["share"] for row in data if row["month"] == month and row["tier"] == name))
