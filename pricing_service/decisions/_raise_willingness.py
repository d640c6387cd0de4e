"""What single customers said or showed that they would pay a month, as far as it is held from both sides.

Notation
--------
W : what a customer would pay a month for what it has; low ≤ W ≤ high
    price sensitivity   low = expensive                   high = too expensive (the other way round where it says so)
    purchase intent     low = the highest price accepted  high = the lowest one refused above it
    quotes              low = the highest price won       high = the lowest one lost on price above it

    log W = (log low + log high) / 2,  its variance by chance (log high - log low)² / 12, as if W were anywhere between

An end alone is no figure: that a customer would pay what it pays is known of everybody, and what it would not pay may
be far above. Prices of a unit are times the customer's units, those of a plan count where it is the customer's.
Sources are never mixed: stated prices are exaggerated, won ones are not, and all that is used is where a customer
stands among those who told it in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._intent_pairs import first_days, priced
from pricing_service.decisions._offers import quotes_of
from pricing_service.decisions._own_pairs import STATED_BY, stated_ends
from pricing_service.decisions._raise_contracts import Contract
from pricing_service.decisions._sums import units_per_month
from pricing_service.decisions._surveys import Survey, surveys_of
from pricing_service.panel import StoredPanel
from pricing_service.panel.answers import arrow_of

FEWEST = 20
"""Customers that a source must tell of: fewer do not tell where its middle is."""
INTENTS, QUOTES = "purchase_intent", "quotes"
UNKNOWN_WILLINGNESS = "willingness_unknown"
_WOULD_BUY = {"binary": 1, "1-5": 4}
"""The lowest intent that accepts a price, by scale."""
_FIRST_MONTHS = timedelta(days=183)
"""Quotes count up to half a year after the first bill: later ones may answer a raise."""

Ends = tuple[str, str, float, float]
"""A customer, an item, and the two ends of what it would pay for one."""


@dataclass(frozen=True, eq=False)
class Willingness:
    """What N customers would pay, by S sources.

    Parameters
    ----------
    sources
        Contract tables.
    logs, noise
        Shape (S, N): log of money a month, NaN where unknown, and its variance by chance.
    """

    sources: tuple[str, ...]
    logs: Floats
    noise: Floats

    @classmethod
    def of(cls, panel: StoredPanel, everybody: Sequence[str], agreed: Mapping[str, Contract]) -> Willingness:
        """Read what everybody would pay; `agreed` is what each has, or had, agreed to."""
        surveys = surveys_of(panel, [STATED_BY, INTENTS])
        told = {
            STATED_BY: [each for survey in surveys if survey.table == STATED_BY for each in _stated(survey)],
            INTENTS: [each for survey in surveys if survey.table == INTENTS for each in _accepted(survey)],
            QUOTES: list(_offered(panel)),
        }
        months = _Months.of(panel, everybody, agreed, {each[1] for ends in told.values() for each in ends})
        read = {source: months.read(ends) for source, ends in told.items()}
        known = [source for source, (logs, _) in read.items() if np.isfinite(logs).sum() >= FEWEST]
        nobody = np.zeros((0, len(everybody)))
        logs, noise = (np.array([read[source][at] for source in known] or nobody) for at in (0, 1))
        return cls(tuple(known), logs, noise)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which customers it is known, shape (N,)."""
        found: NDArray[np.bool_] = np.isfinite(self.logs).sum(axis=0) > 0
        return found

    @property
    def monthly(self) -> Floats:
        """What each would pay, shape (N,), money a month: the middle of its sources on logs; NaN where unknown."""
        found: Floats = np.exp(mean_of_known(self.logs))
        return found


