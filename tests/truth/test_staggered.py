"""Past raises against truth: bias, intervals and the test of trends in simulated roll-outs, into docs/."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from models.estimate import Label
from models.pricing.raises.kept import RevenueKept
from models.pricing.raises.roll_out import NEVER, RollOut
from models.pricing.raises.staggered import Imputation
from tests.truth.staggered_worlds import MONTHS, Leaving, World

pytestmark = pytest.mark.truth
COUNT = int(os.environ.get("TRUTH_ROLL_OUTS", "2000"))
FIRST_SEED = 8_700_000
LEVEL, LEADS, SIZE = 0.95, 4, 0.05
PAGE = Path(__file__).parents[2] / "docs" / "truth-staggered.md"
WORLDS = {
    "400 customers, three waves and never": World(),
    "100 customers": World(customers=100),
    "nobody is never raised": World(never=False),
    "customers join and leave": World(moves=True),
    "100 customers, each in its own month": World(customers=100, own_month=True),
    "heavy tails": World(heavy=True),
}
DRIFTS = {
    "100 customers, those raised grow 0.5 % a month more": World(customers=100, drift=0.005),
    "100 customers, those raised grow 1 % a month more": World(customers=100, drift=0.01),
    "400 customers, those raised grow 0.5 % a month more": World(drift=0.005),
}
LEAVING = {
    "400 customers": Leaving(),
    "100 customers": Leaving(customers=100),
    "half leave within the year": Leaving(leaves=0.06),
    "raises are minded more": Leaving(minds=0.15),
}
SPARED = "those who would leave are spared"
COLUMNS = ("error", "covers", "width", "other", "rejects", "months")

HEAD = """# Past raises as a natural experiment, against truth

Made by `make truth`; do not edit. {count:,} simulated roll-outs a line, seeds from {first:,} on, by which no choice in
the code was made: {months} months, raises in months 5, 9 and 13, effects that grow by 40 % of the first a month and
differ between waves and customers, noise that lasts (0.6 from month to month). Errors are twice the standard error.

Bias and width are shares of the true effect; intervals are meant to hold it in 95 %, *months* are the intervals of the
single months since a raise. The last column is the share in which the test says that those raised went another way
before: 5 % are meant, for none did. *Plain two-way* is the bias of two-way fixed effects, which the answer shows as
a warning and never uses.

| roll-outs | bias | holds the truth | width | months | plain two-way | trend said |
| --- | --- | --- | --- | --- | --- | --- |
"""
TRENDS = """
Where those raised went another way before, the estimate is wrong, and the test has to say so. Its power is what the
test would reach if it knew the noise: by the noncentral F, from the spread of estimates where there is no trend.

| roll-outs | bias | trend said | power |
| --- | --- | --- | --- |
"""

KEPT = """
All revenue, those who left counted as 0: 2 % leave a month, a raise of a tenth loses 6 % at once. Who left before its
wave is never told. *As one panel* is the bias of imputation on the same bills over their first: it takes having been
there for an effect of raises. In points of the bill before. Last line: every second customer leaves eight times as
often, and the business knows them and does not raise them; no comparison can see that, and the answer says so.

