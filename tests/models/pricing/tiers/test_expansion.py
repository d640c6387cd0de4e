"""Growth of customers and when they outgrow a tier."""

from __future__ import annotations

import numpy as np
import pytest

from models.pricing.tiers.expansion import climb, grown, growth


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


def test_growth_that_is_carried_on_continues_the_months_that_showed_it():
    pace = np.array([0.05, -0.05])
    units = np.exp(5 + pace[:, None] * np.arange(24.0)) - 1

    found = growth(units[:, :12], np.ones((2, 12), dtype=bool))

    np.testing.assert_allclose(grown(units[:, :12], found, months=12), units[:, 12:])


def test_nobody_shrinks_below_nothing():
    assert grown(np.array([[0.5, 0.0]]), np.array([-1.0]), months=36).tolist() == [[0.0, 0.0]]


def test_customers_climb_to_the_tier_that_they_would_take_and_never_down() -> None:
    preferred = np.array([[0, 0, 1, 0], [1, 0, 0, 1], [2, 0, 0, 2], [1, 0, 1, 2]])

    reached = climb(preferred, np.array([0, 0, 1, -1]))

    assert reached.T.tolist() == [[0, 1, 2, 2], [0, 0, 0, 0], [1, 1, 1, 1], [-1, -1, -1, -1]]


def test_a_customer_that_has_a_smaller_tier_than_it_likely_prefers_is_not_said_to_climb_at_once() -> None:
    assert climb(np.array([[1], [1], [2]]), np.array([0])).ravel().tolist() == [0, 0, 2]
