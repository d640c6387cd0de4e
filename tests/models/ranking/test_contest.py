"""The contest: who may compete, who wins how often, and why a number is missing."""

from __future__ import annotations

import numpy as np
import pytest

from models.ranking import FEWEST_CUSTOMERS, SAME, Standing, rank
from models.value_metrics._base import MetricEvidence
from models.value_metrics._examples import evidence_of
from tests.models.evidence import business, from_periods


def standings(**evidence: MetricEvidence) -> dict[str, Standing]:
    return {standing.metric: standing for standing in rank(evidence, seed=1, draws=300).standings}


def codes(standing: Standing) -> list[str]:
    return [caveat.code for caveat in standing.reasons]


def growing(seed: int, n: int, *, correlation: float) -> MetricEvidence:
    """Draw customers whose log units and log value correlate as asked."""
    x, noise = np.random.default_rng(seed).normal(size=(2, n))
    return evidence_of(np.exp(3 + correlation * x + np.sqrt(1 - correlation**2) * noise), np.exp(x))


def test_a_metric_below_the_growth_bar_is_out_only_once_the_interval_says_so():
    few, many = (standings(a=growing(3, n, correlation=0.15))["a"] for n in (30, 3000))

    assert many.scores["growth"]["rank"].high < 0.3
    assert many.eligible == "no"
    assert "fails_rank" in codes(many)
    assert few.scores["growth"]["rank"].low < 0.3 < few.scores["growth"]["rank"].high
    assert "uncertain_rank" in codes(few)


def test_a_metric_that_may_miss_the_bar_is_unknown_and_says_how_probably():
    standing = standings(a=growing(5, 40, correlation=0.5))["a"]

    assert standing.eligible == "unknown"
    assert 0.05 < standing.probability_eligible < 0.95
    assert "probability" in standing.reasons[0].message


def test_a_metric_that_grows_with_value_is_eligible():
    standing = standings(a=growing(1, 200, correlation=0.95))["a"]

    assert (standing.eligible, codes(standing)) == ("yes", [])
    assert standing.probability_eligible > 0.95


def months_of(idle: float, *, n: int = 100) -> MetricEvidence:
    """Give customers ten months of equal units of which a share brings nothing, the rest the same each."""
    units = np.exp(np.random.default_rng(0).normal(size=n)) * np.ones((10, 1))
    brings = (np.arange(10) >= 10 * idle)[:, None] * np.exp(np.random.default_rng(1).normal(0, 0.01, n))
    return from_periods(5 * units * brings, units)


def test_the_least_spread_is_not_recommended_where_units_mostly_bring_nothing():
    noisy = business(0, 100, periods=10, spread=0.2, noise=0.1)

    ranking = rank({"idle": months_of(0.7), "steady": noisy}, seed=1, draws=200)

    idle = ranking.standings[1]
    assert ranking.recommended == "steady"
    assert (idle.metric, idle.eligible, codes(idle)) == ("idle", "no", ["fails_zero_value_share"])
    assert idle.spread.value < ranking.standings[0].spread.value
    assert idle.probability_best == 0.0


def test_value_that_mostly_comes_without_units_makes_a_metric_ineligible():
    units = np.exp(np.random.default_rng(0).normal(size=60)) * (np.arange(10) < 6)[:, None]
    value = np.exp(np.random.default_rng(0).normal(size=60)) * np.ones((10, 1))

    assert "fails_value_without_units_share" in codes(standings(a=from_periods(value, units))["a"])


def test_units_that_everybody_has_alike_are_a_flat_fee_not_a_metric():
    value = np.exp(np.random.default_rng(0).normal(size=50))

    flat = standings(flat=evidence_of(value, np.full(50, 3.0)), units=evidence_of(value, value))["flat"]

    assert (flat.eligible, codes(flat)) == ("no", ["constant_metric"])
    assert flat.scores["growth"]["rank"].reason == "constant_metric"


@pytest.mark.parametrize("n", [1, 2, FEWEST_CUSTOMERS - 1])
def test_too_few_customers_are_unknown_in_every_respect(n):
    ranking = rank({"a": business(0, n)}, seed=1, draws=50)

    (standing,) = ranking.standings
    assert (ranking.verdict, ranking.recommended) == ("cannot_tell", None)
    assert (standing.eligible, codes(standing)) == ("unknown", ["insufficient_customers"])
    assert (standing.probability_eligible, standing.probability_best) == (None, None)
    assert standing.spread.reason == "insufficient_customers"


@pytest.mark.parametrize("zero", ["value", "units"])
def test_a_metric_that_is_all_zero_is_unknown_and_not_called_a_flat_fee(zero):
    amounts = np.exp(np.random.default_rng(0).normal(size=50))
    value, units = (amounts * (zero != which) for which in ("value", "units"))

    standing = standings(a=evidence_of(value, units))["a"]

    assert (standing.eligible, codes(standing)) == ("unknown", ["insufficient_customers"])
    assert "only 0 customers have both value and units" in standing.reasons[0].message


def test_a_metric_used_by_few_does_not_compete_with_one_used_by_all():
    value = np.exp(np.random.default_rng(0).normal(size=100))
    rare = np.where(np.arange(100) < 5, value, 0.0)

    ranking = rank(
        {"rare": evidence_of(value, rare), "units": evidence_of(value, value**0.9)}, seed=1, draws=100
    )

    assert ranking.recommended == "units"
    assert ranking.standings[1].probability_best is None


@pytest.mark.parametrize(
    ("score", "statistic", "reason"),
    [
        ("spread", "between", "too_few_periods"),
        ("spread", "within", "too_few_periods"),
        ("spread", "inside", "units_not_told_apart"),  # no customer's units are told apart
        ("capture_efficiency", "today", "no_bills"),  # no bill is known
        ("predictability", "unit_variation", "too_few_periods"),
        ("growth", "inside", "not_identified"),
    ],
)
def test_a_number_that_is_missing_says_why(score, statistic, reason):
    estimate = standings(a=business(0, 40, periods=1, bills=False))["a"].scores[score][statistic]

    assert estimate.value is None
    assert estimate.reason == reason


def test_every_metric_fails_and_none_is_recommended():
    ranking = rank(
        {"a": growing(0, 2000, correlation=0.0), "b": growing(1, 2000, correlation=-0.5)}, seed=1, draws=100
    )

    assert (ranking.recommended, ranking.verdict) == (None, "cannot_tell")
    assert {standing.eligible for standing in ranking.standings} == {"no"}


def test_a_lone_metric_whose_eligibility_is_open_needs_more_customers_not_more_rivals():
    ranking = rank({"a": growing(5, 40, correlation=0.5)}, seed=1, draws=300)

    assert (ranking.recommended, ranking.verdict, ranking.contenders) == ("a", "cannot_tell", ())
    assert ranking.customers_needed > 40


def test_the_bar_of_a_tie_is_as_wide_as_it_says():
    value = np.exp(np.random.default_rng(0).normal(size=2000))
    noise = np.random.default_rng(1).normal(size=2000)
    one = evidence_of(value, value * np.exp(0.3 * noise))

    verdicts = [
        rank(
            {"a": one, "b": evidence_of(value, value * np.exp(0.3 * (1 + wider) * noise))}, seed=1, draws=100
        ).verdict
        for wider in (0.9 * SAME, 1.2 * SAME)
    ]

    assert verdicts == ["tie", "clear"]
