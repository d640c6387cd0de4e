"""What every score of a candidate value metric must keep; a new score is tested by being there."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.checks import Floats
from models.ranking import scores
from models.value_metrics._base import MetricEvidence, MetricScore
from tests.models.evidence import business, chosen, from_periods, rescaled

KEEPS_COPIES_TOGETHER = {
    "by_value": "a price must not be scored on copies of the customers on whom it was chosen,",
    "by_customer": "so copies stay in one fold, while customers who only look alike",
    "flat_fee": "may fall into two:",
    "gain_over_flat_fee": "weight 2 is then not the same as two customers.",
}
"""The only statistics for which weight 2 need not equal the customer twice, with the reason."""

JUMPS = {"by_value", "by_customer", "flat_fee", "gain_over_flat_fee", "within", "unit_variation"}
"""Medians and best prices, which jump from customer to customer: their changes scatter around what is foretold."""

every_score = pytest.mark.parametrize("score", scores().values(), ids=list(scores()))
businesses = st.builds(
    business,
    seed=st.integers(0, 10_000),
    n=st.integers(1, 40),
    periods=st.sampled_from([1, 3, 6]),
    zeros=st.sampled_from([0.0, 0.1, 0.5]),
    inside=st.sampled_from([0, 1, 3]),
)
few_examples = settings(max_examples=25, deadline=None)


def at_sample(score: MetricScore, evidence: MetricEvidence) -> dict[str, Floats]:
    return score.evaluate(evidence, np.ones((1, evidence.n)))


def assert_same(one: dict[str, Floats], other: dict[str, Floats], *, rtol: float = 1e-7) -> None:
    for statistic, values in one.items():
        np.testing.assert_allclose(values, other[statistic], rtol=rtol, atol=1e-7, err_msg=statistic)


@every_score
@few_examples
@given(evidence=businesses, draws=st.integers(1, 4))
def test_what_is_returned_is_what_is_named_one_number_a_draw(score, evidence, draws):
    evaluated = score.evaluate(evidence, np.ones((draws, evidence.n)))
    counted = score.counted(evidence)

    assert set(evaluated) == set(score.statistics) == set(counted)
    assert all(values.shape == (draws,) for values in evaluated.values())
    assert all(0 <= count <= evidence.n for count in counted.values())
    assert score.method


@every_score
@few_examples
@given(evidence=businesses)
def test_every_number_lies_where_its_scale_allows_or_is_unknown(score, evidence):
    for statistic, values in at_sample(score, evidence).items():
        scale = score.statistics[statistic].scale

        assert np.isnan(values[0]) or scale.low <= values[0] <= scale.high, statistic


@every_score
@few_examples
@given(evidence=businesses, seed=st.integers(0, 1000))
def test_the_order_of_customers_does_not_matter(score, evidence, seed):
    shuffled = np.random.default_rng(seed).permutation(evidence.n)

    assert_same(at_sample(score, evidence), at_sample(score, chosen(evidence, shuffled)))


@every_score
@few_examples
@given(evidence=businesses, rate=st.floats(0.01, 100))
def test_another_currency_changes_nothing(score, evidence, rate):
    assert_same(at_sample(score, evidence), at_sample(score, rescaled(evidence, money=rate)))


@every_score
@few_examples
@given(evidence=businesses, size=st.floats(0.01, 100))
def test_counting_units_in_dozens_changes_nothing(score, evidence, size):
    assert_same(at_sample(score, evidence), at_sample(score, rescaled(evidence, units=size)))


@every_score
@few_examples
@given(seed=st.integers(0, 10_000), n=st.integers(3, 40), inside=st.sampled_from([0, 3]))
def test_a_customer_with_weight_two_is_that_customer_twice(score, seed, n, inside):
    # One period a customer: the pooled month-to-month noise is a property of the sample, not of a weighting.
    evidence = business(seed, n, periods=1, inside=inside)
    times = np.random.default_rng(seed).integers(0, 4, n)
    times[:2] = 1
    copies = np.repeat(np.arange(n), times)

    weighted = score.evaluate(evidence, times[None, :].astype(float))
    repeated = at_sample(score, chosen(evidence, copies))

    compared = score.statistics.keys() - KEEPS_COPIES_TOGETHER.keys() - {"inside"}
    assert_same({each: weighted[each] for each in compared}, repeated)


@every_score
@few_examples
@given(evidence=businesses, seed=st.integers(0, 1000))
def test_a_draw_has_the_same_numbers_in_whatever_company_it_is_drawn(score, evidence, seed):
    weights = np.random.default_rng(seed).integers(0, 3, (5, evidence.n)).astype(float)

    together = score.evaluate(evidence, weights)
    alone = score.evaluate(evidence, weights[3:4])

    assert_same({statistic: values[3:4] for statistic, values in together.items()}, alone, rtol=1e-12)


@every_score
@few_examples
@given(evidence=businesses)
def test_a_draw_without_weight_is_unknown_and_breaks_nothing(score, evidence):
    for statistic, values in score.evaluate(evidence, np.zeros((2, evidence.n))).items():
        assert np.isnan(values).all(), statistic


@every_score
@pytest.mark.parametrize("zero", ["value", "units", "both"])
def test_a_metric_that_is_all_zero_has_no_score_and_no_traceback(score, zero):
    amounts = np.ones((6, 12)) * np.arange(1.0, 13.0)
    value = amounts * (zero == "units")
    units = amounts * (zero == "value")

    numbers = at_sample(score, from_periods(value, units))

    about_size = {"zero_value_share", "value_without_units_share", "unit_variation", "effective_customers"}
    known = {statistic for statistic, values in numbers.items() if isfinite(values[0])}
    assert known <= about_size | {"by_value", "by_customer", "flat_fee", "gain_over_flat_fee"}


@every_score
@pytest.mark.parametrize("inside", [0, 3])
def test_the_influence_foretells_what_reweighting_does(score, inside):
    evidence = business(4, 3000, zeros=0.05, inside=inside)
    weights = np.random.default_rng(0).exponential(size=(100, evidence.n))
    weights /= weights.mean(axis=1, keepdims=True)

    at_rest = {key: float(values[0]) for key, values in at_sample(score, evidence).items()}
    reweighted = score.evaluate(evidence, weights)
    influence = score.influence(evidence, at_rest)

    assert set(influence) == set(score.statistics)
    for statistic in (key for key, value in at_rest.items() if isfinite(value)):
        change = reweighted[statistic] - reweighted[statistic].mean()
        foretold = (weights - 1) @ influence[statistic] / evidence.n
        slope = foretold @ change / (foretold @ foretold)
        assert abs(slope - 1) < (0.25 if statistic in JUMPS else 0.06), (statistic, slope)


@every_score
def test_influences_sum_to_nothing(score):
    evidence = business(4, 1000, zeros=0.05, inside=2)
    at_rest = {key: float(values[0]) for key, values in at_sample(score, evidence).items()}

    influence = score.influence(evidence, at_rest)

    for statistic in at_rest.keys() - {"effective_customers"}:  # the one statistic that grows with the sample
        h = influence[statistic]
        assert abs(h.mean()) < 0.01 * h.std(), statistic


@every_score
def test_a_bar_comes_with_the_words_for_missing_it(score):
    for statistic in score.statistics.values():
        has_bar = statistic.at_least is not None or statistic.at_most is not None

        assert bool(statistic.says) == has_bar
