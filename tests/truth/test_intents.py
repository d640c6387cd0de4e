"""Demand from intents that purchases calibrate: what its bands are worth, written into docs/truth-intents.md."""

from __future__ import annotations

import os
from functools import cache
from math import log, sqrt
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from models.estimate import Estimate
from models.surveys._base import Asked, Reading
from models.surveys._calibrated import read_calibrated
from models.surveys._intent_calibration import CONVENTION, Shares, calibrate_intents
from models.surveys._price_sensitivity import INTENTS, QUESTIONS
from models.surveys.newton_miller_smith import NewtonMillerSmith, PurchaseSensitivity
from tests.truth.price_worlds import Drawn, draw
from tests.truth.tables import share

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-intents.md"
RUNS = int(os.environ.get("TRUTH_SURVEYS", "2000"))
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "3000000"))
RESPONDENTS, PAIRS, POPULATION = 150, (40, 200), 200_000
ASKED = Asked(unit="EUR/month", resamples=200)
GRID = np.exp(np.linspace(np.log(60), np.log(330), 136))
Record = dict[str, tuple[bool, float, float]]
Rows = dict[str, list[Record]]

HEAD = f"""# Intents that purchases calibrate, measured

Made by `make truth`; do not edit. {RUNS:,} simulated surveys a row, seeds from {FIRST_SEED:,} on, each of
{RESPONDENTS} respondents of the world *even* of [price points](truth-price-points.md), who buy by shares of their own
in every survey: 30 to 90 % of those who answer 5 buy, and of each lower intent between 40 and 90 % as many (of the
lowest at most half). *Purchases*: how many were offered the price that they had judged. Truth is computed on
{POPULATION:,} respondents.

Each cell: how many of the nominal 90 % intervals hold the truth, their mean width (for the price high ÷ low, for the
share high - low), and the mean error of the value (of logs, root of squares). *Share* is demand at the true best price
by revenue. *By purchases*: as the product answers; *doubt left out*: the same shares taken as certain; *usual*: the
shares 0.7, 0.5, 0.3, 0.1, 0. No answer counts as a miss. Twice the binomial error is {2 * sqrt(0.09 / RUNS):.1%}.
"""

WHO = """
## Whose purchases may be counted

A million prospects, log willingness of spread 0.5; they state 1.3 times what they would pay, give or take 30 %, and
their intent at a price follows from what they state. Everybody would buy at a price below their willingness; customers
stay up to 12 % above theirs, which moves by 15 % until a renewal, and 8 % leave anyway. Leads are offered 1.3, 1.1
and 1.0 times the usual price, until they buy. Each cell: the share of an intent that bought or stayed, and how many
of those asked had that intent. Only the first row is what a calibration is for; people who are known since they bought
once have bought, whatever they had said.
"""


@cache
def by_intent() -> np.ndarray:
    """Return the chance to buy at each price of the grid, (5, g), if only those with intent 5, 4 … 1 bought."""
    everybody = draw("even", np.random.default_rng(0), POPULATION)
    found = np.zeros((5, GRID.size))
    for k, p in enumerate(GRID):
        for knot in range(3):
            start, end = everybody.prices[:, knot], everybody.prices[:, knot + 1]
            here = (start <= p) & (p < end)
            along = (p - start[here]) / (end[here] - start[here])
            for at, part in ((knot, 1 - along), (knot + 1, along)):
                if at in (1, 2):
                    place = (5 - everybody.intents[here, at - 1]).astype(int)
                    found[:, k] += np.bincount(place, part, 5)
    return found / POPULATION


def buying(rng: np.random.Generator) -> np.ndarray:
    """Draw the shares that buy, from intent 5 down."""
    return np.cumprod([rng.uniform(0.3, 0.9), *rng.uniform(0.4, 0.9, 3), rng.uniform(0.0, 0.5)])


