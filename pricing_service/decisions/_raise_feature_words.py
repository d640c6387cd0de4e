"""Features in plain words: which to build next, for what ideal customers would pay, and which raises they explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pricing_service.decisions._raise_letters import RELEASED
from pricing_service.decisions._words import customers, listed, money

Result = Mapping[str, Any]
_BY = {"outcome": "by what it brings them", "stated": "by what they say, less the usual exaggeration"}


def feature_sentences(result: Result, reasons: Sequence[Sequence[str]]) -> list[str]:
    """Return the proposed feature to build first, and how many raises are tied to a release."""
    proposed = [row for row in result["features"]["ranking"] if row["status"] == "proposed"]
    tied = [codes for codes in reasons if any(code.startswith(RELEASED) for code in codes)]
    found = [_first(proposed[0], result)] if proposed else []
    if tied:
        names = sorted(
            {code.removeprefix(RELEASED) for codes in tied for code in codes if code.startswith(RELEASED)}
        )
        found.append(
            f"{customers(len(tied))} are raised after a release that they get value from: {listed(names)}."
        )
    return found


def _first(row: Mapping[str, Any], result: Result) -> str:
    who = "ideal customers" if result["features"]["among"] == "ideal" else "customers"
    if row["rests_on"] not in _BY:
        how = "it is wanted most for what it costs" if row["rests_on"] else "nothing tells what it is worth"
        return f"Of proposed features, {row['feature']} comes first: {how}; nobody said what {who} would pay."
    pay, months = row[row["rests_on"]]["in_all"], row["months_to_pay_back"]
    middle, low, high = (money(pay[end], result["currency"]) for end in ("value", "low", "high"))
    back = f" It pays back in {months['value']:.0f} months." if months["value"] is not None else ""
    return (
        f"Of proposed features, {row['feature']} comes first: {who} would pay {middle} a month for it in all ({low} to "
        f"{high}), {_BY[row['rests_on']]}.{back}"
    )
