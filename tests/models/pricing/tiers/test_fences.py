"""Which tier a feature begins in: right where tiers differ, everywhere where they do not or nobody can tell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.pricing.tiers.fences import fence

LOOKS = 6


def three_tiers(each: int) -> np.ndarray:
    return np.repeat([0, 1, 2], each)


def test_a_feature_begins_where_customers_want_it_more() -> None:
    rng = np.random.default_rng(0)
    tier = three_tiers(40)

    for first in (1, 2):
        values = rng.lognormal(np.where(tier >= first, 4.0, 2.0), 0.5)
        assert fence(values, tier, looks=LOOKS).from_tier == first


def test_what_all_want_alike_is_in_every_tier_but_for_one_time_in_twenty() -> None:
    rng = np.random.default_rng(1)
    tier = three_tiers(30)

    wrong = [fence(rng.lognormal(2.0, 1.0, tier.size), tier, looks=2).from_tier > 0 for _ in range(400)]

    assert np.mean(wrong) < 0.08


def test_probability_and_interval_are_those_of_brunner_and_munzel() -> None:
    rng = np.random.default_rng(2)
    tier = np.repeat([0, 1], [30, 20])
    values = np.round(rng.normal(tier * 0.8, 1.0), 1)  # with ties

    found = fence(values, tier, looks=1, level=0.95).wanted_more
    theirs = stats.brunnermunzel(values[tier == 0], values[tier == 1])

    assert found.value is not None
    assert found.low is not None
    reach = found.value - found.low
    above, below = values[tier == 1][:, None], values[tier == 0][None, :]
    assert found.value == pytest.approx(((above > below) + (above == below) / 2).mean())
    freedom, error = 45.0, (found.value - 0.5) / theirs.statistic
    assert reach / error == pytest.approx(stats.t.ppf(0.975, freedom), rel=0.01)


def test_all_above_all_is_no_certainty_in_small_groups() -> None:
    tier = np.repeat([0, 1], 5)

    found = fence(np.arange(10.0), tier, looks=1)

    assert found.wanted_more.value == 1
    assert found.wanted_more.low is not None
    assert found.wanted_more.low < 0.9


def test_with_too_few_customers_on_a_side_nothing_is_said() -> None:
    tier = np.array([0] * 30 + [1] * 4)

    found = fence(np.arange(34.0), tier, looks=1)

    assert found.from_tier == 0
    assert found.wanted_more.reason == "insufficient_customers"


def test_the_scale_of_money_and_the_order_of_customers_change_nothing() -> None:
    rng = np.random.default_rng(3)
    tier = three_tiers(20)
    values = rng.lognormal(tier * 1.0, 1.0)
    mixed = rng.permutation(tier.size)

    one, scaled, moved = (
        fence(v, t, looks=LOOKS)
        for v, t in ((values, tier), (100 * values, tier), (values[mixed], tier[mixed]))
    )

    assert one == scaled
    assert moved.from_tier == one.from_tier
    assert moved.wanted_more.value == pytest.approx(one.wanted_more.value)
