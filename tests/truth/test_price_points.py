"""Coverage of price points and best prices from the four price questions, written into docs/truth-price-points.md."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest

from models.estimate import Estimate
from models.surveys._base import Asked
from models.surveys._paths import Paths
from models.surveys._peak import AnsweredCurve
from models.surveys._price_sensitivity import INTENTS, QUESTIONS, typical
from models.surveys._resampled_demand import ResampledDemand
from models.surveys.newton_miller_smith import NewtonMillerSmith, PurchaseSensitivity
from models.surveys.van_westendorp import VanWestendorp, considered
from tests.truth import answer_errors
from tests.truth.price_worlds import COST, PAIRS, WORLDS, Drawn, draw, heaped, heaped_truth, truth

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-price-points.md"
RUNS = int(os.environ.get("TRUTH_SURVEYS", "2100"))  # a row, dealt over the worlds
FIRST_SEED = int(os.environ.get("TRUTH_FIRST_SEED", "3000000"))
ASKED = Asked(unit="EUR/month", unit_cost=COST, resamples=400)
BEST = ("considered", "reach", "revenue", "profit")
NAMES = (*PAIRS, "typical", *BEST, "share")
Row = tuple[str, dict[str, list[tuple[bool, float]]]]

HEAD = f"""# Price points and best prices: what the intervals are worth

