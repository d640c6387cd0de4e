"""Residual lives by covariates on books of known ones, written into docs/truth-lifetime-covariates.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from models.retention.customer_lives import customer_lives
from tests.models.retention.lives import FIVE_YEARS, SIZE, USE, Lived, fitted, lived

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-lifetime-covariates.md"
RUNS = int(os.environ.get("TRUTH_BOOKS", "2000"))
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "5100000"))
WORLDS = {
    "as assumed": {},
    "half of the spread is unseen": {"unseen": 0.85},
    "half of the covariates is new every month": {"moves": 0.5},
}
SIZES = (100, 400)

HEAD = f"""# How long each customer stays by its covariates: what the numbers are worth

Made by `make truth`; do not edit. {RUNS:,} simulated books a row, seeds from {FIRST_SEED:,} on, by which no choice in
the code was made. Customers signed 1 to 30 months ago; log odds of leaving are {USE} a unit of use, {SIZE} a unit of
size, fall with age, and differ beyond that as the row says. Truth are the discounted payments that each customer who is
there today will make on the mean within 60 months, at 12 % a year. Nominal 90 %.

*Mean*: of the mean over customers, how many intervals hold it ± twice the binomial error, their mean width as a share
of the truth, and value ÷ truth on the mean; *each*: the share of customers whose own interval holds its truth;
*sorted*: the mean rank correlation with the truth, by covariates, and by tenure, as the law without covariates sorts
(`models/retention/lifetime.py`: who stayed longer stays longer); *better*: the share of books in which covariates sort
better.

| book | customers | mean | width | value ÷ truth | each | sorted by covariates | by tenure | better |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Judged:
    """One book: the mean's interval, value ÷ truth, its width, the share of single hits, and both rank correlations."""

    held: bool
    width: float
    ratio: float
    each: float
    covariates: float
    tenure: float


def judged(book: Lived) -> Judged:
    lives = customer_lives(fitted(book.months), book.age, book.covariates, outlook=FIVE_YEARS)
    mean, true = lives.mean_worth(np.ones(book.age.size), unit="months"), float(book.truth.mean())
    return Judged(
        mean.low <= true <= mean.high, (mean.high - mean.low) / true, mean.value / true,
        float(((lives.low <= book.truth) & (book.truth <= lives.high)).mean()),
        stats.spearmanr(lives.expected, book.truth).statistic, stats.spearmanr(book.age, book.truth).statistic,
    )  # fmt: skip


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, int], list[Judged]]:
    found, lines = {}, []
    for name, world in WORLDS.items():
        for n in SIZES:
            rows = found[name, n] = [
                judged(lived(seed, n, **world)) for seed in range(FIRST_SEED, FIRST_SEED + RUNS)
            ]
            mean = {
                key: float(np.mean([getattr(row, key) for row in rows])) for key in Judged.__annotations__
            }
            error = 2 * sqrt(max(mean["held"] * (1 - mean["held"]), 1 / RUNS) / RUNS)
            better = np.mean([row.covariates > row.tenure for row in rows])
            lines.append(
                f"| {name} | {n} | {mean['held']:.1%} ± {error:.1%} | {mean['width']:.2f} | {mean['ratio']:.3f} |"
                f" {mean['each']:.1%} | {mean['covariates']:.2f} | {mean['tenure']:.2f} | {better:.1%} |"
            )
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return found


def test_the_mean_is_covered_where_covariates_tell_all(measured):
    for n in SIZES:
        assert 0.86 <= np.mean([row.held for row in measured["as assumed", n]]) <= 0.94


def test_covariates_sort_better_than_tenure_in_every_world(measured):
    for rows in measured.values():
        assert np.mean([row.covariates > row.tenure for row in rows]) > 0.9
