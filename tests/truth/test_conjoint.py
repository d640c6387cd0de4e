"""Coverage of what conjoint says about money, written into docs/truth-conjoint.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.conjoint_run import measured
from tests.truth.conjoint_world import World

pytestmark = pytest.mark.truth
PAGE = Path(__file__).parents[2] / "docs" / "truth-conjoint.md"
RUNS = 2_000
FIRST_SEED = 3_300_000

HEAD = f"""# Conjoint: what the intervals are worth

Made by `make truth`; do not edit. {RUNS:,} simulated surveys a row, seeds from {FIRST_SEED:,} on: people of one taste
choose between products of a price, seats from 1 to 5, and email or phone support, and buying nothing. Read by the
logit, nominal 90 %. *Level* and *unit* are what phone support and a seat are worth in money, *typical* the price at
which half would buy the typical product, *revenue* and *profit* its best prices. Errors are twice the binomial
standard error; a number that is refused is a miss; widths are means, as a share of the true number.

"""
WORLDS = (
    World(50),
    World(200),
    World(1000),
    World(100, products=3, tasks=(2, 12, 5)),
    World(100, none=False),
    World(40, contacts=3),
)


def test_nine_in_ten_intervals_hold_the_truth():
    table, covered = measured("logit", WORLDS, range(FIRST_SEED, FIRST_SEED + RUNS))

    PAGE.write_text(HEAD + table, encoding="utf-8")
    # A rate of exactly 90 % stays between these bars in all but one of a thousand tables.
    assert min(covered) >= 0.87
    assert max(covered) <= 0.93
