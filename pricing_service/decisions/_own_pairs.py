"""Our own pairs of what customers stated and what they then did: they say by how much people here exaggerate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from models.willingness.hypothetical_bias import Bias, Learnt, Pairs, learn
from pricing_service.decisions._price_changes import ToldPrices
from pricing_service.decisions._surveys import Survey

STATED_BY = "price_sensitivity"
"""The survey in which a respondent names prices of its own."""


def learn_from_pairs(prior: Bias, surveys: Sequence[Survey], told: ToldPrices) -> Learnt | None:
    """Update what is believed of stated prices; None where no customer both stated and decided."""
    stated = stated_prices(surveys)
    rows = [(at, stated[customer]) for at, customer in enumerate(told.customers) if customer in stated]
    if not rows:
        return None
    at = np.array([place for place, _ in rows], dtype=np.intp)
    return learn(
        prior,
        Pairs(
            form=np.full(at.size, "direct", dtype=object),
            stated=np.array([price for _, price in rows], dtype=np.float64),
            accepted=told.kept[at],
            refused=told.refused[at],
            revealed=np.full(at.size, np.nan),
        ),
    )


def stated_prices(surveys: Sequence[Survey]) -> dict[str, float]:
    """Return what each customer that named prices of its own would pay by them, money per unit."""
    return {
        customer: price
        for survey in surveys
        if survey.table == STATED_BY
        for customer, price in _stated(survey).items()
    }


def _stated(survey: Survey) -> dict[str, float]:
    """Return each customer's stated willingness: half way, on logs, from expensive to too expensive."""
    answers: dict[str, list[float]] = {}
    for customer, low, high in stated_ends(survey):
        answers.setdefault(customer, []).append(float(np.log(low) + np.log(high)) / 2)
    return {customer: float(np.exp(np.mean(logs))) for customer, logs in answers.items()}


def stated_ends(survey: Survey) -> Iterator[tuple[str, float, float]]:
    """Yield what each respondent that is a customer finds expensive and too expensive, both above 0."""
    columns = survey.columns
    for customer, low, high in zip(
        columns["customer_id"], columns["expensive"], columns["too_expensive"], strict=True
    ):
        if customer is not None and low > 0 and high > 0:
            yield customer, float(low), float(high)
