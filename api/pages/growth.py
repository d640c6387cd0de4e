"""Growth as tables: the bridge of the last months, every convention by its plain name, and cohorts as they age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.figures import MINUS, count
from api.pages.growth_forces import bridge_of_value, forces_of_the_past
from api.pages.growth_moves import moves
from api.pages.words import CONVENTIONS, month_in_words, plain

Result = Mapping[str, Any]

YEAR = 12
MOST_COHORTS = 18
"""Rows of the triangle beyond which cohorts are taken together: by quarters, and where those are too many by years."""
STEPS = (1, 3, 12)
FEWEST = 10
"""Customers that a cohort has at least to be compared: in a smaller one, one customer is a tenth of it."""
WIDEST = 0.25
"""How far the interval of a share may reach before its cell is muted."""
MILESTONES = (1, 3, 6, 12, 24, 36, 48, 60)
"""Ages in months at which the table of cohorts looks."""
LINES = {
    "new": "New",
    "reactivation": "Came back",
    "expansion": "Expansion",
    "price_raise": "Price raise",
    "contraction": "Contraction",
    "churn": "Churn",
}
"""The bridge's lines in reading order; the last two are taken away."""
LOSSES = ("contraction", "churn")


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who began to pay in the same months.

    Parameters
    ----------
    name
        ``May 2026``, ``Q2 2026`` or ``2026``.
    members
        The months taken together: each with `customers` and `mrr` by age in months.
    """

    name: str
    members: Sequence[Result]

    @property
    def customers(self) -> int:
        """How many they were at first."""
        return int(self._sum("customers", 0))

    @property
    def oldest(self) -> int:
        """The age in months that all of its members have reached."""
        return min(len(each["customers"]) for each in self.members) - 1

    def ends(self, field: str, age: int) -> tuple[float, float] | None:
        """Return the interval of `logo_retention`, `grr` or `nrr` at an age; None where none is told."""
        told = self.members[0].get(field) or {}
        if len(self.members) > 1 or age > self.oldest or told.get("low") is None:
            return None
        return told["low"][age], told["high"][age]

    def unsure(self, age: int) -> bool:
        """Whether the share of customers who still pay at an age may as well be another."""
        ends = self.ends("logo_retention", age)
        return self.customers < FEWEST if ends is None else ends[1] - ends[0] > WIDEST

    def left(self, field: str, age: int) -> float | None:
        """Return the share of customers or of MRR that is left at an age; None until all members have reached it.

        If only those who are old enough counted, the share would jump where the younger ones drop out.

        >>> young, old = {"customers": [4, 2]}, {"customers": [6, 5, 3]}
        >>> both = Cohort("Q2 2026", [old, young])
        >>> both.left("customers", 1), both.left("customers", 2)
        (0.7, None)
        """
        began = self._sum(field, 0)
        return self._sum(field, age) / began if began and age <= self.oldest else None

    def _sum(self, field: str, age: int) -> float:
        return sum(float(each[field][age]) for each in self.members)


def growth_tables(growth: Result) -> dict[str, Any]:
    """Return what tables show: `bridge`, `conventions`, `segments`, `cohorts`, `past` (forces), `value`, `moves`."""
    return {
        "bridge": bridge_of_a_year(growth.get("months") or []),
        "conventions": conventions(growth),
        "segments": segments(growth),
        "cohorts": _aged(cohorts(growth)),
        "past": forces_of_the_past(growth),
        "value": bridge_of_value(growth),
        "moves": moves(growth),
    }


def bridge_of_a_year(months: Sequence[Result]) -> dict[str, Any]:
    """Return the last twelve months, the newest first, with the lines that moved, and what they add up to."""
    year = months[-YEAR:]
    if not year:
        return {}
    sums = {line: sum(month.get(line) or 0 for month in year) for line in LINES}
    return {
        "lines": {line: name for line, name in LINES.items() if sums[line]},
        "still": [name.lower() for line, name in LINES.items() if not sums[line]],
        "months": [{**month, "name": month_in_words(month.get("month"))} for month in reversed(year)],
        "total": {
            **sums,
            "months": len(year),
            "opening_mrr": year[0].get("opening_mrr"),
            "closing_mrr": year[-1].get("closing_mrr"),
        },
    }


def moved(amount: object, line: str) -> str:
    """Write by how much a line of the bridge moved revenue: losses with a minus, nothing as a dash.

    >>> moved(1200.4, "new"), moved(80.0, "churn"), moved(0.0, "expansion")
    ('1,200', '−80', '–')
    """
    if not amount:
        return "\N{EN DASH}"
    return f"{MINUS if line in LOSSES else ''}{count(amount)}"


def conventions(growth: Result) -> list[dict[str, Any]]:
    """Return every convention: gross before net retention, in plain words; the one that was chosen is marked."""
    chosen = (growth.get("convention") or {}).get("used_by") or {}
    rows = [
        {
            "name": CONVENTIONS.get(code, code.replace("_", " ")),
            "measure": code.split("_", maxsplit=1)[0],
            "estimate": found,
            "used_by": found.get("used_by") or "",
        }
        for code, found in (growth.get("variants") or {}).items()
    ]
    for row in rows:
        row["chosen"] = bool(row["used_by"]) and chosen.get(row["measure"]) == row["used_by"]
    order = {"grr": 0, "nrr": 1, "logo": 2}
    return sorted(rows, key=lambda row: (order.get(row["measure"], len(order)), not row["chosen"]))


def segments(growth: Result) -> list[dict[str, Any]]:
    """Return the tables of retention by segment: the plan's first, each with its rows, worst first.

    >>> segments({"by_segment": [{"trait": "plan", "level": "basic"}]})
    [{'trait': 'plan', 'name': 'Plan then', 'rows': [{'trait': 'plan', 'level': 'basic'}]}]
    """
    found: dict[str, list[Result]] = {}
    for row in growth.get("by_segment") or []:
        found.setdefault(str(row["trait"]), []).append(row)
    return [
        {"trait": trait, "name": _segmented(trait, rows[0]), "rows": rows} for trait, rows in found.items()
    ]


def _segmented(trait: str, row: Result) -> str:
    if trait == "plan":
        return "Plan then"
    when = {"window_start": " then", "today": " today"}.get(str(row.get("as_of")), "")
    return plain(trait) + when


def cohorts(growth: Result) -> list[Cohort]:
    """Return cohorts by month, or taken together by quarter or year where they would be more than can be read.

    >>> months = [{"month": f"20{year}-{at:02}", "customers": [1]} for year in (24, 25) for at in range(1, 13)]
    >>> [each.name for each in cohorts({"cohorts": months})][:2]
    ['Q1 2024', 'Q2 2024']
    """
    found = sorted(growth.get("cohorts") or [], key=lambda each: str(each["month"]))
    for step in STEPS:
        together: dict[str, list[Result]] = {}
        for each in found:
            together.setdefault(_period(str(each["month"]), step), []).append(each)
        if len(together) <= MOST_COHORTS:
            break
    return [Cohort(name, members) for name, members in together.items()]


def _aged(found: Sequence[Cohort]) -> dict[str, Any]:
    """Return cohorts at the milestones that any of them has reached; empty where none has aged."""
    reached = max((each.oldest for each in found), default=0)
    ages = [age for age in MILESTONES if age <= reached]
    if not ages:
        return {}
    rows = [
        {
            "name": each.name,
            "customers": each.customers,
            "left": [
                {
                    "customers": each.left("customers", age),
                    "mrr": each.left("mrr", age),
                    "customers_between": each.ends("logo_retention", age),
                    "mrr_between": each.ends("nrr", age),
                }
                for age in ages
            ],
        }
        for each in found
    ]
    return {"ages": ages, "rows": rows}


def _period(month: str, step: int) -> str:
    year, number = month.split("-")
    return {
        1: month_in_words(month),
        3: f"Q{(int(number) + 2) // 3} {year}",
        12: year,
    }[step]
