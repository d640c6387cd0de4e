"""What plans of raises truly gain, beside a planner who knows the response and the best plain raises, into docs/."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from tests.truth.raise_run import BUDGET, LARGER, RAILS, TERMS, run, run_larger
from tests.truth.sweep import digest, records

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-raises.md"
COUNT = int(os.environ.get("TRUTH_BUSINESSES", "50"))
COUNT_LARGER = int(os.environ.get("TRUTH_LARGER_BUSINESSES", "12"))
FIRST_SEED = 9_900_000
RIVALS = ("plan", "flat", "by_plan", "share_of_value")
Record = dict[str, Any]

HEAD = """# Raises against what customers truly would do

Made by `make truth`; do not edit. {count} simulated businesses, seeds from {first:,} on, by which no choice in the code
was made, with 400 to 3,000 customers ever and three years of history, in which raises of 5, 15 or 25 % were twice given
by lot to half of the customers. Each goes through the front door: tables in, plan out. Then every customer's true
chance to leave at its new price is worked out, given all that can be observed of it and not its private draw, and the
change of value over {months} months summed. Beside it the *planner*, who knows these chances and chooses level by level
within the same caps and budgets ({budget:.0%} of customers and of revenue a year), the best single raise, the best for
each plan, and the best raise to one share of value, all chosen with the same knowledge. The plan itself must keep
within both budgets in 90 % of its own draws; who knows the truth need not leave such a margin. What that margin costs
is told apart: *of its churn* is what the planner, and the best share of value, gain with no more true churn than the
plan has.
"""


@pytest.fixture(scope="module")
def found() -> list[Record]:
    return records(run, range(FIRST_SEED, FIRST_SEED + COUNT), name="raises")


@pytest.fixture(scope="module")
def larger() -> list[Record]:
    return records(run_larger, range(FIRST_SEED, FIRST_SEED + COUNT_LARGER), name="raises-larger")


def identified(found: list[Record]) -> list[Record]:
    return [record for record in found if record["identified"]]


def shares(found: list[Record], name: str) -> list[float]:
    return [record[name] / record["planner"] for record in identified(found) if record["planner"] > 0]


def told(values: list[float]) -> str:
    return f"{fmean(values):.1%} ± {2 * stdev(values) / len(values) ** 0.5:.1%} (least {min(values):.0%})"


def within(found: list[Record], name: str) -> str:
    kept = [max(record[f"{name}_churn"]) <= BUDGET * 1.02 for record in identified(found)]
    most = max(max(record[f"{name}_churn"]) for record in identified(found))
    return f"{sum(kept)} of {len(kept)} (most {most:.2%})"


def table(found: list[Record]) -> list[str]:
    rows = [
        f"| {name.replace('_', ' ')} | {told(shares(found, name))} | {within(found, name)} |"
        for name in RIVALS
    ]
    return ["| raise | gain, of the planner's | within the budgets in truth |", "| --- | --- | --- |", *rows]


def test_the_page_is_written(found: list[Record], larger: list[Record]) -> None:
    sure = identified(found)
    fair = [record["fair_plan"] / record["fair_planner"] for record in sure if record["fair_planner"] > 0]
    holds = [record["low"] <= record["plan"] <= record["high"] for record in sure]
    ratio = [record["said_churn"] / max(record["plan_churn"][0], 1e-6) for record in sure]
    spent = {name: [r["plan"] / max(r[f"{name}_of_its_churn"], 1e-9) for r in sure if r[f"{name}_of_its_churn"] > 0]
             for name in ("planner", "share_of_value")}  # fmt: skip
    alike = " and ".join(RAILS.fairness_by)
    gains_hold = (
        f"The interval of the gain holds what comes in {fmean(holds):.0%} (nominal {TERMS.level:.0%})"
    )
    lines = [
        HEAD.format(count=COUNT, first=FIRST_SEED, months=TERMS.horizon_months, budget=BUDGET),
        f"{len(sure)} of {len(found)} are said to be identified.",
        "",
        *table(found),
        f"| plan, alike customers alike ({alike}), of such a planner's | {told(fair)} | |",
        "",
        f"With no more true churn than the plan has, it gains {told(spent['planner'])} of what the planner does, and",
        f"{told(spent['share_of_value'])} of what the best share of value does.",
        "",
        f"Plans that lose value: {sum(record['plan'] < 0 for record in sure)}. {gains_hold}; churn that is",
        f"foretold is {fmean(ratio):.2f} times the true one.",
        "",
        f"The more is learned, the smaller the margin: {COUNT_LARGER} businesses with {LARGER} times the customers.",
        "",
        *table(larger),
        "",
        f"Source digests {digest('raises')[:12]} and {digest('raises-larger')[:12]}.",
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert "| plan |" in PAGE.read_text(encoding="utf-8")


def test_plans_gain_four_fifths_of_what_the_planner_gains(found: list[Record]) -> None:
    assert fmean(shares(found, "plan")) >= 0.8


@pytest.mark.parametrize("rival", ["flat", "by_plan"])
def test_plans_gain_clearly_more_than_the_best_plain_raise(found: list[Record], rival: str) -> None:
    gained = [ours - theirs for ours, theirs in zip(shares(found, "plan"), shares(found, rival), strict=True)]

    assert fmean(gained) - 2 * stdev(gained) / len(gained) ** 0.5 > 0


def test_plans_gain_more_than_the_best_raise_to_a_share_of_value(found: list[Record]) -> None:
    assert fmean(shares(found, "plan")) > fmean(shares(found, "share_of_value"))


def test_with_more_customers_plans_gain_more_than_the_best_raise_to_a_share_of_value(
    larger: list[Record],
) -> None:
    assert fmean(shares(larger, "plan")) > fmean(shares(larger, "share_of_value"))


def test_plans_gain_clearly_more_than_a_share_of_value_with_no_more_churn(found: list[Record]) -> None:
    names = ("plan", "share_of_value_of_its_churn")
    ours, theirs = (shares(found, name) for name in names)
    gained = [one - other for one, other in zip(ours, theirs, strict=True)]

    assert fmean(gained) - 2 * stdev(gained) / len(gained) ** 0.5 > 0


def test_budgets_hold_in_nine_of_ten_businesses(found: list[Record]) -> None:
    kept = [max(record["plan_churn"]) <= BUDGET for record in identified(found)]

    assert fmean(kept) >= 0.9 - 2 * (0.9 * 0.1 / len(kept)) ** 0.5


def test_no_plan_loses(found: list[Record]) -> None:
    assert all(record["plan"] >= 0 for record in identified(found))
