"""What customers choose when they must: between priced offers, and between features."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.calendar import first_days
from experiments.market.columns import counts, dates, money, words
from experiments.market.noise import Booleans, Floats, Integers
from experiments.market.story import Story
from experiments.market.surveys import three_digits

SHARE_ASKED = 0.35
TASKS = 8
OFFERS = 3  # and the choice of none
PRICES = (0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2)  # of what is typically said
SETS = 6
SHOWN = 4


def choosing_tables(story: Story, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Write down choices (about the first metric's unit), features and feature_choices."""
    return {
        "choices": _choices(story, _asked(story, rng), rng),
        "features": _features(story),
        "feature_choices": _feature_choices(story, _asked(story, rng), rng),
    }


def _asked(story: Story, rng: np.random.Generator) -> Integers:
    here = np.flatnonzero(~story.accounts.churned)
    return np.sort(rng.choice(here, round(SHARE_ASKED * len(here)), replace=False))


def _who(story: Story, asked: Integers, letter: str, *, rows: int) -> dict[str, pa.Array]:
    """Return who answered, each with so many rows; the letter keeps surveys of different people apart."""
    respondents = words([f"{letter}{i:04d}" for i in range(1, len(asked) + 1)])
    row = np.repeat(np.arange(len(asked)), rows)
    return {
        "respondent_id": respondents.take(pa.array(row)),
        "customer_id": words(story.customer_id, asked[row]),
    }


def _choices(story: Story, asked: Integers, rng: np.random.Generator) -> pa.Table:
    """Conjoint: tasks of offers at random levels and prices; the best is taken, or none if none is worth it.

    The utility of an offer is (worth - price) ÷ (noise × worth of the plain offer), that of none is 0, and a
    Gumbel error is added to each.
    """
    law, n = story.business.offer, len(asked)
    plain = story.customers.stated_willingness[asked] / story.customers.units[asked, 0]
    shape = (n, TASKS, OFFERS)
    price, levels = _prices(story)[rng.integers(len(PRICES), size=shape)], []
    worth = np.ones(shape)
    for attribute in law.attributes:
        level = rng.integers(len(attribute.levels), size=shape)
        own = np.exp(law.taste_log_sd * rng.standard_normal((n, len(attribute.levels)))) * attribute.worth
        worth += own[np.arange(n)[:, None, None], level]
        levels.append(level)
    utility = np.zeros((n, TASKS, OFFERS + 1))
    utility[:, :, :OFFERS] = (worth - price / plain[:, None, None]) / law.choice_noise
    chosen = _is_best(utility + rng.gumbel(size=utility.shape))
    offered = np.broadcast_to(np.arange(OFFERS + 1) < OFFERS, utility.shape).ravel()
    rows = len(offered)
    columns = {
        "task": words([str(t + 1) for t in range(TASKS)], np.tile(np.arange(TASKS).repeat(OFFERS + 1), n)),
        "alternative": words([*"abc"[:OFFERS], "none"], np.tile(np.arange(OFFERS + 1), n * TASKS)),
        "chosen": counts(chosen.ravel().astype(np.int64)),
        "price": money(_and_none(price), known=offered),
        "item": words([story.business.metrics[0].name], np.zeros(rows, dtype=np.int64)),
    }
    for attribute, level in zip(law.attributes, levels, strict=True):
        shown = np.where(offered, _and_none(level), len(attribute.levels))
        columns[attribute.name] = words([*attribute.levels, None], shown.astype(np.int64))
    return pa.table(_who(story, asked, "o", rows=TASKS * (OFFERS + 1)) | columns)


def _prices(story: Story) -> Floats:
    typical = story.business.price.hypothetical_bias * float(
        np.median(story.customers.willingness_to_pay / story.customers.units[:, 0])
    )
    return three_digits(typical * np.asarray(PRICES))


def _and_none(values: Floats | Integers) -> Floats:
    """Return one value an alternative, flat, with 0 for none."""
    filled: Floats = np.pad(values.astype(np.float64), ((0, 0), (0, 0), (0, 1))).ravel()
    return filled


def _is_best(utility: Floats) -> Booleans:
    best: Booleans = utility.argmax(axis=-1)[..., None] == np.arange(utility.shape[-1])
    return best


def _features(story: Story) -> pa.Table:
    """One row a feature, shipped or proposed; shipped ones are in the plans from some plan on."""
    law, months = story.business.offer.features, story.months
    shipped = np.array([feature.shipped is not None for feature in law])
    at = np.array([int((feature.shipped or 0.0) * len(months)) for feature in law])
    plans = story.business.price.plans
    typical = story.business.value.median
    return pa.table(
        {
            "feature": words([feature.name for feature in law]),
            "shipped": dates(first_days(months[np.minimum(at, len(months) - 1)]), known=shipped),
            "plans": words(
                [";".join(plans[i % len(plans) :]) if there else None for i, there in enumerate(shipped)]
            ),
            "cost": money(three_digits(np.array([feature.cost for feature in law]) * typical)),
        }
    )


def _feature_choices(story: Story, asked: Integers, rng: np.random.Generator) -> pa.Table:
    """MaxDiff: of each set of features the best is named, and then the worst of the others."""
    law, n = story.business.offer, len(asked)
    names = [feature.name for feature in law.features]
    typical = np.log([feature.share for feature in law.features])
    taste = typical + law.taste_log_sd * rng.standard_normal((n, len(names)))
    shown = np.sort(rng.random((n, SETS, len(names))).argsort(axis=2)[:, :, :SHOWN], axis=2)
    liked = np.take_along_axis(taste[:, None, :].repeat(SETS, axis=1), shown, axis=2)
    best = _is_best(liked + rng.gumbel(size=liked.shape))
    worst = _is_best(np.where(best, -np.inf, -liked + rng.gumbel(size=liked.shape)))
    return pa.table(
        _who(story, asked, "f", rows=SETS * SHOWN)
        | {
            "task": words([str(t + 1) for t in range(SETS)], np.tile(np.arange(SETS).repeat(SHOWN), n)),
            "feature": words(names, shown.ravel()),
            "best": counts(best.ravel().astype(np.int64)),
            "worst": counts(worst.ravel().astype(np.int64)),
        }
    )
