"""All evidence together, from tables to the recommended price, written into docs/truth-evidence-front-door.md."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import pytest

from experiments.market import Regime, TrialWorld
from tests.truth import front_door_tables as tables
from tests.truth import sweep
from tests.truth.front_door_run import (
    FIRST_SEED,
    FIRST_WORLD_SEED,
    PAID,
    SOURCES,
    STATED,
    WORTH,
    run_business,
)
from tests.truth.front_door_tables import Record

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-evidence-front-door.md"
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "2000"))
WORLD_COUNT = COUNT // 20
ALONE = (*PAID, *STATED, WORTH)
BARRED = ("quotes", "renewals", "price_sensitivity", "purchase_intent", WORTH)
"""Sources of which there are enough to hold them to a bar."""

HEAD = """# What all evidence is worth through the front door, measured

Made by `make truth`; do not edit. {count} businesses were drawn from the simulated market (`experiments/market`),
seeds from {first} on, by which no choice in the code was made; the digest of the source that ran is `{digest}`. The
market shares no formula with the estimators: customers have a willingness to pay of their own, leave at a hazard that
rises with price ÷ willingness, and each business draws what is usual in it: willingness of 3–40 % of value, stated
1/1.1–2 times as high, churn slopes of 0–8, two waves of raises by lot, by policy or negotiated.

Each business wrote its tables, and they came in as exports do: checked, made into a panel, and decided upon
(`unit_worth`, price of one unit of the first metric). It has some of these, drawn by lot: {shares}. Quotes are those of
a trial in which 60–400 prospects were offered the unit at list prices that move, by reps who differ and know little of
what a prospect would pay. Subscriptions, which all have, are read as renewals where told prices do not suffice.

True are: willingness of the median customer per unit, over 50,000 customers of the same market; the price per unit
that truly earns most from them, whoever uses more counting more; and what every other price would earn. An *error* is
that of log willingness, *regret* the share of the best possible revenue that the recommended price loses. Where no
willingness is known the recommended price is the corridor's middle. An answer that is missing counts as a miss, but
where the data bound the truth on one side only, or not at all. Errors are twice the binomial standard error; widths
are the mean ratio of an interval's ends.
"""


@pytest.fixture(scope="module")
def records() -> list[Record]:
    tasks = [[FIRST_SEED + at, str(TrialWorld.USUAL)] for at in range(COUNT)]
    return sweep.records(run_business, tasks, name="front-door")


@pytest.fixture(scope="module")
def worlds() -> dict[str, list[Record]]:
    """Return businesses inside the assumptions whose trials break one."""
    outside = [world for world in TrialWorld if world.outside]
    return {
        str(world): sweep.records(
            run_business,
            [[FIRST_WORLD_SEED + at, str(world)] for at in range(WORLD_COUNT)],
            name=f"front-door-{world}",
        )
        for world in outside
    }


@pytest.fixture(scope="module")
def inside(records: list[Record]) -> list[Record]:
    return [record for record in records if not record["outside"]]


def by(records: Sequence[Record], key: Callable[[Record], str]) -> dict[str, Sequence[Record]]:
    names = sorted({key(each) for each in records})
    return {name: [each for each in records if key(each) == name] for name in names}


def band(record: Record, name: str, ends: Sequence[float]) -> str:
    """Return the band of a law's figure, from its lower end up to below its upper one."""
    low = max(end for end in ends[:-1] if record[name] >= end or end == ends[0])
    return f"{name} {low:g}–{ends[ends.index(low) + 1]:g}"


def _bands(inside: Sequence[Record]) -> dict[str, Sequence[Record]]:
    groups = by(inside, lambda each: band(each, "share", (0.03, 0.1, 0.2, 0.4)))
    groups |= by(inside, lambda each: band(each, "bias", (0.9, 1.3, 1.65, 2.0)))
    groups |= by(inside, lambda each: band(each, "slope", (0.0, 2.0, 5.0, 8.0)))
    return groups | by(inside, lambda each: f"raises {each['raises']}")


def _kinds(records: Sequence[Record]) -> dict[str, Sequence[Record]]:
    groups = by(records, tables.kind_of)
    return {kind: groups[kind] for kind in tables.KINDS if kind in groups} | {"**all**": records}


