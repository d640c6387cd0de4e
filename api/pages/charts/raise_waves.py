"""Waves of raises by month: how much more revenue is asked for, and of how many customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, MUTED
from api.pages.charts._svg import Sketch
from api.pages.figures import count, money
from api.pages.words import joined, month_in_words

Row = dict[str, Any]
"""name (the month), asked (money a month), raised, held_out (customers), label."""


class RaiseWaves(Chart[list[Row]]):
    """A bar a wave, with how many customers it raises beside it."""

    kind = "raises"
    place = 81

    def data(self, result: Mapping[str, Any]) -> list[Row] | None:
        """Return the waves, the first one first; None where none asks for anything."""
        rows = [_row(wave) for wave in result.get("waves") or [] if wave.get("mrr_asked") is not None]
        return rows if any(row["asked"] > 0 for row in rows) else None

    def title(self, data: list[Row], *, currency: str) -> str:
        """Say how much is asked for in all."""
        asked, raised = (sum(row[key] for row in data) for key in ("asked", "raised"))
        waves = "one wave" if len(data) == 1 else f"{len(data)} waves"
        return f"{money(asked, currency)} a month more is asked of {count(raised)} customers, in {waves}"

    def caption(self, data: list[Row]) -> str:
        """Say how to read it."""
        return (
            "By the month in which a raise takes effect: what it asks for, and of how many customers; those held out "
            "by lot are asked nothing. What customers who leave take with them is not taken off."
        )

    def words(self, data: list[Row], *, currency: str) -> str:
        """List the waves."""
        told = [f"{row['name']}, {money(row['asked'], currency)} of {row['label']}" for row in data]
        return f"Revenue asked for by wave. {joined(told)}."

    def sketch(self, data: list[Row], *, currency: str, width: int) -> Sketch:
        """Draw one bar a wave, its customers written at its end."""
        alt = altair()
        top = (1.45 if width > NARROW else 2.2) * max(row["asked"] for row in data)
        x = alt.X(
            "asked:Q",
            scale=alt.Scale(domain=[0, top], nice=False),
            axis=alt.Axis(tickCount=4),
            title=f"{currency} a month more",
        )
        base = alt.Chart(alt.Data(values=data)).encode(x=x, y=alt.Y("name:N", sort=None, title=None))
        drawn: Sketch = alt.layer(
            base.mark_bar(color=ACCENT, height=18),
            base.mark_text(align="left", dx=6, color=MUTED).encode(text="label:N"),
        ).properties(width=width - 90, height=30 * len(data))
        return drawn


def _row(wave: Mapping[str, Any]) -> Row:
    raised, held = int(wave.get("raised") or 0), int(wave.get("held_out") or 0)
    return {
        "name": month_in_words(wave.get("wave")),
        "asked": float(wave["mrr_asked"]),
        "raised": raised,
        "held_out": held,
        "label": f"{count(raised)} customers" + (f", {count(held)} held out" if held else ""),
    }
