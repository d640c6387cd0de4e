"""Doubt about money: it widens what depends on it, leaves all else to the bit, and is the same for every metric."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.attribution import Judgement
from models.estimate import Estimate
from models.ranking import rank
from models.ranking.draws import exact_draws
from models.ranking.judgement import MOST_CUSTOMERS, with_doubt
from models.resampling import EXACT_LIMIT
from models.value_metrics._base import MetricEvidence
from tests.models.value_metrics.test__parts import in_parts

SURE, DOUBTFUL = Judgement(attribution=0.5), Judgement(relative_sd=0.8, attribution=0.5, attribution_sd=0.1)


def mixed(seed: int, n: int, believed: Sequence[Judgement] = (SURE, SURE)) -> dict[str, MetricEvidence]:
    """Postings that the first KPI follows closely and the second loosely; seats by which both go loosely."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(2, 0.8, n))
    first = np.tile(size * np.exp(rng.normal(0, 0.1, n)), (4, 1))
    second = np.tile(size * np.exp(rng.normal(0, 0.9, n)), (4, 1))
    seats = np.tile(size * np.exp(rng.normal(0, 0.7, n)), (4, 1))
    postings = np.tile(size, (4, 1))
    return {
        "postings": in_parts(postings, first, second, judgements=believed),
        "seats": in_parts(seats, first, second, judgements=believed),
    }


def spread(evidence: dict[str, MetricEvidence]) -> Estimate:
    ranking = rank(evidence, seed=1, draws=400)
    return next(each for each in ranking.standings if each.metric == "postings").spread


def width(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return float(np.log(estimate.high / estimate.low))


@pytest.mark.parametrize("n", [400, EXACT_LIMIT + 1])
def test_doubt_about_one_of_two_kpis_widens_the_spread_and_leaves_its_value(n):
    sure = spread(mixed(0, n))
    doubtful = spread(mixed(0, n, [SURE, DOUBTFUL]))

    assert doubtful.value == sure.value
    assert width(doubtful) > 1.5 * width(sure)


def test_more_customers_do_not_make_a_judgement_surer():
    few, many = (width(spread(mixed(0, n, [SURE, DOUBTFUL]))) for n in (1000, 16000))

    assert many > 0.8 * few


def test_without_any_doubt_the_draws_stay_as_they_are():
    evidence = mixed(1, 60, [SURE, Judgement()])
    _, drawn = exact_draws(evidence, seed=1, draws=50, progress=lambda done, total: None)

    assert with_doubt(drawn, evidence, seed=2) is drawn


def test_one_common_doubt_moves_nothing_but_what_todays_bills_take():
    evidence = {
        name: in_parts(each.units[None] / 4, each.value[None] / 4, judgements=[DOUBTFUL])
        for name, each in mixed(2, 80).items()
    }
    for each in evidence.values():
        each.bill[:] = each.value_per_month * np.linspace(0.2, 1.4, 80)
    _, drawn = exact_draws(evidence, seed=1, draws=50, progress=lambda done, total: None)

    moved = with_doubt(drawn, evidence, seed=2)

    changed = {key[1:] for key in drawn if not np.array_equal(drawn[key], moved[key], equal_nan=True)}
    assert changed == {("capture_efficiency", "today")}


def test_doubt_is_the_same_for_every_metric_so_that_differences_stay_paired():
    evidence = mixed(3, 300, [SURE, DOUBTFUL])
    twice = evidence | {"posting_days": evidence["postings"]}

    ranking = rank(twice, seed=1, draws=200)

    assert ranking.verdict in {"tie", "cannot_tell"}
    chances = {each.metric: each.probability_best for each in ranking.standings}
    assert chances["postings"] == chances["posting_days"]


def test_many_customers_are_thinned_without_moving_the_answer():
    n = 4 * MOST_CUSTOMERS
    assert n > EXACT_LIMIT

    thin, near = (width(spread(mixed(0, size, [SURE, DOUBTFUL]))) for size in (n, EXACT_LIMIT + 1))

    assert thin == pytest.approx(near, rel=0.2)
