"""Marginal worth: the elasticity that was planted, a bound for what is hidden, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from models.errors import NotIdentified, TooFewCustomers
from models.unit_worth.marginal import FEWEST_CUSTOMERS, MarginalWorth, marginal_worth


def found(
    seed: int, n: int, *, elasticity: float, confounding: float = 0.0, seen: bool = True
) -> MarginalWorth:
    """Plant an elasticity; a trait moves units by 1 and value by `confounding` beside it."""
    rng = np.random.default_rng(seed)
    trait, own, noise = rng.normal(size=(3, n))
    units = np.exp(1 + trait + 0.7 * own)
    value = 10 * units**elasticity * np.exp(confounding * trait + 0.3 * noise)
    other = rng.normal(size=n)
    traits = np.column_stack([trait if seen else other, other])
    return marginal_worth(value, units, traits, unit="EUR/posting", seed=seed)


@pytest.mark.parametrize("elasticity", [0.0, 0.6, 1.0])
def test_the_planted_elasticity_is_found_with_traits_held_fixed(elasticity):
    assert found(0, 3000, elasticity=elasticity, confounding=0.8).elasticity == pytest.approx(
        elasticity, abs=0.05
    )


def test_without_the_trait_the_answer_is_biased_and_the_bound_is_about_that():
    blind = found(0, 3000, elasticity=0.6, confounding=0.8, seen=False)

    assert blind.elasticity > 1.0  # the trait moved both
    assert blind.confounding_low < blind.estimate.value < blind.confounding_high


def test_it_is_the_elasticity_times_the_average_worth():
    rng = np.random.default_rng(0)
    units = np.exp(rng.normal(size=400))
    value = 5 * units**0.5

    exact = marginal_worth(value, units, np.zeros((400, 0)), unit="EUR/posting", seed=0)

    assert exact.elasticity == pytest.approx(0.5)
    assert exact.estimate.value == pytest.approx(0.5 * value.sum() / units.sum())


def test_without_traits_the_elasticity_is_the_slope_of_least_squares():
    rng = np.random.default_rng(0)
    units = np.exp(rng.normal(size=100))
    value = units * np.exp(rng.normal(0, 0.5, 100))

    slope = LinearRegression().fit(np.log(units)[:, None], np.log(value)).coef_[0]

    constant = np.ones((100, 2))  # a trait that everybody has holds nothing fixed
    assert marginal_worth(value, units, constant, unit="EUR/posting", seed=0).elasticity == pytest.approx(
        slope
    )


def test_the_interval_covers_the_planted_marginal_worth_in_nine_of_ten_businesses():
    # With elasticity 1, marginal and average worth are the same: 10 e^(0.3² / 2) in every business.
    truth, nothing_fixed, covered = 10 * np.exp(0.045), np.zeros((80, 0)), 0
    for seed in range(200):
        own, noise = np.random.default_rng(seed).normal(size=(2, 80))
        units = np.exp(own)
        value = 10 * units * np.exp(0.3 * noise)
        answer = marginal_worth(value, units, nothing_fixed, unit="EUR/posting", seed=seed).estimate
        covered += answer.low <= truth <= answer.high

    assert 0.85 <= covered / 200 <= 0.95


def test_it_is_always_called_an_association():
    assert [caveat.code for caveat in found(0, 100, elasticity=0.5).estimate.warnings] == ["association"]


def test_the_seed_is_the_answer():
    assert found(3, 100, elasticity=0.5) == found(3, 100, elasticity=0.5)


def test_too_few_customers_are_refused_with_their_number():
    with pytest.raises(TooFewCustomers) as refusal:
        found(0, FEWEST_CUSTOMERS - 1, elasticity=0.5)

    assert (refusal.value.needed, refusal.value.got) == (40, 39)


def test_units_that_everybody_has_alike_move_no_value():
    with pytest.raises(NotIdentified, match="the same units"):
        marginal_worth(np.arange(1.0, 51), np.full(50, 3.0), np.zeros((50, 0)), unit="EUR/posting", seed=0)


def test_units_that_traits_foretell_have_no_variation_of_their_own():
    size = np.random.default_rng(0).normal(size=200)

    with pytest.raises(NotIdentified, match="no variation of their own is left"):
        marginal_worth(np.exp(size), np.exp(2 * size), size[:, None], unit="EUR/posting", seed=0)
