"""Coverage of what the mixed logit says about money where tastes differ, into docs/truth-mixed-logit.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.truth.conjoint_run import measured
from tests.truth.conjoint_world import SPREADS, World

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-mixed-logit.md"
RUNS = int(os.environ.get("TRUTH_SURVEYS", "2000"))
FIRST_SEED = 3_600_000

HEAD = f"""# Mixed logit: what the intervals are worth

Made by `make truth`; do not edit. {RUNS:,} simulated surveys a row, seeds from {FIRST_SEED:,} on: people whose tastes
differ choose between products of a price, seats from 1 to 5, and email or phone support, and buying nothing. Tastes
are normal and uncorrelated, that for money log-normal; standard deviations of money, support, seats and nothing
{", ".join(map(str, SPREADS))} in utility. Read by the mixed logit, nominal 90 %. *Level* and *unit* are what phone
support and a seat are worth to the median person in money, *typical* the price at which half would buy the typical
product, *revenue* and *profit* its best prices among those shown. Errors are twice the binomial standard error; a
number that is refused is a miss; widths are means, as a share of the true number.

"""
WORLDS = (
    World(50, differing=True),
    World(100, tasks=(5,), differing=True),
    World(200, differing=True),
)


def test_nine_in_ten_intervals_hold_the_truth():
    table, covered = measured("mixed_logit", WORLDS, range(FIRST_SEED, FIRST_SEED + RUNS))

    PAGE.write_text(HEAD + table, encoding="utf-8")
    assert min(covered) >= 0.87
    assert max(covered) <= 0.93