Made by `make truth`; do not edit. {RUNS:,} simulated surveys a row, seeds from {FIRST_SEED:,} on, dealt over three
worlds of log-normal prices: *even* (spread 0.5 between respondents), *skewed* (0.7, wider gaps between a
respondent's answers), *two kinds* (a third of the respondents pay 2.2 times as much). Truth is computed on a million
respondents. Each cell: how many of the nominal 90 % intervals hold the truth, and their mean width (high ÷ low,
for shares high - low). No answer counts as a miss.

*pmc*, *opp*, *idp*, *pme*: Van Westendorp's points; *typical*: the median willingness; *considered*: the price that
most would consider; *reach*, *revenue*, *profit* (at a cost of {COST:g}): Newton-Miller-Smith's best prices; *share*:
demand at the true best price by revenue. Twice the binomial error is {2 * sqrt(0.09 / RUNS):.1%} in a row of
all worlds, {2 * sqrt(0.27 / RUNS):.1%} in a row of one.
"""


def survey(drawn: Drawn, **columns: np.ndarray) -> PurchaseSensitivity:
    """Hand in the answers."""
    prices = dict(zip((*QUESTIONS, *INTENTS), np.c_[drawn.prices, drawn.intents].T, strict=True))
    return PurchaseSensitivity.of({"respondent_id": np.arange(len(drawn.prices)), **prices, **columns})


def everything(answers: PurchaseSensitivity, share_at: float) -> dict[str, Estimate]:
    """Read all numbers of both methods: the parts of which `read` is made, without its quality report."""
    purchases = ResampledDemand(NewtonMillerSmith().paths(answers), cluster=answers.cluster, asked=ASKED)
    label, demand = ASKED.label(""), purchases.demand()
    ends = (
        float(np.interp(share_at, demand.price, each)) for each in (demand.share, demand.low, demand.high)
    )
    return {
        **VanWestendorp().points(answers, ASKED), "typical": typical(answers, ASKED),
        "considered": considered(answers, ASKED)[0], "reach": purchases.best_reach(label),
        "revenue": purchases.best_margin(label), "profit": purchases.best_margin(label, cost=COST),
        "share": label.known(*ends, n=answers.clusters),
    }  # fmt: skip


def judged(name: str, estimate: Estimate, true: float) -> tuple[bool, float]:
    """Return whether the interval holds the truth, and its width; none is a miss."""
    if estimate.low is None or estimate.high is None:
        return False, np.nan
    width = estimate.high - estimate.low if name == "share" else log(estimate.high / estimate.low)
    return estimate.low <= true <= estimate.high, width


def line(row: Row, names: Iterable[str]) -> str:
    """Write one row of a table of coverage."""
    cells = []
    for name in names:
        hits, widths = np.array(row[1][name]).T
        width = np.nanmean(widths)
        shown = f"{width:.3f}" if name == "share" else f"{exp(width):.2f}"
        cells.append(f"{hits.mean():.1%} · {shown}")
    return f"| {row[0]} | {' | '.join(cells)} |"


def table(rows: Iterable[Row], names: tuple[str, ...]) -> str:
    """Write a table of coverage."""
    head = [f"| respondents | {' | '.join(names)} |", "| --- " * (len(names) + 1) + "|"]
    return "\n".join([*head, *(line(row, names) for row in rows)])


def continuous() -> tuple[list[Row], list[str]]:
    """Run surveys of continuous prices; return their rows, and the errors of smoothed and raw best prices."""
    rows, errors = [], []
    for n in (50, 100, 300, 1_000):
        everywhere: Row = (f"**{n:,}**", defaultdict(list))
        misses = defaultdict(list)
        for at, world in enumerate(WORLDS):
            true, here = truth(world), (f"{n:,}, {world}", defaultdict(list))
            for seed in range(FIRST_SEED + at, FIRST_SEED + RUNS, len(WORLDS)):
                answers = survey(draw(world, np.random.default_rng(seed), n))
                found = everything(answers, true["revenue"])
                for name, estimate in found.items():
                    here[1][name].append(judged(name, estimate, true[name]))
                for name, raw in as_answered(answers).items():
                    smooth = found[name].value
                    assert smooth is not None
                    misses[name].append((log(smooth / true[name]), log(raw / true[name])))
            for name, cells in here[1].items():
                everywhere[1][name] += cells
            rows.append(here)
        rows.append(everywhere)
        both = {name: np.sqrt(np.mean(np.square(pairs), axis=0)) for name, pairs in misses.items()}
        cells = " | ".join(f"{both[name][0]:.1%} · {both[name][1]:.1%}" for name in BEST)
        errors.append(f"| {n:,} | {cells} |")
    return rows, errors


def as_answered(answers: PurchaseSensitivity) -> dict[str, float]:
    """Return the best prices of the raw curve."""
    bought = AnsweredCurve(NewtonMillerSmith().paths(answers))
    steps = np.tile([0.0, 1.0, 1.0, 0.0], (len(answers.respondents), 1))
    considered = AnsweredCurve(
        Paths(prices=answers.prices[:, [0, 0, 3, 3]], chances=steps, weights=answers.weights)
    )
    return {
        "considered": considered.reach().price, "reach": bought.reach().price,
        "revenue": bought.margin().price, "profit": bought.margin(COST).price,
    }  # fmt: skip


def rounded_answers() -> list[Row]:
    """Run surveys whose answers are whole fives and tens: points of the same rounded population, latent optima."""
    rows = []
    for n in (50, 100, 300, 1_000):
        row: Row = (f"{n:,}", defaultdict(list))
        for at, world in enumerate(WORLDS):
            true = truth(world) | heaped_truth(world)
            for seed in range(FIRST_SEED + at, FIRST_SEED + RUNS, len(WORLDS)):
                drawn = draw(world, np.random.default_rng(seed), n)
                answers = survey(Drawn(heaped(drawn.prices), drawn.intents))
                for name, estimate in everything(answers, true["revenue"]).items():
                    row[1][name].append(judged(name, estimate, true[name]))
        rows.append(row)
    return rows


def colleagues() -> list[Row]:
    """Run surveys of 100 customers with 1 to 6 contacts who agree among themselves; then as if they were strangers."""
    told: Row = ("told whom they work for", defaultdict(list))
    strangers: Row = ("as if strangers", defaultdict(list))
    for at, world in enumerate(WORLDS):
        true = truth(world)
        for seed in range(FIRST_SEED + at, FIRST_SEED + RUNS, len(WORLDS)):
            rng = np.random.default_rng(seed)
            customer = np.repeat(np.arange(100), rng.integers(1, 7, 100))
            levels = 0.8 * rng.normal(size=100)[customer] + 0.6 * rng.normal(size=customer.size)
            drawn = draw(world, rng, customer.size, levels=levels)
            ids = np.array([f"c{each}" for each in customer], dtype=object)
            for name, estimate in everything(survey(drawn, customer_id=ids), true["revenue"]).items():
                told[1][name].append(judged(name, estimate, true[name]))
            alone = survey(drawn)
            points = VanWestendorp().points(alone, ASKED) | {"typical": typical(alone, ASKED)}
            for name, estimate in points.items():
                strangers[1][name].append(judged(name, estimate, true[name]))
    for name in (*BEST, "share"):
        strangers[1][name].append((False, np.nan))
    return [told, strangers]


@pytest.fixture(scope="module")
def measured() -> dict[str, list[Row]]:
    rows, errors = continuous()
    found = {"continuous": rows, "rounded": rounded_answers(), "colleagues": colleagues()}
    told, strangers = found["colleagues"]
    points = (*PAIRS, "typical")
    PAGE.write_text(
        "\n".join(
            [
                HEAD,
                "## Continuous prices\n",
                table(rows, NAMES),
                "\n## Best prices: root mean squared error, smoothed · as answered\n",
                f"| respondents | {' | '.join(BEST)} |",
                "| --- " * (len(BEST) + 1) + "|",
                *errors,
                "\n## Answers rounded to fives and tens\n",
                "The points' truth is where the rounded population's curves cross; the best prices' and the typical"
                " willingness's is that of the prices before rounding.\n",
                table(found["rounded"], NAMES),
                "\n## Several contacts of one customer\n",
                "100 customers with 1 to 6 contacts, whose levels correlate by 0.64.\n",
                table([told], NAMES),
                "",
                table([strangers], points),
                "\n## Answers out of order: root mean squared error of the points\n",
                answer_errors.table(runs=min(RUNS, 1_000), first_seed=FIRST_SEED),
            ]
        )
        + "\n",
        encoding="utf-8",
    )
    return found


def test_ninety_percent_intervals_cover_87_to_93_percent_at_every_size(
    measured: dict[str, list[Row]],
) -> None:
    for where, cells in measured["continuous"]:
        for name in NAMES if where.startswith("**") else ():
            covered = float(np.mean([hit for hit, _ in cells[name]]))
            assert 0.87 <= covered <= 0.93, (where, name, covered)


def test_customers_with_several_contacts_are_no_surer_for_it(measured: dict[str, list[Row]]) -> None:
    told, strangers = measured["colleagues"]
    for name in PAIRS:
        assert np.mean([hit for hit, _ in told[1][name]]) > 0.87
        assert np.mean([hit for hit, _ in strangers[1][name]]) < 0.85
