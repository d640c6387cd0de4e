"""Traits as they were when customers signed: from leads and the history of traits, else as they are today.

What a customer is like today may be what success made of it. A value written down before the window of success
begins is therefore taken where there is one. Where it agrees with today's for nearly all customers of whom both
are known, the trait does not change, and today's stands in for those of whom nothing was written down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.ideal_customers.levels import Raw, TraitLevels, levels_of
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._success_windows import Calendar, months_from
from pricing_service.panel import StoredPanel
from pricing_service.panel.customers import OWN
from pricing_service.tables import TABLES

_NOT_TRAITS = {*OWN, *(column.name for name in ("customers", "leads") for column in TABLES[name].columns)}
_SOLD = re.compile(
    r"(^|_)(plan|tier|mrr|arr|acv|ltv|clv|nrr|lifetime|churn|churned|upsell|health|score)(_|$)"
)
_STANDS_STILL = 0.95
_FEWEST_PAIRS = 20
_SAME = 0.99


@dataclass(frozen=True)
class SigningTraits:
    """Traits of the customers of a calendar, one value a customer.

    Parameters
    ----------
    values
        By trait: words, numbers or None.
    as_of
        By trait: `signing` or `today`.
    left_out
        By trait: why it is not looked at.
    """

    values: Mapping[str, Raw]
    as_of: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def levels(self, rows: NDArray[np.bool_]) -> list[TraitLevels]:
        """Return the levels of the traits in which these customers differ, by name."""
        found = [
            levels_of(
                name,
                [value for value, kept in zip(values, rows.tolist(), strict=True) if kept],
                unknown_counts=self.as_of[name] == "signing",
            )
            for name, values in sorted(self.values.items())
        ]
        return [each for each in found if each is not None]


def read_signing_traits(panel: StoredPanel, calendar: Calendar) -> SigningTraits:
    """Read every trait of the calendar's customers, without what was sold to them and what became of them."""
    today, plans = _today(panel, calendar)
    signing = _at_signing(panel, calendar)
    values: dict[str, Raw] = {}
    as_of: dict[str, str] = {}
    for name in sorted({*today, *signing}):
        then, now = signing.get(name), today.get(name)
        if then is None and now is not None:
            values[name], as_of[name] = now, "today"
        elif then is not None:
            still = now is not None and stands_still(then, now)
            values[name] = [
                a if a is not None or not still else b for a, b in zip(then, now or then, strict=True)
            ]
            as_of[name] = "signing"
    left_out = {
        name: why for name, each in values.items() if (why := _why_not(name, each, plans)) is not None
    }
    kept = {name: each for name, each in values.items() if name not in left_out}
    return SigningTraits(kept, {name: as_of[name] for name in kept}, left_out)


def _today(panel: StoredPanel, calendar: Calendar) -> tuple[dict[str, Raw], Raw]:
    """Return the traits on `customers`, and the plans that customers have or last had."""
    book = panel.connect().table("customers").order_by("customer_id").to_pyarrow()
    place = {who: at for at, who in enumerate(book.column("customer_id").to_pylist())}
    rows = [place[who] for who in calendar.customers]

    def column(name: str) -> Raw:
        values = book.column(name).to_pylist()
        return [values[at] for at in rows]

    names = [name for name in book.column_names if name not in _NOT_TRAITS]
    return {name: column(name) for name in names}, column("plan")


def _at_signing(panel: StoredPanel, calendar: Calendar) -> dict[str, Raw]:
    """Return what was written down before each customer's window began; the history of traits goes first."""
    tables = contract_tables(panel)
    place = {who: at for at, who in enumerate(calendar.customers)}
    found: dict[str, list[object]] = {}

    def put(name: str, at: int, value: object) -> None:
        found.setdefault(name, [None] * len(place))[at] = value

    for row in sorted(tables.rows("leads"), key=lambda row: (row["created"], row["lead_id"])):
        at = place.get(row["customer_id"])
        if at is not None:
            for name in row.keys() - _NOT_TRAITS:
                put(name, at, row[name])
    for row in sorted(tables.rows("trait_history"), key=lambda row: (row["date"], row["trait"])):
        at = place.get(row["customer_id"])
        if at is not None and months_from(calendar.first, row["date"]) <= calendar.start[at]:
            put(row["trait"], at, row["value"])
    return dict(found)


def stands_still(then: Raw, now: Raw) -> bool:
    """Whether a trait is today what it was, for nearly all of whom both are known."""
    pairs = [(str(a), str(b)) for a, b in zip(then, now, strict=True) if a is not None and b is not None]
    return len(pairs) >= _FEWEST_PAIRS and sum(a == b for a, b in pairs) >= _STANDS_STILL * len(pairs)


def _why_not(name: str, values: Raw, plans: Raw) -> str | None:
    """Say why a column is no trait: it says what was sold, or who the customer is."""
    if _SOLD.search(name.lower()):
        return "says what was sold or what became of it, by its name"
    known = [str(value) for value in values if value is not None]
    if not known:
        return "is not known of anybody"
    words = any(_not_a_number(value) for value in known)
    if words and len(set(known)) > max(20, len(known) // 2):
        return "names customers one by one"
    return "says which plan was sold" if _one_to_one(values, plans) else None


def _not_a_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return True
    return False


def _one_to_one(values: Raw, plans: Raw) -> bool:
    """Whether a trait and the plan tell each other for 99 in 100 customers."""
    pairs = [(str(a), str(b)) for a, b in zip(values, plans, strict=True) if a is not None and b is not None]
    if len({plan for _, plan in pairs}) < 2:
        return False
    return all(_told_by(pairs, side) >= _SAME for side in (0, 1))


def _told_by(pairs: Sequence[tuple[str, str]], side: int) -> float:
    """Return the share of customers whose one side is the commonest among those of their other side."""
    counts: dict[str, dict[str, int]] = {}
    for pair in pairs:
        own = counts.setdefault(pair[side], {})
        own[pair[1 - side]] = own.get(pair[1 - side], 0) + 1
    return sum(max(own.values()) for own in counts.values()) / len(pairs)