def mean_of_known(values: Floats) -> Floats:
    """Return the mean of what is known in each column of (S, N), NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean: Floats = np.where(
        count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan
    )
    return mean


def _stated(survey: Survey) -> Iterator[Ends]:
    for customer, low, high in stated_ends(survey):
        if survey.item is not None:
            yield customer, survey.item, low, high


def _accepted(survey: Survey) -> Iterator[Ends]:
    """Yield the highest price that each respondent would pay, and the lowest above it that it would not."""
    columns = survey.columns
    customers = columns.get("customer_id", np.full(len(columns["respondent_id"]), None, dtype=object))
    least = np.array([_WOULD_BUY[scale] for scale in columns["scale"]], dtype=np.float64)
    answers: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for who, customer, price, accepts in zip(
        columns["respondent_id"], customers, columns["price"], columns["intent"] >= least, strict=True
    ):
        if customer is not None:
            answers.setdefault((customer, who), []).append((float(price), bool(accepts)))
    for (customer, _), told in answers.items():
        ends = _ends(told)
        if ends is not None and survey.item is not None:
            yield customer, survey.item, *ends


def _offered(panel: StoredPanel) -> Iterator[Ends]:
    """Yield the highest price of an item that each customer took in its first months, and the lowest lost above it."""
    rows = quotes_of(panel)
    if not rows:
        return
    tables = contract_tables(panel)
    became = {row["lead_id"]: row["customer_id"] for row in tables.rows("leads") if row["customer_id"]}
    since = first_days(tables)
    answers: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for row in rows:
        customer = row["customer_id"] or became.get(row["lead_id"])
        lost = row["result"] == "lost" and row["reason"] == "price"
        day: date = row["decided"] or row["date"]
        if (lost or row["result"] == "won") and customer in since and day <= since[customer] + _FIRST_MONTHS:
            for item, price in priced(row):
                answers.setdefault((customer, item), []).append((price, not lost))
    for (customer, item), told in answers.items():
        ends = _ends(told)
        if ends is not None:
            yield customer, item, *ends


def _ends(told: Sequence[tuple[float, bool]]) -> tuple[float, float] | None:
    """Return the highest price taken and the lowest above it that was not; None where either is missing."""
    low = max((price for price, taken in told if taken and price > 0), default=None)
    if low is None:
        return None
    high = min((price for price, taken in told if not taken and price > low), default=None)
    return None if high is None else (low, high)


@dataclass(frozen=True, eq=False)
class _Months:
    """What turns prices of items into money a month of N customers: their units of metrics, and their plans."""

    place: Mapping[str, int]
    units: Mapping[str, Floats]
    plan: Mapping[str, str]

    @classmethod
    def of(
        cls, panel: StoredPanel, everybody: Sequence[str], agreed: Mapping[str, Contract], items: set[str]
    ) -> _Months:
        """Read units of those items that are metrics."""
        named = [metric for metric in panel.metrics if metric.metric in items]
        connection = panel.connect()
        book = arrow_of(connection.table("customers").order_by("customer_id"))
        units = units_per_month(connection.table("months"), named, book)
        plan = {customer: each.plan for customer, each in agreed.items()}
        return cls({customer: at for at, customer in enumerate(everybody)}, units, plan)

    def read(self, ends: Sequence[Ends]) -> tuple[Floats, Floats]:
        """Return log of money a month and its variance by chance, (N,) each: means of what each told."""
        logs, noise, count = (np.zeros(len(self.place)) for _ in range(3))
        for customer, item, low, high in ends:
            at = self.place.get(customer)
            times = None if at is None else self._times(customer, at, item)
            if at is not None and times:
                logs[at] += np.log(times) + (np.log(low) + np.log(high)) / 2
                noise[at] += (np.log(high) - np.log(low)) ** 2 / 12
                count[at] += 1
        known = count > 0
        found, chance = (np.where(known, each / np.maximum(count, 1), np.nan) for each in (logs, noise))
        return found, chance

    def _times(self, customer: str, at: int, item: str) -> float | None:
        """Return how many of an item a customer has a month; None where it has none, or nobody knows."""
        if item in self.units:
            units = float(self.units[item][at])
            return units if units > 0 else None
        return 1.0 if self.plan.get(customer) == item else None
