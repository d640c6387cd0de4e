"""Who leaves against truth: in how many businesses the band holds it, into docs/truth-leaving.md."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from tests.truth.leaving_run import run_business

pytestmark = pytest.mark.truth
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "100"))
FIRST_SEED = 8_300_000
PAGE = Path(__file__).parents[2] / "docs" / "truth-leaving.md"

HEAD = """# Who leaves at a new bill, against truth

Made by `make truth`; do not edit. {count} simulated businesses, seeds from {first} on, by which no choice in the code
was made. Each has some of the evidence on what customers would pay, drawn by lot: outcomes, quotes, price changes,
surveys. All prices of its list rise by 5, 10, 20 or 40 %, and the last month is billed again. *Truly leaving* are
those who would pay today's bill, and would not pay that much more: the market knows what each would pay. That count
knows no inertia, which the estimate allows for. Errors are twice the binomial standard error; bands by evidence are
meant to hold the truth in 90 %.
"""


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return pool.map(run_business, range(FIRST_SEED, FIRST_SEED + COUNT), chunksize=1)


def evident(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the businesses whose band rests on evidence."""
    return [each for each in records if each["rests_on"] == "evidence"]


def covered(records: list[dict[str, Any]]) -> float:
    return fmean(each["low"] <= each["true"] <= each["high"] for each in records)


def by_assumption(each: dict[str, Any]) -> dict[str, Any]:
    """Return the same business with the band of the assumed rule."""
    rise = (each["factor"] - 1) * each["customers"]
    return each | {"low": 0.1 * rise, "high": 0.5 * rise}


def row(name: str, records: list[dict[str, Any]]) -> str:
    if not records:
        return f"| {name} | 0 | | | | |"
    share = covered(records)
    error = 2 * (share * (1 - share) / len(records)) ** 0.5
    below, above = (
        sum(each["true"] < each["low"] for each in records),
        sum(each["true"] > each["high"] for each in records),
    )
    width = fmean((each["high"] - each["low"]) / each["customers"] for each in records)
    true = fmean(each["true"] / each["customers"] for each in records)
    return f"| {name} | {len(records)} | {share:.1%} ± {error:.1%} | {below} / {above} | {width:.1%} | {true:.1%} |"


def test_the_page_is_written(records: list[dict[str, Any]]) -> None:
    told = evident(records)
    quoted, other = ([each for each in told if ("quotes" in each["sources"]) is has] for has in (True, False))
    lines = [
        HEAD.format(count=len(records), first=f"{FIRST_SEED:,}"),
        "| band | businesses | holds the truth | truth below / above | width, of customers | truly leaving |",
        "| --- | --- | --- | --- | --- | --- |",
        row("by evidence", told),
        row("by evidence, quotes among it", quoted),
        row("by evidence without quotes", other),
        row("as assumed, the same businesses", [by_assumption(each) for each in told]),
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert "| by evidence |" in PAGE.read_text(encoding="utf-8")


def test_the_band_of_leaving_holds_the_truth_at_about_its_level(records: list[dict[str, Any]]) -> None:
    told = evident(records)

    assert len(told) >= 0.8 * len(records)
    assert covered(told) >= 0.8
    assert covered(told) > covered([by_assumption(each) for each in told])
