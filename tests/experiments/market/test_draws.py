"""Businesses differ within the ranges that are promised, and more than a third is outside."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.market import draw_business

BUSINESSES = [draw_business(seed) for seed in range(300)]


def test_one_seed_gives_one_business():
    assert draw_business(11) == draw_business(11)
    assert draw_business(11) != draw_business(12)


def test_more_than_a_third_is_outside_the_assumptions():
    assert np.mean([business.outside for business in BUSINESSES]) > 1 / 3


@pytest.mark.parametrize(
    ("low", "high", "draw"),
    [
        (50, 600, lambda business: business.customers),
        (12, 36, lambda business: business.months),
        (3, 5, lambda business: len(business.metrics)),
        (1, 3, lambda business: sum(kpi.monetised for kpi in business.kpis)),
        (0.03, 0.40, lambda business: business.price.wtp_ratio),
        (0.9, 2.0, lambda business: business.price.hypothetical_bias),
        (0.0, 8.0, lambda business: business.price.churn_slope),
        (0.60, 0.95, lambda business: business.reporting.share),
    ],
    ids=["customers", "months", "metrics", "kpis", "wtp_ratio", "bias", "churn_slope", "reporting"],
)
def test_draws_fill_the_range_that_is_promised(low, high, draw):
    drawn = [draw(business) for business in BUSINESSES]

    assert low <= min(drawn)
    assert max(drawn) <= high
    assert max(drawn) - min(drawn) > 0.8 * (high - low)


def test_raises_are_random_in_some_businesses_and_confounded_in_others():
    assert {business.price.raise_assignment for business in BUSINESSES} == {
        "randomised",
        "policy",
        "negotiated",
    }
