"""What if customers who do not report get less value: the table, and the point where the choice flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.figures import Shown, estimate, share


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption about non-reporters and what follows; `flips` marks another metric than at 100 %."""

    at: str
    worth: Shown
    recommended: str
    flips: bool


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The assumptions from mild to harsh and the sentence that sums them up."""

    sentence: str
    rows: Sequence[Assumption]


def sensitivity(*results: Mapping[str, Any]) -> Sensitivity | None:
    """Take the sensitivity out of the first result that carries one; None where there is none."""
    found = next((result["sensitivity"] for result in results if result.get("sensitivity")), None)
    if not found:
        return None
    ordered = sorted(found, key=lambda row: -row["non_reporters_at"])
    first = ordered[0].get("recommended")
    rows = [
        Assumption(
            at=share(row["non_reporters_at"]),
            worth=estimate(row.get("worth")),
            recommended=str(row.get("recommended") or "none"),
            flips=row.get("recommended") != first,
        )
        for row in ordered
    ]
    return Sensitivity(_sentence(rows), rows)


def _sentence(rows: Sequence[Assumption]) -> str:
    turned = next((place for place, row in enumerate(rows) if row.flips), None)
    if turned is None:
        return (
            f"The choice does not depend on it: even if customers who do not report get only {rows[-1].at} of the "
            f"value that their size and use suggest, it stays the same."
        )
    return (
        f"The choice flips from {rows[0].recommended} to {rows[turned].recommended} if customers who do not report get "
        f"between {rows[turned].at} and {rows[turned - 1].at} of the value that their size and use suggest."
    )
