"""The levers: by how much each would move revenue, the strongest on top, with its interval."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, MUTED, SECOND
from api.pages.charts._svg import Sketch
from api.pages.figures import estimate, money, odds
from api.pages.words import joined, plain

LINE = 16
OVER, BELOW = 14, 22
"""Height of a line of words, and what lies from the words to the middle of their bar and from it to the next words."""

Row = dict[str, Any]
"""words, value, low, high (money a month), level, written, sure (whether the interval leaves out zero), months."""


class Forces(Chart[list[Row]]):
    """A bar a lever under its words, to the right what gains and to the left what loses."""

    kind = "growth"
    place = 75

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the levers that are known, the strongest first."""
        forces = result.get("forces") or {}
        known = [
            each
            for each in forces.get("levers") or []
            if (each.get("mrr_change") or {}).get("value") is not None
        ]
        rows = [_row(each, forces.get("horizon_months")) for each in known]
        return sorted(rows, key=lambda row: -abs(row["value"])) or None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Name the strongest lever and what it moves."""
        first = data[0]
        after = f" after {first['months']} months" if first["months"] else ""
        moves = f"{first['words']} ({_signed(first['value'], currency)} a month{after})"
        return f"Strongest lever: {moves}" if first["sure"] else f"Strongest lever, but not sure: {moves}"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "Each bar: by how much revenue a month would differ at the end if only this one changed. The thin line "
            f"holds the truth {odds(data[0]['level'])} times; where it crosses zero, it isn't sure which way the lever "
            "moves. What it would cost to move a lever is not in the picture."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List every lever."""
        told = [f"{row['words']}: {row['written']}" for row in data]
        return f"Levers of revenue a month. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Write each lever's words and amount over its bar."""
        alt = altair()
        bars, lines, height = _laid(data, letters=84 if width > NARROW else 32)
        axis = alt.Axis(format="~s", tickCount=5 if width > NARROW else 4)
        x = alt.X("value:Q", title=f"{currency} a month", axis=axis)
        y = alt.Y("at:Q", scale=None, axis=None)
        shade = alt.condition(alt.datum.value >= 0, alt.value(ACCENT), alt.value(SECOND))
        drawn = alt.Chart(alt.Data(values=bars)).encode(y=y)
        written = alt.Chart(alt.Data(values=lines)).mark_text(align="left", baseline="bottom").encode(y=y)
        amounts = [{"at": bar["at"] - OVER, "said": _signed(bar["value"], currency)} for bar in bars]
        said = alt.Chart(alt.Data(values=amounts)).mark_text(align="right", baseline="bottom", color=MUTED)
        layered: Sketch = alt.layer(
            drawn.mark_rule(strokeWidth=14, opacity=0.5).encode(x=x, x2=alt.datum(0.0), color=shade),
            drawn.mark_rule(strokeWidth=1.8).encode(x=alt.X("low:Q"), x2="high:Q", color=shade),
            drawn.mark_tick(size=22, thickness=1.5, color=INK).encode(x=alt.datum(0.0, type="quantitative")),
            written.encode(x=alt.value(0), text="line:N"),
            said.encode(x=alt.value(width - 20), y=y, text="said:N"),
        ).properties(width=width - 20, height=height)
        return layered


def _laid(data: list[Row], *, letters: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Return bars and lines of words, each with the pixel at which it stands, and the height of all."""
    bars, lines, top = [], [], 0
    for row in data:
        words = textwrap.wrap(row["words"], letters)
        lines += [{"at": top + LINE * place, "line": line} for place, line in enumerate(words, 1)]
        top += LINE * len(words) + OVER
        bars.append({"at": top, **{key: row[key] for key in ("value", "low", "high")}})
        top += BELOW
    return bars, lines, top


def _row(lever: Mapping[str, Any], months: object) -> Row:
    found = lever["mrr_change"]
    ends = {key: float(found[key]) for key in ("value", "low", "high")}
    return {
        "words": str(lever.get("words") or plain(lever.get("lever"))),
        "written": str(estimate(found)),
        "level": found.get("level"),
        "sure": ends["low"] > 0 or ends["high"] < 0,
        "months": months,
        **ends,
    }


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"
