"""Spread under doubt about money, and as people state it: coverage, written into docs/truth-spread.md."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from models.attribution import Judgement, draw_factors
from models.errors import NotEstimable
from models.estimate import Estimate
from models.order_statistics import biweight_scale
from models.ranking import rank
from models.surveys._base import Asked, SurveyMethod
from models.surveys.gabor_granger import GaborGranger
from models.surveys.van_westendorp import VanWestendorp
from models.surveys.worth_checks import WorthChecks
from tests.models.value_metrics.test__parts import in_parts
from tests.truth.tables import share

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-spread.md"
RUNS = int(os.environ.get("TRUTH_BUSINESSES", "2000"))
FIRST_SEED = 6_000_000
DRAWS = 300
DOUBTS = (0.15, 0.3, 0.6)
SIZES = (50, 300)
RESPONDENTS = (30, 100, 300)
LOG_SD = 0.5

HEAD = f"""# How much value per unit varies, where money is in doubt or only stated

Made by `make truth`; do not edit. {RUNS:,} replications a row, seeds from {FIRST_SEED:,} on, by which no choice in the
code was made. Errors are twice the binomial standard error; an interval that is not there counts as a miss. Widths
are high ÷ low.

"""
DOUBT_HEAD = """## Doubt about what a KPI is worth

Value is the money of two KPIs of equal size: one follows the metric closely (0.2 on logs), the other loosely (0.9).
What the second is worth is believed with a relative deviation, and the truth is drawn from that belief. *Alone* is the
interval that resamples customers and takes the belief's middle for the truth.

| deviation | customers | 90 % intervals cover | width | alone cover | width |
| --- | --- | --- | --- | --- | --- |
"""
STATED_HEAD = f"""
## How far people agree on what one unit is worth

Log-normal willingness, scale {LOG_SD}. Gabor-Granger: yes or no at six prices. Worth checks: an X that varies by
chance, answers pulled a third of the way towards it, half of those who disagree say their own number.

| method | respondents | 90 % intervals cover | width | mean of values |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Try:
    """One interval: whether it holds the truth, its width on logs, and its value; widths of 0 where there is none."""

    covers: bool
    width: float
    value: float

    @classmethod
    def of(cls, estimate: Estimate | None, truth: float) -> Try:
        if estimate is None or estimate.low is None or estimate.high is None:
            return cls(covers=False, width=np.nan, value=np.nan)
        covers = estimate.low <= truth <= estimate.high
        return cls(covers, float(np.log(estimate.high / estimate.low)), float(estimate.value or np.nan))