def test_the_page_of_the_front_door_is_written(
    records: list[Record], inside: list[Record], worlds: dict[str, list[Record]]
) -> None:
    outside = [record for record in records if record["outside"]]
    shares = ", ".join(f"{name} ({part:.0%})" for name, (_, part) in SOURCES.items())
    parts = [
        HEAD.format(count=len(records), first=FIRST_SEED, digest=sweep.digest("front-door"), shares=shares),
        "## Inside the assumptions, by kinds of evidence\n",
        tables.interval_table(_kinds(inside), "evidence on willingness"),
        "\n## Inside, by regime\n",
        tables.interval_table(by(inside, lambda each: each["regime"]), "regime"),
        "\n## Inside, by what the business is like\n",
        "Share is willingness ÷ value, bias is stated ÷ real, slope is that of the log-odds of leaving.\n",
        tables.interval_table(_bands(inside), "law"),
        "\n## Each source alone against all together, inside\n",
        "Each row compares on the businesses in which the source speaks; alone, it goes through the same model.\n",
        tables.source_table(inside, ALONE),
        "\n## Simple rules against the recommended price, inside\n",
        tables.rule_table(inside),
        "\n## Outside: the market breaks an assumption, by kinds of evidence\n",
        tables.interval_table(_kinds(outside), "evidence on willingness"),
        "\n## Outside, by regime\n",
        tables.interval_table(by(outside, lambda each: each["regime"]), "regime"),
        "\n## Outside, each source alone against all together\n",
        tables.source_table(outside, ALONE),
        "\n## Outside: the trial breaks an assumption\n",
        WORLDS,
        tables.interval_table(worlds, "trial"),
        "\n### Quotes alone\n",
        tables.named_source_table(worlds, "quotes"),
        "\n## Where a source is there and says nothing\n",
        SILENCE,
        tables.silence_table(records, ALONE),
    ]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")

    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {name} |" in page for name in (*tables.KINDS, *Regime, *BARRED, *tables.RULES))


WORLDS = """`reps_know`: reps know what a prospect would pay, but for a tenth, and price by it; the list never moves.
What their prices win says how well reps know, and nothing of what the median would pay: that cannot be had from quotes,
and no interval that rests on such quotes should be believed. `rescued`: half of those who find the price too dear get
the price that they would just pay, and count as won. `wrong_reasons`: half of those who are lost for the price say
something else. Neither shows in the table of quotes, and both make willingness look higher than it is.
"""
SILENCE = """Few customers leave over a raise of 5–20 % in the month in which it comes. Where less than five did, or all
raises were negotiated, the subscriptions of all customers are read; where hardly anybody left for the price, they bound
willingness on one side only.
"""


def test_two_thousand_businesses_a_third_of_them_outside(records: list[Record]) -> None:
    assert len(records) >= 2_000
    assert sum(record["outside"] for record in records) >= len(records) / 3


def test_what_is_measured_in_parts_is_what_the_decision_says(records: list[Record]) -> None:
    asked = [record["same"] for record in records if "same" in record]

    assert len(asked) >= len(records) // 50
    assert all(asked)


def test_ninety_percent_intervals_of_willingness_cover_at_least_87_percent(inside: list[Record]) -> None:
    assert fmean(tables.hits(inside, "willingness")) >= 0.87


@pytest.mark.parametrize("source", BARRED)
def test_all_together_err_less_and_price_better_than_any_source_alone(
    inside: list[Record], source: str
) -> None:
    group = tables.speaking(inside, source)
    alone, pooled = ([each[where] for each in group] for where in ("alone", "all"))

    assert tables.rmse(group, lambda each: each["all"]["willingness"][0]) < tables.rmse(
        group, lambda each: each["alone"][source]["willingness"][0]
    )
    assert fmean(each["regret"] for each in pooled) < fmean(each[source]["regret"] for each in alone)


@pytest.mark.parametrize("rule", tables.RULES)
def test_the_recommended_price_loses_less_than_simple_rules(inside: list[Record], rule: str) -> None:
    group = tables.ruled(inside, rule)

    assert fmean(each["all"]["regret"] for each in group) < fmean(
        each["rules"]["regret"][rule] for each in group
    )
