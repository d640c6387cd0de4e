"""Growth of customers and when they outgrow a tier."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.tiers.expansion import climb, growth, months_until_outgrown


def test_a_customer_that_grows_for_sure_keeps_its_own_pace():
    months = np.arange(12.0)
    pace = np.array([0.0, 0.02, 0.06])
    units = np.exp(5 + pace[:, None] * months) - 1

    np.testing.assert_allclose(growth(units, np.ones((3, 12), dtype=bool)), pace, atol=1e-9)


def test_noisy_months_are_pulled_towards_what_customers_do_on_average():
    rng = np.random.default_rng(0)
    units = np.exp(5 + 0.03 * np.arange(12) + rng.normal(0, 0.4, (300, 12)))

    found = growth(units, np.ones((300, 12), dtype=bool))

    assert found.mean() == pytest.approx(0.03, abs=0.006)
    assert found.std() < 0.01


def test_a_short_history_grows_like_the_others():
    units = np.exp(5 + 0.03 * np.tile(np.arange(12.0), (3, 1)))
    known = np.ones((3, 12), dtype=bool)
    known[2, :10] = False

    assert growth(units, known)[2] == pytest.approx(0.03, abs=1e-3)


def test_without_any_history_nobody_grows():
    assert growth(np.ones((2, 12)), np.eye(2, 12, dtype=bool)).tolist() == [0.0, 0.0]


def test_who_shrinks_never_outgrows_and_who_is_above_already_has():
    months = months_until_outgrown(np.array([9.0, 9.0, 40.0]), np.full(3, 20.0), np.array([0.0, 0.1, -0.1]))

    assert months[0] == np.inf
    assert months[1] == pytest.approx(np.log(21 / 10) / 0.1)
    assert months[2] == 0


def test_customers_climb_as_they_grow_and_never_down() -> None:
    need, pace = np.array([5.0, 5.0, 40.0, 5.0]), np.array([0.1, 0.0, -0.1, 0.1])
    tier, months = np.array([0, 0, 1, -1]), np.arange(0.0, 61.0, 6.0)

    reached = climb(need, tier, np.array([10.0, 50.0, 60.0]), pace=pace, months=months)

    assert reached[0].tolist() == [0, 0, 1, -1]
    assert (np.diff(reached, axis=0) >= 0).all()
    assert reached[-1].tolist() == [2, 0, 1, -1]  # beyond the largest tier there is none
