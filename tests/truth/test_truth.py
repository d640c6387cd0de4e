"""Coverage and calibration on simulated businesses, written into docs/truth.md and held to their bars."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments.market import Regime
from tests.truth import calibration, sweep, tables
from tests.truth.business_run import run_business

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth.md"
FIRST_SEED = 2_000_000
"""Development looked at seeds below 10,000, and at a thousand from 1,000,000 on."""
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "2000"))

HEAD = """# What the estimators are worth, measured

Made by `make truth`; do not edit. {count} businesses of 50–600 customers were drawn from the simulated market
(`experiments/market`), seeds {first}–{last}, by which no choice in the code was made; the digest of the source
that ran is `{digest}`.

Each came in through the front door: its tables were written, checked, made into a panel and analysed with default
options.
Errors are twice the binomial standard error. A business for which there was no answer counts as a miss.

*Inside* are worlds as the estimators assume them; *outside*, each world breaks one assumption, and is there to
show what then happens, not to look good.
"""


@pytest.fixture(scope="module")
def records() -> list[tables.Record]:
    return sweep.records(run_business, range(FIRST_SEED, FIRST_SEED + COUNT), name="businesses")


@pytest.fixture(scope="module")
def inside(records: list[tables.Record]) -> list[tables.Record]:
    return [record for record in records if not record["outside"]]


@pytest.fixture(scope="module")
def equal_metrics() -> list[calibration.Cell]:
    return calibration.cells()


def test_the_page_is_written(
    records: list[tables.Record], inside: list[tables.Record], equal_metrics: list[calibration.Cell]
) -> None:
    outside = [record for record in records if record["outside"]]
    parts = [
        HEAD.format(
            count=len(records),
            first=records[0]["seed"],
            last=records[-1]["seed"],
            digest=sweep.digest("businesses"),
        ),
        "## Typical worth of one unit, inside\n",
        tables.worth_table(inside),
        "\n## Typical worth of one unit, outside\n",
        tables.worth_table(outside),
        "\n## The value-metric verdict, inside\n",
        tables.verdict_table(inside),
        "\n## The value-metric verdict, outside\n",
        tables.verdict_table(outside),
        "\n## Between-customer scale of the best metric, inside\n",
        tables.between_table(inside),
        "\n## Two truly equal metrics, 30 customers\n",
        "How often is the answer certain when there is nothing to be certain of? P(best) is taken among the draws"
        " in which any metric is eligible.\n",
        tables.calibration_table(equal_metrics),
    ]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")

    page = PAGE.read_text(encoding="utf-8")
    assert {f"| {regime} |" for regime in Regime} <= {
        line[: line.find("|", 1) + 1] for line in page.splitlines()
    }


def test_at_least_two_thousand_businesses_a_third_of_them_outside(records: list[tables.Record]) -> None:
    assert len(records) >= 2_000
    assert sum(record["outside"] for record in records) >= len(records) / 3


def test_ninety_percent_intervals_of_typical_worth_cover_87_to_93_percent(
    inside: list[tables.Record],
) -> None:
    hits = [tables.covered(record) for record in inside]

    assert 0.87 <= sum(hits) / len(hits) <= 0.93


def test_intervals_are_at_most_a_quarter_wider_than_a_bootstrap_t(inside: list[tables.Record]) -> None:
    assert tables.width_ratio(inside) <= 1.25


def test_a_decisive_difference_gets_a_clear_and_right_verdict(inside: list[tables.Record]) -> None:
    asked = [record for record in inside if tables.decisive(record)]

    assert sum(tables.right(record) for record in asked) >= 0.99 * len(asked)


def test_between_equal_metrics_the_verdict_is_wrongly_certain_no_more_often_than_it_says(
    equal_metrics: list[calibration.Cell],
) -> None:
    for cell in equal_metrics:
        assert cell.decided <= 0.2 * cell.runs
        assert cell.wrongly_clear <= 0.1 * cell.runs