def _customers(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = np.exp(rng.normal(2, 0.8, n))
    return size, size * np.exp(rng.normal(0, 0.2, n)), size * np.exp(rng.normal(0, 0.9, n))


def _true_spreads(log_factors: np.ndarray) -> np.ndarray:
    """Return the population's scale of log value per unit where the second KPI's money is off by each factor."""
    size, first, second = _customers(np.random.default_rng(1), 200_000)
    return np.array([biweight_scale(np.log((first + np.exp(f) * second) / size)) for f in log_factors])


GRID = np.linspace(-3, 3, 61)


def doubt_run(seed: int, *, deviation: float, n: int, truths: np.ndarray) -> tuple[Try, Try]:
    """Draw a business and what its second KPI is truly worth; return our interval, and the one without the doubt."""
    rng = np.random.default_rng(seed)
    judgements = [Judgement(), Judgement(relative_sd=deviation)]
    factor = draw_factors(judgements, draws=1, seed=seed + 10**8)[0, 1]
    size, first, second = _customers(rng, n)
    truth = float(np.interp(np.log(factor), GRID, truths))
    told, alone = (
        rank({"postings": each}, seed=seed, draws=DRAWS).standings[0].spread
        for each in (
            in_parts(size[None], first[None], second[None], judgements=believed)
            for believed in (judgements, None)
        )
    )
    return Try.of(told, truth), Try.of(alone, truth)


def _four_prices(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    pays = 20 * np.exp(LOG_SD * rng.standard_normal(n))
    steps = np.array([0.4, 0.6, 0.9, 1 / 0.9])
    names = ("too_cheap", "cheap", "expensive", "too_expensive")
    return dict(zip(names, (pays[:, None] * steps).T, strict=True)) | {
        "respondent_id": np.arange(n).astype(str)
    }


def _ladder(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    pays = 20 * np.exp(LOG_SD * rng.standard_normal(n))
    prices = np.array([8.0, 12.0, 17.0, 24.0, 34.0, 48.0])
    return {
        "respondent_id": np.repeat(np.arange(n), prices.size).astype(str),
        "price": np.tile(prices, n),
        "intent": (pays[:, None] >= prices).ravel().astype(float),
    }


def _checks(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    worth = np.log(20) + LOG_SD * rng.standard_normal(n)
    shown = np.log(20 * rng.choice([0.5, 0.75, 1.0, 1.5, 2.0], n))
    answer = worth + (shown - worth) / 3
    verdict = np.select(
        [answer > shown + np.log(1.1), answer < shown - np.log(1.1)], ["too_low", "too_high"], "accurate"
    )
    says = (verdict != "accurate") & (rng.random(n) < 0.5)
    return {
        "respondent_id": np.array([f"r{at:04d}" for at in range(n)]),
        "estimate": np.exp(shown),
        "verdict": verdict.astype(object),
        "stated": np.where(says, np.exp(answer), np.nan),
    }


METHODS: dict[str, tuple[SurveyMethod, Callable[[np.random.Generator, int], dict[str, np.ndarray]]]] = {
    "Van Westendorp": (VanWestendorp(), _four_prices),
    "Gabor-Granger": (GaborGranger(), _ladder),
    "worth checks": (WorthChecks(), _checks),
}


def stated_run(seed: int, *, name: str, n: int) -> Try:
    """Draw respondents and read how far they agree."""
    method, draw = METHODS[name]
    answers = method.answers.of(draw(np.random.default_rng(seed), n))
    try:
        found = method.read(answers, Asked(unit="EUR/posting", seed=seed, resamples=DRAWS)).spread
    except NotEstimable:
        found = None
    return Try.of(found, LOG_SD)


def _runs(run: Callable[[int], object], at: int) -> list:
    seeds = range(FIRST_SEED + 10_000 * at, FIRST_SEED + 10_000 * at + RUNS)
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return pool.map(run, seeds, chunksize=25)


def _cells(tries: Sequence[Try]) -> str:
    width = float(np.exp(np.nanmean([each.width for each in tries])))
    return f"{share([each.covers for each in tries])} | {width:.2f}"


def test_the_page_of_doubtful_and_stated_spreads_is_written_and_held_to_its_bars() -> None:
    truths = _true_spreads(GRID)
    page, at = HEAD + DOUBT_HEAD, 0
    covered: dict[str, float] = {}
    for deviation in DOUBTS:
        for n in SIZES:
            both = _runs(partial(doubt_run, deviation=deviation, n=n, truths=truths), at)
            ours, alone = ([pair[which] for pair in both] for which in (0, 1))
            page += f"| {deviation:.0%} | {n} | {_cells(ours)} | {_cells(alone)} |\n"
            covered[f"doubt {deviation} {n}"] = fmean(each.covers for each in ours)
            at += 1
    page += STATED_HEAD
    for name in METHODS:
        for n in RESPONDENTS:
            tries = _runs(partial(stated_run, name=name, n=n), at)
            mean = np.nanmean([each.value for each in tries])
            page += f"| {name} | {n} | {_cells(tries)} | {mean:.3f} |\n"
            covered[f"{name} {n}"] = fmean(each.covers for each in tries)
            at += 1
    PAGE.write_text(page, encoding="utf-8")

    assert {name: rate for name, rate in covered.items() if not 0.87 <= rate <= 0.94} == {}
