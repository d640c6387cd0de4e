"""What renewals at the old price add to other evidence, written into docs/truth-renewals.md."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from models.estimate import Estimate
from models.willingness.all_evidence import all_evidence
from models.willingness.plain_renewals import LEAST_LEFT, read_plain_renewals
from models.willingness.sources import WillingnessSource, WorthSource
from tests.truth import evidence_market as market
from tests.truth.renewal_worlds import OUTSIDE, history, outside, usual
from tests.truth.tables import share

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-renewals.md"
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "2000"))
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "3000000"))
INSIDE = "usual"

HEAD = f"""# Renewals at the price that customers had anyway, measured

Made by `make truth`; do not edit. {COUNT:,} companies a row whose renewals tell anything, seeds from {FIRST_SEED:,}
on, of 60–400 customers each, who were never told a new price (`tests/truth/renewal_worlds.py`): they bought since they
would pay the price, their willingness moves by 5–40 % a year for one to four years, and who would then pay less leaves
for the price; 2–20 % a year leave anyway. Of the former 60–100 % say why, of the latter up to 10 % say that it was the
price. None of this is in the model. Beside renewals a company has some of: outcomes of 30–200 customers, and surveys
of 30–200 people.

*Without*: all other evidence together. *With*: renewals in it, too. *Alone*: renewals by themselves. Each cell: how
many of the nominal 90 % intervals of the median customer's willingness hold the truth, their mean width as a factor,
and the error of the log (root of mean square). *Refused*: the share of all companies drawn of which fewer than five,
or than {LEAST_LEFT:.0%} of the customers, left for the price.
"""


@dataclass(frozen=True)
class Record:
    """One company: by the way of answering, whether the interval holds the truth, its log width and the log error."""

    answers: dict[str, tuple[bool, float, float]] | None


def run(seed: int, regime: str) -> Record | None:
    """Draw a company; None where it has no customers or no other evidence, and no answers where it tells nothing."""
    rng = np.random.default_rng(seed)
    world = usual(rng)
    found = history(outside(world, regime) if regime != INSIDE else world, rng, shift=rng.uniform(-1, 3))
    if found is None:
        return None
    worth, said = others(found.median, max(found.spread, 0.1), rng)
    if not worth and not said:
        return None
    renewals = read_plain_renewals(found.renewals, unit=market.UNIT)
    if not renewals.estimate.known:
        return Record(None)
    pooled = {
        name: all_evidence(worth, sources, unit=market.UNIT).willingness
        for name, sources in (("without", said), ("with", [*said, renewals]))
    }
    return Record(
        {name: judged(each, found.median) for name, each in (pooled | {"alone": renewals.estimate}).items()}
    )


def others(
    median: float, spread: float, rng: np.random.Generator
) -> tuple[list[WorthSource], list[WillingnessSource]]:
    """Draw what outcomes and surveys of the same customers say."""
    drawn = market.usual(rng)
    world = replace(drawn, worth=median - drawn.share, spread=float(np.log(spread)))
    worth = [WorthSource(source="outcomes", estimate=market._asked(world.worth, 0.6, rng))]
    asked = zip(market.STATED, (0.6, 0.4, 0.5), strict=True)
    said = [market._survey(world, name, rng) for name, there in asked if rng.random() < there]
    return (worth if rng.random() < 0.85 else []), said


def judged(estimate: Estimate, truth: float) -> tuple[bool, float, float]:
    low, value, high = np.log([estimate.low, estimate.value, estimate.high])
    return bool(low <= truth <= high), float(high - low), float(value - truth)


@pytest.fixture(scope="module")
def measured() -> dict[str, Sequence[Record]]:
    return {regime: until_enough_answer(regime) for regime in (INSIDE, *OUTSIDE)}


def until_enough_answer(regime: str) -> Sequence[Record]:
    """Draw companies until the renewals of `COUNT` of them tell anything."""
    found: list[Record] = []
    answering = 0
    for seed in count(FIRST_SEED):
        record = run(seed, regime)
        if record is not None:
            found.append(record)
            answering += record.answers is not None
        if answering == COUNT:
            break
    return found


def known(records: Sequence[Record], name: str) -> list[tuple[bool, float, float]]:
    return [each.answers[name] for each in records if each.answers]


def rmse(records: Sequence[Record], name: str) -> float:
    return float(np.sqrt(fmean(error**2 for *_, error in known(records, name))))


def cell(records: Sequence[Record], name: str) -> str:
    hits, widths, _ = zip(*known(records, name), strict=True)
    return f"{share(list(hits))} · {np.exp(fmean(widths)):.2f} · {rmse(records, name):.3f}"


def test_the_page_of_renewals_is_written(measured: dict[str, Sequence[Record]]) -> None:
    lines = ["| companies | refused | without | with | alone |", "| --- | --- | --- | --- | --- |"]
    for regime, records in measured.items():
        refused = f"{fmean(each.answers is None for each in records):.0%}"
        cells = [cell(records, name) for name in ("without", "with", "alone")]
        lines.append(f"| {' | '.join([regime, refused, *cells])} |")
    PAGE.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")

    assert all(f"| {regime} |" in PAGE.read_text(encoding="utf-8") for regime in (INSIDE, *OUTSIDE))


@pytest.mark.parametrize("regime", [INSIDE, *OUTSIDE])
def test_renewals_lower_the_error_and_lose_no_coverage(
    measured: dict[str, Sequence[Record]], regime: str
) -> None:
    records = measured[regime]
    before, after = (fmean(hit for hit, *_ in known(records, name)) for name in ("without", "with"))

    assert rmse(records, "with") < 0.8 * rmse(records, "without")
    assert after > min(before, 0.9) - 0.02


def test_nine_in_ten_intervals_hold_the_truth(measured: dict[str, Sequence[Record]]) -> None:
    assert 0.87 <= fmean(hit for hit, *_ in known(measured[INSIDE], "with")) <= 0.95
