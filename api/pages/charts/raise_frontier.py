"""What the best raises gain against the customers they lose: how much a larger budget of churn would buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, QUIET
from api.pages.charts._svg import Sketch
from api.pages.figures import GAP, money, odds
from api.pages.raise_effects import finely

Row = dict[str, Any]
"""budget, lost (shares), gain, low, high (money), level, chosen, label (the budget in words)."""


class RaiseFrontier(Chart[list[Row]]):
    """A point a budget of churn, with the interval of its gain; the one that was asked for is dark."""

    kind = "raises"
    place = 81

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the budgets, the smallest first, each plan once; None where there is but one."""
        own = (result.get("options") or {}).get("max_churn_change")
        rows = [_row(row, own) for row in result.get("frontier") or []]
        known = sorted((row for row in rows if row is not None), key=lambda row: row["budget"])
        shown = [
            row
            for at, row in enumerate(known)
            if row["chosen"] or not at or row["gain"] != known[at - 1]["gain"]
        ]
        return shown if len(shown) > 1 else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say what the next larger budget would buy."""
        at = next((at for at, row in enumerate(data) if row["chosen"]), None)
        if at is None or at + 1 == len(data):
            best = max(data, key=_gain)
            lost, gain = _percent(best["lost"]), money(best["gain"], currency)
            return f"Raises gain {gain} at most, and lose {lost} more customers a year"
        own, wider = data[at], data[at + 1]
        more = wider["gain"] - own["gain"]
        if more <= 0:
            return f"More churn than the {own['label']} that you allow would buy nothing"
        return (
            f"If {wider['label']} more customers might be lost in a year instead of {own['label']}, raises would gain "
            f"{money(more, currency)} more"
        )

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each point is the best plan within a budget of churn, which is written beside it: what it gains in "
            "lifetime value, and how many more customers it is expected to lose in a year. The dark one is the budget "
            f"that you allow. Nobody is held out here. The lines hold the truth {odds(data[0]['level'])} times."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the points."""
        told = [
            f"budget {row['label']}: {money(row['gain'], currency)}, {_percent(row['lost'])} lost"
            for row in data
        ]
        return f"Gain of lifetime value against customers lost more in a year. {'; '.join(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Join the points, each with its interval and budget."""
        alt = altair()
        base = alt.Chart(alt.Data(values=data)).encode(
            x=alt.X(
                "lost:Q",
                title="customers lost more in a year",
                axis=alt.Axis(format=".1%", tickCount=5 if width > NARROW else 4),
                scale=alt.Scale(domain=[0, 1.12 * max(row["lost"] for row in data) or 0.01], nice=False),
            )
        )
        y = alt.Y("gain:Q", title=f"{currency} gained", axis=alt.Axis(format="~s", tickCount=5))
        scale = alt.Scale(domain=[False, True], range=[ACCENT, INK])
        drawn: Sketch = alt.layer(
            base.mark_line(color=QUIET, strokeWidth=1.2).encode(y=y),
            base.mark_rule(color=ACCENT, strokeWidth=1.4, opacity=0.6).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                y=y, color=alt.Color("chosen:N", legend=None, scale=scale)
            ),
            base.transform_filter("datum.budget > 0")
            .mark_text(align="left", dx=8, dy=10, color=MUTED)
            .encode(y=y, text="label:N"),
        ).properties(width=width - 90, height=260 if width > NARROW else 220)
        return drawn


def _row(row: Mapping[str, Any], own: float | None) -> Row | None:
    told, lost = row.get("lifetime_value_change") or {}, (row.get("churn_change") or {}).get("value")
    gain, low, high = (told.get(key) for key in ("value", "low", "high"))
    if row.get("max_churn_change") is None or lost is None or gain is None or low is None or high is None:
        return None
    budget = float(row["max_churn_change"])
    return {
        "budget": budget,
        "label": f"{100 * budget:g}{GAP}%",
        "lost": float(lost),
        "gain": float(gain),
        "low": float(low),
        "high": float(high),
        "level": told.get("level"),
        "chosen": own is not None and budget == own,
    }


def _gain(row: Row) -> float:
    return float(row["gain"])


def _percent(value: float) -> str:
    return finely({"value": value, "unit": "share"}).value
