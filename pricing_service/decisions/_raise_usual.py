"""How large raises of public price lists were: a stated figure, sourced and dated, to hold a plan's raises against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pricing_service.decisions._words import percent


@dataclass(frozen=True, slots=True)
class PublicRaises:
    """Raises in public price lists from one year to the next.

    Parameters
    ----------
    median, low, high
        The middle raise and the quartiles, shares.
    raised, plans
        Of how many plans so many were raised.
    source, dated
        Who published the lists, and of when they are.
    """

    median: float
    low: float
    high: float
    raised: int
    plans: int
    source: str
    dated: str


PUBLIC = PublicRaises(
    0.2, 0.089, 0.45, 33, 258,
    "yearly price lists of 18 SaaS companies (SaaS-analysis, University of Seville)", "2019-2025",
)  # fmt: skip


def usual_raise() -> dict[str, Any]:
    """Return how large raises are elsewhere, as public price lists tell.

    >>> usual_raise()["median"], usual_raise()["dated"]
    (0.2, '2019-2025')
    """
    return {
        "median": PUBLIC.median, "p25": PUBLIC.low, "p75": PUBLIC.high, "raised": PUBLIC.raised, "plans": PUBLIC.plans,
        "source": PUBLIC.source, "dated": PUBLIC.dated,
    }  # fmt: skip


def usual_sentences(result: Mapping[str, Any]) -> list[str]:
    """Set the plan's middle raise beside those of others; nothing where nobody is raised."""
    usual, middle = result["usual_raise"], result["policy"].get("median_raise")
    if middle is None:
        return []
    return [
        f"The middle one of those raised is asked {percent(middle)} more. In public price lists raises are rarer "
        f"and big: from one year to the next {usual['raised']} of {usual['plans']} plans rose, the middle one by "
        f"{percent(usual['median'])} and a quarter of them by {percent(usual['p75'])} or more ({usual['dated']})."
    ]
