"""What customers say when asked: prices from stated willingness to pay, worth from what they feel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.columns import counts, money, words
from experiments.market.noise import Floats, Integers
from experiments.market.story import Story

SHARE_ASKED = 0.45
# What people call too cheap … too expensive, as shares of the most that they say they would pay.
ANSWERS = {"too_cheap": 0.35, "cheap": 0.6, "expensive": 0.9, "too_expensive": 1.25}
ANSWER_LOG_SD = 0.12
LADDER = (0.4, 0.65, 1.0, 1.5, 2.25)
FELT_LOG_SD = 0.2
ACCURATE_WITHIN = 1.25


def survey_tables(story: Story, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down price_sensitivity, purchase_intent and worth_checks, all about the first metric's unit."""
    here = np.flatnonzero(~story.accounts.churned)
    asked = np.sort(rng.choice(here, round(SHARE_ASKED * len(here)), replace=False))
    stated = story.customers.stated_willingness[asked] / story.customers.units[asked, 0]
    return {
        "price_sensitivity": _price_sensitivity(story, asked, stated, rng=rng),
        "purchase_intent": _purchase_intent(story, asked, stated, rng=rng),
        "worth_checks": _worth_checks(story, asked, rng),
    }


def three_digits(prices: Floats) -> Floats:
    """Round to three significant digits, as people answer."""
    step = 10.0 ** (np.floor(np.log10(np.maximum(prices, 1e-4))) - 2)
    rounded: Floats = np.round(np.round(prices / step) * step, 6)
    return rounded


def _who(story: Story, asked: Integers) -> dict[str, pa.Array]:
    respondents = [f"r{i:04d}" for i in range(1, len(asked) + 1)]
    return {"respondent_id": words(respondents), "customer_id": words(story.customer_id, asked)}


def _price_sensitivity(
    story: Story, asked: Integers, stated: Floats, *, rng: np.random.Generator
) -> pa.Table:
    """Van Westendorp's four prices of one unit; now and then they come out of order, as in life."""
    item = words([story.business.metrics[0].name], np.zeros(len(asked), dtype=np.int64))
    said = {
        question: money(
            three_digits(stated * share * np.exp(ANSWER_LOG_SD * rng.standard_normal(len(asked))))
        )
        for question, share in ANSWERS.items()
    }
    return pa.table(_who(story, asked) | {"item": item} | said)


def _purchase_intent(story: Story, asked: Integers, stated: Floats, *, rng: np.random.Generator) -> pa.Table:
    """Gabor-Granger: five prices of one unit in random order; yes up to the stated willingness to pay."""
    typical = story.business.price.hypothetical_bias * float(
        np.median(story.customers.willingness_to_pay / story.customers.units[:, 0])
    )
    ladder = np.unique(three_digits(typical * np.asarray(LADDER)))
    shape = (len(asked), len(ladder))
    said_yes = ladder <= stated[:, None] * np.exp(0.05 * rng.standard_normal(shape))
    order = rng.random(shape).argsort(axis=1).argsort(axis=1) + 1
    row = np.repeat(np.arange(len(asked)), len(ladder))
    repeated = {name: column.take(pa.array(row)) for name, column in _who(story, asked).items()}
    return pa.table(
        repeated
        | {
            "item": words([story.business.metrics[0].name], np.zeros(len(row), dtype=np.int64)),
            "price": money(np.tile(ladder, len(asked))),
            "intent": counts(said_yes.ravel().astype(np.int64)),
            "scale": words(["binary"], np.zeros(len(row), dtype=np.int64)),
            "order": counts(order.ravel()),
        }
    )


def _worth_checks(story: Story, asked: Integers, rng: np.random.Generator) -> pa.Table:
    """Show half of those asked an estimate of one unit's worth, and hear whether it fits what they feel."""
    shown_to = np.sort(rng.choice(asked, len(asked) // 2, replace=False))
    worth = story.customers.promised[shown_to] / story.customers.units[shown_to, 0]
    felt = worth * np.exp(FELT_LOG_SD * rng.standard_normal(len(worth)))
    estimate = three_digits(worth * np.exp(0.35 * rng.standard_normal(len(worth))))
    verdict = np.where(
        estimate > felt * ACCURATE_WITHIN, 2, np.where(estimate < felt / ACCURATE_WITHIN, 0, 1)
    )
    return pa.table(
        _who(story, shown_to)
        | {
            "metric": words([story.business.metrics[0].name], np.zeros(len(worth), dtype=np.int64)),
            "estimate": money(estimate),
            "verdict": words(["too_low", "accurate", "too_high"], verdict),
            "stated": money(three_digits(felt), known=verdict != 1),
        }
    )
