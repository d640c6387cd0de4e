"""Guard rails: what they allow is exactly what they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pricing.tiers.guards import NO_GUARDS, Guards

FEES = np.array([10.0, 14.0, 20.0, 50.0])
ALLOWANCES, OVERAGE = np.array([5.0, 5.0, 20.0]), np.array([np.inf, 3.0, np.inf])


def guards(**limits: object) -> Guards:
    return Guards(fees=FEES, allowances=ALLOWANCES, overage_prices=OVERAGE, **limits)  # type: ignore[arg-type]


def test_a_cliff_is_the_step_to_the_next_fee_or_the_overage_price_if_that_is_less():
    rails = guards(max_cliff=0.5)

    assert rails.cliff((0, 0), (2, 2)) == pytest.approx(1.0)
    assert rails.cliff((1, 0), (2, 2)) == pytest.approx(0.3)
    assert not rails.hold([(0, 0), (2, 2)])
    assert rails.hold([(1, 0), (2, 2)])
    assert rails.hold([(2, 3)])  # above the last tier nothing is sold


def test_a_customer_is_spared_where_some_tier_holds_its_need_for_little_more():
    rails = guards(max_rise=0.2, needs=np.array([4.0, 8.0]), bills=np.array([12.0, 17.0]))

    assert rails.hold([(0, 0), (2, 2)])
    assert rails.hold([(1, 0)])  # 10 + 3 × 3 = 19 ≤ 1.2 × 17
    assert not rails.hold([(0, 0)])  # nothing holds a need of 8
    assert not rails.hold([(0, 0), (2, 3)])


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=3, unique_by=lambda tier: tier[1]),
    st.one_of(st.none(), st.floats(0, 2)),
    st.one_of(st.none(), st.floats(0, 2)),
    st.integers(0, 1000),
)
def test_a_tier_is_allowed_exactly_where_the_menu_with_it_holds(others, cliff, rise, seed):
    rng = np.random.default_rng(seed)
    rails = guards(max_cliff=cliff, max_rise=rise, needs=30 * rng.random(4), bills=5 + 40 * rng.random(4))

    allowed = rails.allow(others)

    for kind in range(3):
        for fee in range(4):
            if fee not in {taken for _, taken in others}:
                holds = rails.hold([*others, (kind, fee)])
                assert (allowed is None or bool(allowed[kind, fee])) == holds


def test_without_limits_everything_is_allowed():
    assert NO_GUARDS.allow([(0, 0)]) is None
    assert NO_GUARDS.hold([(0, 0), (2, 3)])


def test_above_a_free_tier_any_step_is_a_cliff():
    rails = Guards(
        fees=np.array([0.0, 5.0]),
        allowances=np.array([1.0, 9.0]),
        overage_prices=np.full(2, np.inf),
        max_cliff=9.0,
    )

    assert rails.cliff((0, 0), (1, 1)) == np.inf
