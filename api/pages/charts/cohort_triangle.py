"""The triangle: of customers who began together, how many still pay, cohort by cohort and age by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pages.charts._base import NARROW, Chart, altair
from api.pages.charts._palette import ACCENT, INK, PAPER
from api.pages.charts._svg import Sketch
from api.pages.figures import share
from api.pages.growth import FEWEST, MILESTONES, YEAR, Cohort, cohorts
from api.pages.words import joined

CELL = 25
"""Pixels that a cell needs for its number."""
MUTED = 0.55
"""Of the ink, where a number may as well be another."""
STEPS = (1, 2, 3, 6, 12)
STRENGTHS = [0.05, 0.55]
"""Of the colour, from the lowest share to all; at the upper one, text on it is still readable on both papers."""


class CohortTriangle(Chart[list[Cohort]]):
    """A row a cohort, the oldest on top, a column an age; the more are left, the stronger the colour."""

    kind = "growth"
    place = 73

    def data(self, result: Mapping[str, Any]) -> list[Cohort] | None:
        """Return the cohorts; None below two, or where none has aged."""
        found = cohorts(result)
        return found if len(found) > 1 and max(each.oldest for each in found) > 0 else None

    def title(self, data: list[Cohort], *, currency: str) -> str:
        """Say how far cohorts lie apart at an age that several of them have reached."""
        age, there = _compared(data)
        after = f"After {age} month{'s' if age != 1 else ''}"
        left = {each.name: each.left("customers", age) or 0.0 for each in there if each.customers >= FEWEST}
        if len(set(left.values())) > 1:
            ends = [
                f"{share(left[name])} ({name})"
                for name in (min(left, key=left.__getitem__), max(left, key=left.__getitem__))
            ]
            return f"{after} between {joined(ends)} of a cohort still pay{_left_out(there)}"
        still = sum((each.left("customers", age) or 0.0) * each.customers for each in there)
        return f"{after} {share(still / sum(each.customers for each in there))} of all cohorts still pay"

    def caption(self, data: list[Cohort]) -> str:
        """Say how to read it."""
        return (
            "Each row: customers who began together, and how many they were. Each cell: how many in a hundred of them "
            "still pay so many months later. Read down a column to see whether later customers stay longer. Pale "
            "numbers are unsure: their interval is wider than 25 in a hundred, or there were fewer than ten customers."
        )

    def words(self, data: list[Cohort], *, currency: str) -> str:
        """Tell what each cohort has come to."""
        told = [
            f"{each.name}, {each.customers} customers: {share(each.left('customers', each.oldest))} after "
            f"{each.oldest} months"
            for each in data
        ]
        return f"Customers who still pay, by the month in which they began. {joined(told)}."

    def sketch(self, data: list[Cohort], *, currency: str, width: int) -> Sketch:
        """Colour the cells and write their numbers into them."""
        alt = altair()
        inner = width - 120
        cells = _cells(data, most=inner // CELL)
        rows, ages = (list(dict.fromkeys(cell[key] for cell in cells)) for key in ("row", "age"))
        x = alt.X(
            "age:N", sort=None, title="months since they began",
            scale=alt.Scale(domain=sorted(ages, key=int)), axis=alt.Axis(labelAngle=0, orient="top", grid=False),
        )  # fmt: skip
        y = alt.Y("row:N", sort=None, title=None, scale=alt.Scale(domain=rows), axis=alt.Axis(grid=False))
        lowest = min(cell["left"] for cell in cells)
        strength = alt.Scale(domain=[min(lowest, 0.9), 1.0], range=STRENGTHS, clamp=True)
        base = alt.Chart(alt.Data(values=cells)).encode(x=x, y=y)
        drawn: Sketch = alt.layer(
            base.mark_rect(color=ACCENT, stroke=PAPER).encode(
                opacity=alt.Opacity("left:Q", scale=strength, legend=None)
            ),
            base.mark_text(fontSize=12 if width > NARROW else 11, color=INK).encode(
                text="said:N",
                opacity=alt.condition("datum.unsure", alt.value(MUTED), alt.value(1.0)),
            ),
        ).properties(width=inner, height=26 * len(rows))
        return drawn


def _cells(data: Sequence[Cohort], *, most: int) -> list[dict[str, Any]]:
    """Return the cells at every age, or at every second, third … where there would be more than fit."""
    oldest = max(each.oldest for each in data)
    step = next((step for step in STEPS if oldest // step < most), STEPS[-1])
    return [
        {
            "row": f"{each.name} · {each.customers:,}",
            "age": str(age),
            "left": left,
            "said": f"{100 * left:.0f}",
            "unsure": each.unsure(age),
        }
        for each in data
        for age in range(0, oldest + 1, step)
        if (left := each.left("customers", age)) is not None
    ]


def _left_out(there: Sequence[Cohort]) -> str:
    """Say how many cohorts are too small to be named."""
    small = sum(each.customers < FEWEST for each in there)
    if not small:
        return ""
    return f" ({small} cohort{'s' if small > 1 else ''} of fewer than ten customers left out)"


def _compared(data: Sequence[Cohort]) -> tuple[int, list[Cohort]]:
    """Return the highest age up to a year that half of the cohorts have reached, and those cohorts."""
    reached = sorted(each.oldest for each in data)[len(data) // 2]
    age = max((at for at in MILESTONES if at <= min(reached, YEAR)), default=1)
    return age, [each for each in data if each.oldest >= age]
