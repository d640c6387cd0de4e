"""What was known of customers before goes with their price where it does, and seldom seems to where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput, NotEstimable
from models.pricing.raises.balance import balance_of, left_over


def world(
    customers: int = 600, *, seed: int = 0, goes: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two plans, of which one became dearer halfway; what was known differs by plan and by cohort anyway."""
    rng = np.random.default_rng(seed)
    plan, late = rng.integers(0, 2, customers), rng.integers(0, 2, customers)
    u = 0.3 * plan * late
    known = rng.standard_t(4, (customers, 3)) + plan[:, None] + 2.0 * late[:, None]
    known[:, 0] += goes * u
    known[:, 2] = rng.random(customers) < 0.2 + 0.2 * plan + 0.3 * late
    return u, np.column_stack([plan, late]).astype(float), known


def test_no_difference_is_seldom_said_to_be_one():
    said = np.mean([balance_of(*world(seed=seed)).chance < 0.05 for seed in range(600)])

    assert 0.02 < said < 0.075


def test_a_difference_is_found_with_its_size():
    worlds = [world(seed=seed, goes=2.0) for seed in range(100)]
    found = [balance_of(*each) for each in worlds]
    sizes = [each.value[0] * known[:, 0].std() for each, (*_, known) in zip(found, worlds, strict=True)]

    assert np.mean(sizes) == pytest.approx(2.0, rel=0.15)
    assert np.mean([abs(each.value[1]) < 1.645 * each.error[1] for each in found]) > 0.8


def test_what_does_not_vary_or_repeats_another_tells_nothing_more():
    u, levels, known = world()
    more = np.column_stack([known, np.ones(u.size), levels[:, 0], known[:, 0]])

    plain, found = balance_of(u, levels, known), balance_of(u, levels, more)

    assert found.chance == pytest.approx(plain.chance)
    assert np.isnan(found.value[[3, 4]]).all()
    assert found.value[5] == pytest.approx(plain.value[0])


def test_neither_units_nor_order_matter():
    u, levels, known = world(goes=1.0)
    order = np.random.default_rng(1).permutation(u.size)

    plain = balance_of(u, levels, known)
    other = balance_of(u[order], levels[order], 1000 * known[order] - 5)

    assert other.chance == pytest.approx(plain.chance)
    np.testing.assert_allclose(other.value, plain.value)


def test_a_price_that_levels_tell_and_nothing_known_are_refused():
    u, levels, known = world()
    with pytest.raises(NotEstimable) as refusal:
        balance_of(levels[:, 0], levels, known)
    assert refusal.value.reason == "plans_moved_together"

    with pytest.raises(NotEstimable) as refusal:
        balance_of(u, levels, levels)
    assert refusal.value.reason == "nothing_known_before"

    with pytest.raises(InvalidInput):
        balance_of(u[:-1], levels, known)


def test_nothing_is_left_of_what_levels_tell():
    u, levels, _ = world()

    assert np.abs(left_over(3 + 2 * levels, levels)).max() < 1e-9
    assert np.abs(levels.T @ left_over(u, levels)).max() < 1e-9
