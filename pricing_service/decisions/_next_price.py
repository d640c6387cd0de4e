"""Which price to ask the next respondent, and which after a yes or a no, so that the best price is known soonest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidInput
from models.planning.next_price import Belief, Question
from pricing_service.decisions._surveys import Survey

TABLE = "purchase_intent"
BUYS = {"binary": 1.0, "1-5": 4.0}
"""The least intent that counts as a yes, by scale: on 1–5 the two most likely answers."""
_LONGEST_LIST = 60
"""More different prices than these are no list: the work grows with their number times that of respondents."""


def next_price(survey: Survey) -> dict[str, Any] | None:
    """Return the first price to ask somebody new and the one after each answer; None for other surveys.

    The list is that of the prices asked so far; where everybody was asked a price of its own there is none.
    """
    if survey.table != TABLE:
        return None
    prices = survey.columns["price"]
    usable = np.isfinite(prices) & (prices > 0)
    listed = np.unique(prices[usable])
    if not 2 <= listed.size <= _LONGEST_LIST:
        return None
    asked, said = _ladders(survey, usable)
    belief = Belief.before(listed).heard(asked, said)
    first = belief.next_price()
    return {
        "price": first.price,
        "chance_of_yes": first.yes,
        "after_yes": _then(belief, first.price, 1.0),
        "after_no": _then(belief, first.price, 0.0),
    }


def _then(belief: Belief, price: float, said: float) -> dict[str, Any]:
    """Return the second question, or that another respondent would tell more."""
    try:
        question: Question = belief.next_price([price], [said])
    except InvalidInput:  # the whole list was asked
        return {"price": None, "worth_asking": False, "reasons": {"price": "every_price_asked"}}
    return {"price": question.price, "worth_asking": question.worth_asking}


def _ladders(survey: Survey, usable: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the prices that each respondent was asked, (n, q) with NaN, and 1 where it would buy."""
    columns = survey.columns
    respondents, place = np.unique(columns["respondent_id"][usable].astype(str), return_inverse=True)
    prices, intents = columns["price"][usable], columns["intent"][usable]
    least = np.array([BUYS.get(scale, 1.0) for scale in columns["scale"][usable]], dtype=np.float64)
    most = int(np.bincount(place).max())
    asked, said = np.full((respondents.size, most), np.nan), np.full((respondents.size, most), np.nan)
    order = np.argsort(place, kind="stable")
    column = np.arange(order.size) - np.searchsorted(place[order], place[order], side="left")
    asked[place[order], column] = prices[order]
    said[place[order], column] = (intents >= least)[order]
    return asked, said
