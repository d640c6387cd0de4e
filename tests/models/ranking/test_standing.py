"""A standing shows the score that ranks first."""

from __future__ import annotations

from models.ranking import rank
from tests.models.evidence import business


def test_the_spread_of_a_standing_is_the_score_that_ranks():
    (standing,) = rank({"a": business(0, 30)}, seed=1, draws=50).standings

    assert standing.spread is standing.scores["spread"]["spread"]
