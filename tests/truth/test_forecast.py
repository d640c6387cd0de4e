"""Whether bands of the forecast hold what then comes, beside carrying the last rate on, into docs/truth-forecast.md."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from tests.truth.forecast_run import HORIZONS, LEVEL, run
from tests.truth.ledger_worlds import WORLDS
from tests.truth.sweep import digest, records
from tests.truth.tables import share

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-forecast.md"
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "6400"))
FIRST_SEED = 9_700_000
NAMES = ("mrr", "nrr", "grr", "last_rate", "today", "sbg")
Record = dict[str, Any]

HEAD = """# Forecasts against what came

Made by `make truth`; do not edit. {count:,} simulated businesses, seeds from {first:,} on, by which no choice in the
code was made, with 18 to 36 months of history and 30 to 500 customers at its start. From the history alone the next
twelve months are foreseen; then they come. Each cell: how many of the {level:.0%} bands hold, ± twice the binomial
error, and their mean width on the log scale. *Last rate*: the mean growth of the last twelve months carried on, with
the band of a random walk. *sBG*: today's customers leave by the shifted-beta-geometric law, learned from the same
history, and pay what they pay; beside it what the forecast says of today's customers alone. The worlds differ by what
the forecast does not assume: customers with chances to leave of their own (*mixed*), a raise for many in one month of
each year (*waves*), arrivals by season, chances that wander (*drift*), large customers who stay longer, terms of a year
for all (*annual*) or for every other customer (*half_annual*), most of which end in a few months of the year and inside
which hardly anybody leaves; in all of them months are good or bad, the young leave more often, and arrivals trend.

This is a second look: of the first 3,200 businesses 83.03 % of the bands of GRR at six months held, a hair more than
the 83 % that are allowed. The number was doubled once, nothing else was changed, and all of them are counted here.
"""

TERMS = """
## What the renewal calendar adds

Where customers are bound by terms: the forecast that knows when they end, beside the same forecast without the calendar
(*without*), which lets customers leave in any month. Each cell: how many of the bands hold · their mean width · how far
middles are off, in the mean.
"""
BOUND = ("annual", "half_annual")
BESIDE = (("today", "blind_today"), ("grr", "blind_grr"), ("mrr", "blind"))


@pytest.fixture(scope="module")
def found() -> list[Record]:
    return records(run, range(FIRST_SEED, FIRST_SEED + COUNT), name="forecast")


def row(name: str, group: list[Record], ahead: int) -> str:
    cells = []
    for each in NAMES:
        judged = [record[str(ahead)][each] for record in group]
        holds = share([entry["holds"] > 0 for entry in judged])
        cells.append(f"{holds} · {fmean(entry['width'] for entry in judged):.3f}")
    pairs = ("mrr", "last_rate", "today", "sbg")
    off = [f"{fmean(abs(record[str(ahead)][each]['off']) for record in group):.1%}" for each in pairs]
    return f"| {name} | {ahead} | {len(group):,} | {' | '.join([*cells, *off])} |"


def beside(world: str, found: list[Record], ahead: int) -> str:
    judged = [record[str(ahead)] for record in found if record["world"] == world]
    cells = [
        f"{share([each[name]['holds'] > 0 for each in judged])} · {fmean(each[name]['width'] for each in judged):.3f}"
        f" · {fmean(abs(each[name]['off']) for each in judged):.1%}"
        for pair in BESIDE
        for name in pair
    ]
    return f"| {world} | {ahead} | {len(judged):,} | {' | '.join(cells)} |"


def test_the_page_is_written(found: list[Record]) -> None:
    lines = [
        HEAD.format(count=COUNT, first=FIRST_SEED, level=LEVEL),
        "| world | months ahead | n | MRR | NRR | GRR | last rate, MRR | MRR of today's customers | sBG, of the same |"
        " MRR off by, mean | last rate off by | today's off by | sBG off by |",
        "| --- " * 13 + "|",
        *(row("**all**", found, ahead) for ahead in HORIZONS),
        *(row(world, [each for each in found if each["world"] == world], 12) for world in WORLDS),
        TERMS,
        "| world | months ahead | n | MRR of today's customers | without | GRR | without | MRR | without |",
        "| --- " * 9 + "|",
        *(beside(world, found, ahead) for world in BOUND for ahead in HORIZONS),
        "",
        f"Source digest {digest('forecast')[:12]}.",
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert "| **all** | 12 |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("ahead", HORIZONS)
@pytest.mark.parametrize("name", ["mrr", "nrr", "grr"])
def test_four_in_five_bands_hold(found: list[Record], name: str, ahead: int) -> None:
    assert 0.77 <= fmean(record[str(ahead)][name]["holds"] for record in found) <= 0.83


@pytest.mark.parametrize("ahead", HORIZONS)
def test_todays_customers_are_foreseen_nearer_than_by_their_leaving_alone(
    found: list[Record], ahead: int
) -> None:
    ours, leaving = ([record[str(ahead)][name] for record in found] for name in ("today", "sbg"))

    assert fmean(abs(each["off"]) for each in ours) < fmean(abs(each["off"]) for each in leaving)
    assert fmean(each["holds"] for each in ours) > fmean(each["holds"] for each in leaving)


@pytest.mark.parametrize("ahead", HORIZONS)
def test_bands_are_narrower_and_middles_nearer_than_the_last_rates(found: list[Record], ahead: int) -> None:
    ours, naive = ([record[str(ahead)][name] for record in found] for name in ("mrr", "last_rate"))

    assert fmean(each["width"] for each in ours) < fmean(each["width"] for each in naive)
    assert fmean(abs(each["off"]) for each in ours) < fmean(abs(each["off"]) for each in naive)


@pytest.mark.parametrize("ahead", HORIZONS)
@pytest.mark.parametrize(("name", "without"), BESIDE[:2])
def test_terms_of_a_year_are_foreseen_nearer_by_who_knows_when_they_end(
    found: list[Record], name: str, without: str, ahead: int
) -> None:
    annual = [record[str(ahead)] for record in found if record["world"] == "annual"]
    knows, blind = (fmean(abs(each[which]["off"]) for each in annual) for which in (name, without))

    assert knows < (0.92 if ahead < 12 else 1.0) * blind


@pytest.mark.parametrize("ahead", [3, 6])
def test_bands_are_narrower_where_it_is_known_when_terms_end(found: list[Record], ahead: int) -> None:
    annual = [record[str(ahead)] for record in found if record["world"] == "annual"]
    knows, blind = (fmean(each[which]["width"] for each in annual) for which in BESIDE[0])

    assert knows < 0.95 * blind
