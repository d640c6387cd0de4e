"""What respondents said about a price and did when they were offered it: the pairs that calibrate intents.

The contract has no date of a survey: that a judgement and an offer belong together rests on the item and the price
alone, and which of them came first cannot be known. Only offers count whose loss would be in the data too. A lead is
found by its own id, won or lost. A customer is found from the day after it became one: of the offer by which it
became one, only the win is ever seen. Told prices and renewals do not count: who stays has bought already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

import numpy as np

from models.checks import Floats
from models.clusters import codes
from models.errors import NotEstimable
from models.surveys._intent_calibration import IntentCalibration, calibrate_intents
from pricing_service.decisions._contract_tables import contract_tables
from pricing_service.decisions._offers import quotes_of
from pricing_service.decisions._surveys import Survey
from pricing_service.panel import StoredPanel
from pricing_service.panel.checked import Checked

TOLERANCE = 0.1
"""An offer belongs to a judgement where the two prices differ by no more than this share."""
_JUDGED = (("cheap", "intent_cheap"), ("expensive", "intent_expensive"))
_INTENTS = (1.0, 2.0, 3.0, 4.0, 5.0)

Who = tuple[str, str]
"""``lead`` or ``customer``, and its id."""
_Offers = Mapping[tuple[Who, str], Sequence[tuple[float, bool]]]


@dataclass(frozen=True)
class _Judgement:
    """One respondent's intent at one price of one item; `known_as` is who it may be in the quotes."""

    item: str
    price: float
    intent: float
    known_as: tuple[Who, ...]


def calibration_of(
    panel: StoredPanel, surveys: Sequence[Survey], *, level: float, seed: int
) -> IntentCalibration | None:
    """Learn which share of each intent buys; None where nobody was offered a price that they had judged."""
    offers = _offers(panel)
    judged = (each for survey in surveys if offers for each in _judgements(survey))
    pairs = [(each, bought) for each in judged if (bought := _what_became(each, offers)) is not None]
    try:
        return calibrate_intents(
            np.array([each.intent for each, _ in pairs], dtype=np.float64),
            np.array([bought for _, bought in pairs], dtype=np.bool_),
            cluster=codes(each.known_as[-1] for each, _ in pairs),
            level=level,
            seed=seed,
        )
    except NotEstimable:
        return None


def _judgements(survey: Survey) -> Iterator[_Judgement]:
    """Yield every whole intent at a price above 0."""
    if survey.item is None:
        return
    columns = survey.columns
    customers = columns.get("customer_id", np.full(len(columns["respondent_id"]), None, dtype=object))
    for price, intent in _stated(survey):
        rows = np.flatnonzero(np.isin(intent, _INTENTS) & (price > 0))
        for row in rows.tolist():
            lead: Who = ("lead", columns["respondent_id"][row])
            customer = customers[row]
            known_as = (lead,) if customer is None else (lead, ("customer", customer))
            yield _Judgement(survey.item, float(price[row]), float(intent[row]), known_as)


def _stated(survey: Survey) -> list[tuple[Floats, Floats]]:
    """Return the survey's pairs of columns, prices and intents; an intent of a yes/no question is NaN."""
    columns = survey.columns
    if survey.table == "price_sensitivity":
        return [(columns[price], columns[intent]) for price, intent in _JUDGED if intent in columns]
    if survey.table == "purchase_intent":
        return [(columns["price"], np.where(columns["scale"] == "1-5", columns["intent"], np.nan))]
    return []


def _what_became(judged: _Judgement, offers: _Offers) -> bool | None:
    """Return whether the respondent bought at the offer nearest to the price (the last of equals), None if none is."""
    near = [
        (abs(float(np.log(price / judged.price))), bought)
        for who in judged.known_as
        for price, bought in reversed(offers.get((who, judged.item), ()))
    ]
    distance, bought = min(near, key=itemgetter(0), default=(np.inf, False))
    return bought if distance <= np.log(1 + TOLERANCE) else None


def _offers(panel: StoredPanel) -> dict[tuple[Who, str], list[tuple[float, bool]]]:
    """Return what was offered of each item, to leads and to those who were customers by then, oldest first."""
    became = first_days(contract_tables(panel))
    found: dict[tuple[Who, str], list[tuple[float, bool]]] = {}
    decided = (row for row in quotes_of(panel) if row["result"] != "open" and row["date"] <= panel.as_of)
    for row in decided:
        for item, price in priced(row):
            for who in _offered_to(row, became):
                found.setdefault((who, item), []).append((price, row["result"] == "won"))
    return found


def priced(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what the quote is about: a plan by the month, a metric by the unit."""
    if row["plan"] is not None and row["price"]:
        yield row["plan"], row["price"]
    if row["metric"] is not None and row["price"] and row["units"]:
        yield row["metric"], row["price"] / row["units"]


def _offered_to(row: Mapping[str, Any], became: Mapping[str, date]) -> Iterator[Who]:
    if row["lead_id"] is not None:
        yield "lead", row["lead_id"]
    customer = row["customer_id"]
    if customer is not None and customer in became and row["date"] > became[customer]:
        yield "customer", customer


def first_days(tables: Checked) -> dict[str, date]:
    """Return the day on which each customer became one: its sign-up, or its first subscription if that is earlier."""
    found: dict[str, date] = {}
    for table, column in (("customers", "signed_up"), ("subscriptions", "start")):
        for row in tables.rows(table):
            day = row[column]
            if day is not None:
                found[row["customer_id"]] = min(day, found.get(row["customer_id"], day))
    return found
