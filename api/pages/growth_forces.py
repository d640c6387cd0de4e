"""What moved revenue and what did not: forces with the causes of expansion under it, and exchange rates apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.figures import count
from api.pages.growth_words import CAUSES, FORCES, VALUE_LINES
from api.pages.words import plain, reason_in_words

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A row of the table of forces.

    Parameters
    ----------
    name
        In plain words.
    amount
        ``+1,200``, ``−80``, a dash for nothing, or why it is not known.
    part
        Whether it is a part of the row above.
    unknown
        Whether `amount` says why there is none.
    """

    name: str
    amount: str
    part: bool = False
    unknown: bool = False


def forces_of_the_past(growth: Result) -> dict[str, Any]:
    """Return over how many months, and each force with its causes; empty where nothing is told."""
    past = (growth.get("forces") or {}).get("past") or []
    window = (growth.get("convention") or {}).get("window_months") or 0
    months = (growth.get("months") or [])[-window:] if window else []
    rows = [row for each in past for row in _force(each, months)]
    return {"months": len(months), "rows": rows + _exchange_rates(months)} if rows and months else {}


def bridge_of_value(growth: Result) -> list[Moved]:
    """Return the lines of the bridge of value: both ends, and what moved between them; empty where it is not known."""
    told = (growth.get("forces") or {}).get("value_bridge") or {}
    rows = []
    for line, name in VALUE_LINES.items():
        amount = told.get(line)
        if amount is None:
            return []
        end, taken = line in ("opening", "closing"), line in ("lost", "shrunk", "no_longer_known")
        if amount or end:
            rows.append(
                Moved(name, count(amount) if end else signed(-amount if taken else amount), part=not end)
            )
    return rows


def signed(amount: float) -> str:
    """Write what a force moved.

    >>> signed(1200.4), signed(-80.0), signed(0.0)
    ('+1,200', '−80', '–')
    """
    if not amount:
        return "\N{EN DASH}"
    return f"{'+' if amount > 0 else ''}{count(amount)}"


def _force(force: Result, months: Sequence[Result]) -> list[Moved]:
    code = str(force.get("force"))
    row = Moved(FORCES.get(code, plain(code).capitalize()), signed(float(force.get("mrr_change") or 0)))
    if code != "expansion":
        return [row]
    told = [month.get("expansion_by") or {} for month in months]
    sums = {cause: round(sum(float(each.get(cause) or 0) for each in told), 3) for cause in CAUSES}
    if not any(amount for cause, amount in sums.items() if cause != "other"):
        return [row]
    parts = [Moved(CAUSES[cause], signed(amount), part=True) for cause, amount in sums.items() if amount]
    return [row, *parts]


def _exchange_rates(months: Sequence[Result]) -> list[Moved]:
    """Say what exchange rates did beside all forces; nothing without foreign money."""
    reasons = [(month.get("reasons") or {}).get("currency") for month in months]
    known = [float(month["currency"]) for month in months if month.get("currency") is not None]
    if "no_exchange_rate" in reasons:
        why = f"not known: {reason_in_words('no_exchange_rate')}"
        return [Moved("Exchange rates, beside all of these", why, unknown=True)]
    return [Moved("Exchange rates, beside all of these", signed(round(sum(known), 3)))] if known else []
