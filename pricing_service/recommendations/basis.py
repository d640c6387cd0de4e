"""What recommendations rest on: one answer of each kind, published or the newest, and what customers pay today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ideal_customers": ("score", "ideal"),
    "tiers": ("tier", "bill", "change"),
    "raises": (
        "current_mrr", "recommended_mrr", "raise", "effective", "reasons", "value", "value_basis", "captured_share",
        "churn_before",
    ),
    "growth": ("chance_of_leaving",),
    "unit_worth": (),
}  # fmt: skip
"""The kinds that recommendations read, and the columns of their rows."""
DECIDED = ("tiers", "raises")
"""The kinds of which only what is published may be shown."""
_GOOD_FOR = timedelta(days=92)


@dataclass(frozen=True)
class Answer:
    """What one analysis found.

    Parameters
    ----------
    analysis_id
        Which it is.
    result
        As the API shows it.
    rows
        By customer: the columns that `COLUMNS` names, as far as there are any.
    published
        Whether it is decided, or only the newest.
    """

    analysis_id: str
    result: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]]
    published: bool


@dataclass(frozen=True)
class Basis:
    """All that a workspace's recommendations rest on.

    Parameters
    ----------
    workspace_id
        Whose they are.
    as_of
        The last day of the data.
    currency
        Of all money, ISO 4217.
    today
        By customer: its plan (None where it is unknown, or the customer is gone) and what it pays a month.
    answers
        By kind.
    price_book_version
        The price book in force; None where there is none.
    next_change
        The first day on which something else comes into force; None where nothing is planned.
    """

    workspace_id: str
    as_of: date
    currency: str
    today: Mapping[str, tuple[str | None, float | None]]
    answers: Mapping[str, Answer]
    price_book_version: str | None = None
    next_change: date | None = None

    def decided(self, kind: str) -> Answer | None:
        """Return the published answer of a kind; None where none is in force."""
        answer = self.answers.get(kind)
        return answer if answer is not None and answer.published else None

    def row(self, kind: str, customer_id: str) -> Mapping[str, Any]:
        """Return a customer's row of a kind, empty where there is none."""
        answer = self.answers.get(kind)
        return {} if answer is None else answer.rows.get(customer_id, {})

    @property
    def valid_until(self) -> date:
        """The last day on which it holds: until another decision counts, and no quarter longer than the data go."""
        end = self.as_of + _GOOD_FOR
        return end if self.next_change is None else min(end, self.next_change - timedelta(days=1))
