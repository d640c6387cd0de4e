"""All scores of all metrics side by side: one line a score, one cell a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.pages.figures import Shown, chance, estimate, number_range
from api.pages.words import plain


class Score(NamedTuple):
    """How a score is named for readers; `part` sets it under the line above."""

    family: str
    key: str
    label: str
    note: str = ""
    part: bool = False


class Line(NamedTuple):
    """One line of the comparison."""

    label: str
    note: str
    part: bool
    cells: Sequence[Shown]

    @property
    def unknown(self) -> str:
        """Why no metric at all has this score; empty where one has it or the reasons differ."""
        reasons = {cell.unknown for cell in self.cells}
        return reasons.pop() if len(reasons) == 1 else ""


SCORES = (
    Score(
        "spread",
        "spread",
        "Spread of worth per unit",
        "×÷ 1.5: two customers in three lie within a factor of 1.5 of the middle; ×÷ 1 is the same worth for all",
    ),
    Score("spread", "between", "between customers", "what one price has to bear", part=True),
    Score("spread", "within", "month to month", "noise within a customer", part=True),
    Score("spread", "inside", "inside a customer", "from one unit to the next", part=True),
    Score("spread", "customer_spread", "of customers' long-run worth", part=True),
    Score("spread", "log_sd", "with wild customers in full", "standard deviation of logs", part=True),
    Score(
        "spread",
        "stated",
        "of what people say",
        "surveys: how far people agree on one unit's price",
        part=True,
    ),
    Score("growth", "rank", "Grows with value", "rank correlation: 1 in step, 0 unrelated"),
    Score("growth", "slope", "slope", "1: twice the units, twice the value", part=True),
    Score("growth", "inside", "inside customers, over time", "rank correlation", part=True),
    Score("growth", "with_payment", "with what customers pay", "rank correlation", part=True),
    Score("capture_efficiency", "by_value", "One price takes", "of all value, at most"),
    Score("capture_efficiency", "flat_fee", "a flat fee takes", part=True),
    Score("capture_efficiency", "gain_over_flat_fee", "gain over the flat fee", part=True),
    Score("capture_efficiency", "today", "today's prices take", part=True),
    Score("capture_efficiency", "by_customer", "counting every customer alike", part=True),
    Score("capture_efficiency", "effective_customers", "customers who carry the value", part=True),
    Score("hurdle", "zero_value_share", "Units without value", "share of periods"),
    Score("hurdle", "value_without_units_share", "Value without units", "share of value"),
    Score("predictability", "unit_variation", "Use swings", "month to month, against its own mean"),
)
# The ends of the slope stand in the slope's own cell.
ELSEWHERE = {("growth", "slope_low"), ("growth", "slope_high")}


def comparison(ranking: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Set the metrics of a ranking side by side; a score that this page has no name for is shown by its own.

    Parameters
    ----------
    ranking
        The `ranking` of a `value_metrics` result.
    """
    scored = [_scores(row) for row in ranking]
    present = {name for scores in scored for name in scores}
    named = [score for score in SCORES if (score.family, score.key) in present]
    known = {(score.family, score.key) for score in SCORES} | ELSEWHERE
    unnamed = [Score(*name, f"{plain(name[0])}: {plain(name[1])}") for name in sorted(present - known)]
    lines = [
        Line(score.label, score.note, score.part, [scores[score.family, score.key] for scores in scored])
        for score in [*named, *unnamed]
        if all((score.family, score.key) in scores for scores in scored)
    ]
    chances = [_chance(row) for row in ranking]
    return [Line("Chance of being the best", "among the eligible", False, chances), *lines]


def _scores(row: Mapping[str, Any]) -> dict[tuple[str, str], Shown]:
    """Collect a metric's scores: what the contract promises first, then the families in full."""
    growth = row.get("growth") or {}
    found: dict[tuple[str, str], Any] = {
        **{("spread", key): row[key] for key in ("spread", "between", "within", "inside") if key in row},
        **{("growth", key): growth[key] for key in ("rank", "slope", "inside") if key in growth},
        **{("hurdle", key): _share(row, key) for key in ("zero_value_share", "value_without_units_share")},
    }
    if "capture_efficiency" in row:
        found["capture_efficiency", "by_value"] = row["capture_efficiency"]
    if "growth_with_payment" in row:
        found["growth", "with_payment"] = row["growth_with_payment"]
    if "stated_spread" in row:
        found["spread", "stated"] = row["stated_spread"]
    for family, scores in (row.get("scores") or {}).items():
        found |= {(family, key): score for key, score in scores.items()}
    shown = {name: estimate(score) for name, score in found.items()}
    if growth.get("slope_bounds") and ("growth", "slope") in shown:
        slope = shown["growth", "slope"]
        bounds = f"{slope.brief}; bounds {number_range(growth['slope_bounds'])}"
        shown["growth", "slope"] = Shown(slope.value, slope.interval, bounds, slope.unknown, slope.n)
    return shown


def _share(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    why = (row.get("reasons_for_null") or {}).get(key)
    return {"value": row.get(key), "unit": "share", "reason": why}


def _chance(row: Mapping[str, Any]) -> Shown:
    if row.get("probability_best") is None:
        why = (row.get("reasons_for_null") or {}).get("probability_best")
        return estimate({"value": None, "reason": why})
    return Shown(chance(row["probability_best"]))
