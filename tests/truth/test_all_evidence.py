"""All evidence together against each source alone, written into docs/truth-evidence.md and held to its bars."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from tests.truth import evidence_market as market
from tests.truth.evidence_run import FIRST_SEED, Record, run
from tests.truth.tables import share

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-evidence.md"
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "2000"))
OUTSIDE_COUNT = COUNT // 10
KINDS = ("paid and stated", "paid", "stated", "worth only")
SOURCES = ("quotes", "renewals", *market.STATED, "worth × usual share")
RULES = ("mean of all at face value", "corridor's middle as the price")

HEAD = """# What all evidence together is worth, measured

Made by `make truth`; do not edit. {count} businesses were drawn as the model assumes them
(`tests/truth/evidence_market.py`), seeds from {first} on, by which no choice in the code was made. Each has some of:
outcomes of 30–200 customers, a research figure, 60–300 quotes, 60–300 renewals with raises by lot or by policy, and
surveys of 30–200 people; each survey has its form's bias and an error of its own. What reps know of willingness is
the same in a business's quotes and renewals, which the model does not assume. Errors are twice the binomial standard
error.

An error is that of log willingness to pay of the median customer; regret is the share of the best possible revenue
that the recommended price loses, given the true distribution of willingness.
"""


@pytest.fixture(scope="module")
def inside() -> list[Record]:
    return _runs(COUNT, None)


@pytest.fixture(scope="module")
def outside() -> dict[str, list[Record]]:
    return {regime: _runs(OUTSIDE_COUNT, regime) for regime in market.OUTSIDE}


def _runs(count: int, regime: str | None) -> list[Record]:
    records = (run(FIRST_SEED + at, regime) for at in range(2 * count))
    return [record for _, record in zip(range(count), filter(None, records), strict=False)]


def _rmse(errors: Sequence[float]) -> float:
    return float(np.sqrt(fmean(error**2 for error in errors)))


def _coverage_row(name: str, group: Sequence[Record]) -> str:
    def covers(*wanted: str) -> str:
        return share([hit for each in group for name, hit in each.covers.items() if name.startswith(wanted)])

    columns = [
        name, str(len(group)), share([each.pooled.covers for each in group]),
        f"{np.exp(fmean(each.pooled.width for each in group)):.2f}",
        *(covers(wanted) for wanted in ("price", "spread", "share", "bias", "worth")),
        f"{_rmse([each.pooled.error for each in group]):.3f}",
        f"{fmean(each.pooled.regret for each in group):.1%}", f"{fmean(each.expected_regret for each in group):.1%}",
        f"{fmean(each.disagree for each in group):.0%}",
    ]  # fmt: skip
    return f"| {' | '.join(columns)} |"


def _coverage_table(groups: dict[str, Sequence[Record]]) -> str:
    columns = (
        "evidence", "businesses", "90 % intervals cover", "width (factor)", "best price", "spread", "share captured",
        "bias", "worth", "error", "regret", "regret expected", "disagree",
    )  # fmt: skip
    rows = [_coverage_row(name, group) for name, group in groups.items() if group]
    return "\n".join([f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|", *rows])


def _source_table(records: Sequence[Record]) -> str:
    columns = ("answer", "businesses", "its error", "pooled", "its regret", "pooled", "its intervals cover")
    rows = []
    for name in (*SOURCES, *RULES):
        group = [each for each in records if name in each.others]
        its, pooled = [each.others[name] for each in group], [each.pooled for each in group]
        errors, regrets = (
            [f"{_rmse([each.error for each in tries]):.3f}" for tries in (its, pooled)],
            [f"{fmean(each.regret for each in tries):.1%}" for tries in (its, pooled)],
        )
        cover = share([each.covers for each in its]) if name in SOURCES else "–"
        if name == RULES[1]:
            errors[0] = "–"
        rows.append(f"| {name} | {len(group)} | {' | '.join([*errors, *regrets])} | {cover} |")
    return "\n".join([f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|", *rows])


def test_the_page_of_all_evidence_is_written(inside: list[Record], outside: dict[str, list[Record]]) -> None:
    kinds: dict[str, Sequence[Record]] = {
        kind: [each for each in inside if each.kind == kind] for kind in KINDS
    }
    parts = [
        HEAD.format(count=len(inside), first=FIRST_SEED),
        "## Intervals, inside\n",
        _coverage_table(kinds | {"**all**": inside}),
        "\n## Each source alone against all together, inside\n",
        "Each row compares on the businesses that have the source; a source alone goes through the same model.\n",
        _source_table(inside),
        "\n## Outside: each world breaks one assumption\n",
        _coverage_table(dict(outside)),
    ]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")

    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {name} |" in page for name in (*KINDS, *SOURCES, *market.OUTSIDE))


def test_two_thousand_businesses_answer(inside: list[Record]) -> None:
    assert len(inside) >= 2_000


def test_ninety_percent_intervals_of_willingness_and_of_the_best_price_cover_87_to_93_percent(
    inside: list[Record],
) -> None:
    assert 0.87 <= fmean(each.pooled.covers for each in inside) <= 0.93
    assert 0.87 <= fmean(each.covers["price"] for each in inside) <= 0.93


@pytest.mark.parametrize("source", SOURCES)
def test_all_together_err_less_and_price_better_than_any_source_alone(
    inside: list[Record], source: str
) -> None:
    group = [each for each in inside if source in each.others]

    assert _rmse([each.pooled.error for each in group]) < _rmse([each.others[source].error for each in group])
    assert fmean(each.pooled.regret for each in group) < fmean(each.others[source].regret for each in group)


@pytest.mark.parametrize("rule", RULES)
def test_all_together_price_better_than_simple_rules(inside: list[Record], rule: str) -> None:
    group = [each for each in inside if rule in each.others]

    assert fmean(each.pooled.regret for each in group) < fmean(each.others[rule].regret for each in group)
