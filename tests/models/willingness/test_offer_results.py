"""Losses for other reasons are a share with an interval; offers that went one way bound nothing."""

from __future__ import annotations

import pytest
from scipy import stats

from models.errors import NotEstimable
from models.willingness.offer_results import (
    LOST,
    LOST_ON_PRICE,
    LOST_OTHERWISE,
    WON,
    lost_otherwise,
    require_enough,
)


def counted(won: int, priced: int, otherwise: int = 0, lost: int = 0) -> dict[str, int]:
    return {WON: won, LOST_ON_PRICE: priced, LOST_OTHERWISE: otherwise, LOST: lost}


def test_losses_without_a_reason_are_divided_as_those_with_one():
    found = lost_otherwise(counted(60, 20, 10, 10), 0.9)

    other = 10 * (1 + 10 / 30)
    assert found.value == pytest.approx(other / 100)
    assert found.low == pytest.approx(stats.beta.ppf(0.05, other + 0.5, 100 - other + 0.5))


def test_without_a_decided_offer_nothing_is_known():
    assert lost_otherwise(counted(0, 0), 0.9).reason == "no_quotes"


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (counted(0, 0, 9), "no_quotes"), (counted(30, 0, 9), "only_lower_bounds"),
        (counted(0, 30), "only_upper_bounds"), (counted(30, 4), "insufficient_quotes"),
    ],
)  # fmt: skip
def test_offers_that_bound_the_median_on_one_side_are_refused(counts, reason):
    with pytest.raises(NotEstimable) as refusal:
        require_enough(counts)

    assert refusal.value.reason == reason


def test_five_on_either_side_are_enough():
    require_enough(counted(5, 3, lost=2))