def purchases(shares: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Offer people one of the two prices that they judged."""
    judged = draw("even", rng, count).intents[np.arange(count), rng.integers(0, 2, count)]
    return judged, rng.random(count) < shares[(5 - judged).astype(int)]


def survey(drawn: Drawn) -> PurchaseSensitivity:
    columns = dict(zip((*QUESTIONS, *INTENTS), np.c_[drawn.prices, drawn.intents].T, strict=True))
    return PurchaseSensitivity.of({"respondent_id": np.arange(len(drawn.prices)), **columns})


def method(shares: Shares) -> NewtonMillerSmith:
    return NewtonMillerSmith(intent_calibration=shares)


def run(seed: int) -> dict[str, Record]:
    """Draw one survey with few and with many purchases beside it, and judge the ways of reading it."""
    rng = np.random.default_rng(seed)
    shares = buying(rng)
    demand = shares @ by_intent()
    best = int(np.argmax(GRID * demand))
    answers = survey(draw("even", rng, RESPONDENTS))
    readings = {"none | usual": method(CONVENTION).read(answers, ASKED)}
    for pairs in PAIRS:
        measured = calibrate_intents(*purchases(shares, pairs, rng), seed=seed)
        readings[f"{pairs} | by purchases"] = read_calibrated(method, answers, ASKED, measured)
        readings[f"{pairs} | doubt left out"] = method(measured.shares).read(answers, ASKED)
    return {name: judged(each, float(GRID[best]), float(demand[best])) for name, each in readings.items()}


def judged(reading: Reading, price: float, demand: float) -> Record:
    curve = reading.demand
    assert curve is not None
    value, low, high = (
        float(np.interp(price, curve.price, each)) for each in (curve.share, curve.low, curve.high)
    )
    return {
        "share": (low <= demand <= high, high - low, log(max(value, 1e-6) / demand)),
        "revenue": _price(reading.best_price["revenue"], price),
    }


def _price(found: Estimate, true: float) -> tuple[bool, float, float]:
    if found.value is None or found.low is None or found.high is None:
        return False, np.nan, np.nan
    return found.low <= true <= found.high, found.high / found.low, log(found.value / true)


def table(rows: Rows) -> str:
    lines = ["| purchases | read | share | best price by revenue |", "| --- | --- | --- | --- |"]
    for name, each in rows.items():
        cells = []
        for number in ("share", "revenue"):
            hits, widths, errors = zip(*(record[number] for record in each), strict=True)
            width, error = np.nanmean(widths), np.sqrt(np.nanmean(np.square(errors)))
            cells.append(f"{share(list(hits))} · {width:.3f} · {error:.3f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def whose() -> dict[str, list[tuple[float, float]]]:
    """Return, for everybody whose purchases a company sees, which share of each intent bought and how many had it."""
    rng = np.random.default_rng(FIRST_SEED)
    count = 1_000_000
    willing = 0.5 * rng.normal(size=count)
    stated = willing + np.log(1.3) + 0.3 * rng.normal(size=count)
    usual, later = -0.2 + 0.15 * rng.normal(size=count), willing + 0.15 * rng.normal(size=count)
    customer, inertia = willing >= usual, np.log(1.12)
    offers = usual + np.log([[1.3], [1.1], [1.0]])
    taken = offers[np.argmax(willing >= offers, axis=0), np.arange(count)]
    told = usual + np.log(1.2)

    def shares(who: np.ndarray, price: np.ndarray, bought: np.ndarray) -> list[tuple[float, float]]:
        said = np.clip(np.round(3 + (stated - price) / 0.25 + 0.5 * rng.normal(size=count)), 1, 5)
        groups = [who & (said == intent) for intent in (5, 4, 3, 2, 1)]
        return [(float(bought[each].mean()), float(each.sum() / who.sum())) for each in groups]

    everybody = np.ones(count, dtype=bool)
    stays = (later + inertia >= usual) & (rng.random(count) > 0.08)
    return {
        "prospects, at an offer": shares(everybody, told, willing >= told),
        "customers, at a price told that is 1.2 times the usual": shares(
            customer, told, willing + inertia >= told
        ),
        "customers, at a renewal for the same price": shares(customer, usual, stays),
        "leads that became customers, at their first offer": shares(
            customer, offers[0], willing >= offers[0]
        ),
        "leads that became customers, at their last offer": shares(customer, taken, customer),
    }


def table_of_whose(found: dict[str, list[tuple[float, float]]]) -> str:
    lines = ["| who | 5 | 4 | 3 | 2 | 1 |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {' | '.join(f'{bought:.2f} of {there:.0%}' for bought, there in shares)} |"
        for name, shares in found.items()
    ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def measured() -> Rows:
    rows: Rows = {}
    for at in range(RUNS):
        for name, each in run(FIRST_SEED + at).items():
            rows.setdefault(name, []).append(each)
    return rows


def test_the_page_of_calibrated_intents_is_written(measured: Rows) -> None:
    PAGE.write_text(f"{HEAD}\n{table(measured)}\n{WHO}\n{table_of_whose(whose())}\n", encoding="utf-8")

    assert f"| {PAIRS[0]} | by purchases |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", ["share", "revenue"])
@pytest.mark.parametrize("pairs", PAIRS)
def test_nine_in_ten_intervals_hold_the_truth(measured: Rows, pairs: int, number: str) -> None:
    hits = fmean(each[number][0] for each in measured[f"{pairs} | by purchases"])

    assert 0.87 <= hits <= 0.94


def test_purchases_bring_demand_closer_to_the_truth_than_the_usual_shares(
    measured: Rows,
) -> None:
    for pairs in PAIRS:
        ours, usual = (
            fmean(each["share"][2] ** 2 for each in measured[name])
            for name in (f"{pairs} | by purchases", "none | usual")
        )
        assert ours < usual


def test_only_offers_whose_loss_is_seen_show_what_intents_are_worth() -> None:
    prospects, *kept = ([bought for bought, _ in shares] for shares in whose().values())

    assert prospects[0] > 0.8
    assert prospects[3] < 0.15
    for shares in kept:
        assert min(ours - true for ours, true in zip(shares[2:], prospects[2:], strict=True)) > 0.1