| roll-outs | true effect | bias | holds the truth | width | months | as one panel |
| --- | --- | --- | --- | --- | --- | --- |
"""


def run(job: tuple[World, int]) -> list[float]:
    """Return how far the estimate is off, and what it says, in one roll-out."""
    world, seed = job
    panel, effect = world.draw(np.random.default_rng(seed))
    found = Imputation(leads=LEADS, label=Label(unit="log", level=LEVEL)).fit(panel)
    seen_before = (panel.present & (panel.after < 0)).sum(axis=1) > 0
    raised = panel.present & (panel.after >= 0) & seen_before[:, None]
    if not world.never:
        raised &= np.arange(MONTHS) < panel.since.max()
    true, (value, low, high) = effect[raised].mean(), ends(found.effect)
    by_month = [effect[raised & (panel.after == month)].mean() for month in found.path.month]
    lows, highs = found.path.ends(LEVEL)
    months = np.mean((lows <= by_month) & (by_month <= highs))
    covers = low <= true <= high
    told = [
        value / true - 1,
        covers,
        (high - low) / true,
        found.two_way / true - 1,
        found.before.chance < SIZE,
    ]
    return [float(each) for each in (*told, months, *found.before.path.value)]


def run_kept(job: tuple[Leaving, int]) -> list[float]:
    """Return how far the effect on all revenue is off, and what is said of it, in one roll-out."""
    world, seed = job
    bills = world.draw(np.random.default_rng(seed))
    found = RevenueKept(label=Label(unit="share", level=LEVEL)).fit(bills)
    by_month, (lows, highs) = world.effect(found.path.month), found.path.ends(LEVEL)
    true, (value, low, high) = float(np.average(by_month, weights=found.path.customers)), ends(found.effect)
    months = np.mean((lows <= by_month) & (by_month <= highs))
    naive = (
        Imputation(leads=LEADS).fit(RollOut(bills.outcome / bills.outcome[:, [0]], bills.since)).effect.value
    )
    return [
        float(each) for each in (value - true, low <= true <= high, high - low, naive - true, true, months)
    ]


def ends(estimate: Any) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def every(worlds: dict[str, Any], once: Any) -> dict[str, np.ndarray]:
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return {
            name: np.array(pool.map(once, [(world, FIRST_SEED + at) for at in range(COUNT)], chunksize=20))
            for name, world in worlds.items()
        }


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    return every(WORLDS | DRIFTS, run)


@pytest.fixture(scope="module")
def kept() -> dict[str, np.ndarray]:
    return every(LEAVING | {SPARED: Leaving(leaves=0.005, others_leave=0.04)}, run_kept)


def column(rows: np.ndarray, name: str) -> np.ndarray:
    return rows[:, COLUMNS.index({"true": "rejects"}.get(name, name))]


def percent(values: np.ndarray, unit: str = " %") -> str:
    return f"{100 * values.mean():.1f} ± {200 * values.std() / len(values) ** 0.5:.1f}{unit}"


def power(world: World, still: np.ndarray) -> float:
    """Return the chance to reject, for the trend of a world, from leads that were estimated without one."""
    since = world.since(np.random.default_rng(0))
    calm = Imputation(leads=LEADS).fit(RollOut(world.trend(since) + world.effect(since), since)).before.path
    leads = still[:, len(COLUMNS) :]
    off = float(calm.value @ np.linalg.solve(np.cov(leads.T), calm.value))
    rest = int((since < NEVER).sum()) - LEADS
    return 1 - float(special.ncfdtr(LEADS, rest, off, special.fdtri(LEADS, rest, 1 - SIZE)))


def without_trend(world: World, found: dict[str, np.ndarray]) -> np.ndarray:
    return found[next(name for name, each in WORLDS.items() if each == World(customers=world.customers))]


def test_the_page_is_written(found: dict[str, np.ndarray], kept: dict[str, np.ndarray]) -> None:
    lines = HEAD.format(count=COUNT, first=FIRST_SEED, months=MONTHS)
    for name in WORLDS:
        cells = [percent(column(found[name], each)) for each in ("error", "covers")]
        cells += [f"{100 * column(found[name], 'width').mean():.0f} %"]
        cells += [percent(column(found[name], each)) for each in ("months", "other", "rejects")]
        lines += f"| {' | '.join([name, *cells])} |\n"
    lines += TRENDS
    for name, world in DRIFTS.items():
        said = [percent(column(found[name], each)) for each in ("error", "rejects")]
        lines += (
            f"| {name} | {' | '.join(said)} | {100 * power(world, without_trend(world, found)):.1f} % |\n"
        )
    lines += KEPT
    for name, rows in kept.items():
        points = [f"{100 * column(rows, 'true').mean():.1f}", percent(column(rows, "error"), "")]
        points += [percent(column(rows, "covers")), f"{100 * column(rows, 'width').mean():.0f}"]
        points += [percent(column(rows, "months")), percent(column(rows, "other"), "")]
        lines += f"| {' | '.join([name, *points])} |\n"
    PAGE.write_text(lines, encoding="utf-8")

    assert "| bias | holds the truth |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORLDS)
def test_the_effect_is_found_and_its_interval_holds_it(found: dict[str, np.ndarray], name: str) -> None:
    error, covers = column(found[name], "error"), column(found[name], "covers")

    assert abs(error.mean()) <= 0.03
    assert covers.mean() >= 0.93
    assert column(found[name], "months").mean() >= 0.93


def test_plain_two_way_effects_are_far_off(found: dict[str, np.ndarray]) -> None:
    assert column(found["400 customers, three waves and never"], "other").mean() == pytest.approx(
        -0.58, abs=0.03
    )


@pytest.mark.parametrize("name", WORLDS)
def test_no_trend_is_seldom_said_to_be_one(found: dict[str, np.ndarray], name: str) -> None:
    assert column(found[name], "rejects").mean() <= SIZE + 0.025


@pytest.mark.parametrize("name", DRIFTS)
def test_a_trend_is_said_as_often_as_the_power_of_the_test(found: dict[str, np.ndarray], name: str) -> None:
    reached = power(DRIFTS[name], without_trend(DRIFTS[name], found))
    error = (reached * (1 - reached) / COUNT) ** 0.5

    assert column(found[name], "rejects").mean() == pytest.approx(reached, abs=3 * error + 0.03)


@pytest.mark.parametrize("name", LEAVING)
def test_the_effect_on_all_revenue_is_found_where_customers_leave(
    kept: dict[str, np.ndarray], name: str
) -> None:
    assert abs(column(kept[name], "error").mean()) <= 0.005
    assert column(kept[name], "covers").mean() >= 0.93
    assert column(kept[name], "months").mean() >= 0.93


def test_as_one_panel_having_been_there_would_count_as_an_effect(kept: dict[str, np.ndarray]) -> None:
    assert column(kept["400 customers"], "other").mean() > 0.05


def test_sparing_those_who_would_leave_deceives_as_the_answer_warns(kept: dict[str, np.ndarray]) -> None:
    assert column(kept[SPARED], "error").mean() > 0.03
    assert column(kept[SPARED], "covers").mean() < 0.9
