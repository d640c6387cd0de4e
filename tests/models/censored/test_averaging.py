"""The average of the laws: its weights, its draws, and what happens where a law cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest

from models.censored.averaging import average, mixture_of_scales
from models.censored.parametric import fit
from models.errors import NotEstimable
from models.estimate import Label
from tests.models.censored.answers import between, in_order, scattered

PRICE = np.geomspace(3, 40, 50)


def test_weights_are_those_of_the_information_criterion():
    answers = scattered(0, 80)
    averaged = average(answers)
    q = np.array([one.theta.size for one in averaged.fits])
    criterion = 2 * q * 80 / (79 - q) - 2 * np.array([one.log_likelihood for one in averaged.fits])

    expected = np.exp(-criterion / 2 + criterion.min() / 2)

    np.testing.assert_allclose(averaged.weights, expected / expected.sum(), rtol=1e-9)


def test_colleagues_and_the_scale_of_weights_make_no_model_more_certain():
    answers = scattered(1, 60)
    doubled = in_order(answers, np.repeat(np.arange(60), 2))

    straight = {
        one.law.name: w for one, w in zip(average(answers).fits, average(answers).weights, strict=True)
    }
    again = {one.law.name: w for one, w in zip(average(doubled).fits, average(doubled).weights, strict=True)}

    assert straight == pytest.approx(again, rel=1e-5)


def test_much_data_of_one_law_give_it_the_weight():
    rng = np.random.default_rng(0)
    averaged = average(between(12 * rng.weibull(1.5, 5000), np.geomspace(1, 60, 20)))

    weibull = sum(
        w for one, w in zip(averaged.fits, averaged.weights, strict=True) if one.law.name == "Weibull"
    )

    assert weibull > 0.9


def test_draws_never_rise_lie_around_the_average_and_repeat():
    averaged = average(scattered(2, 150))
    drawn = averaged.draws(500, PRICE, seed=3)

    assert drawn.shape == (500, 50)
    assert (np.diff(drawn, axis=1) <= 0).all()
    np.testing.assert_allclose(np.median(drawn, axis=0), averaged.survival(PRICE), atol=0.03)
    np.testing.assert_array_equal(drawn, averaged.draws(500, PRICE, seed=3))


def test_draws_spread_as_the_estimates_of_many_samples_do():
    price = np.array([6.0, 10, 16])
    found = np.std([fit(scattered(seed, 150)).survival(price) for seed in range(200)], axis=0)

    drawn = np.std(average(scattered(1000, 150)).draws(2000, price, seed=0), axis=0)

    assert (drawn > 0.8 * found).all()
    assert (drawn < 1.6 * found).all()


def test_without_any_model_the_first_ones_reason_is_given():
    with pytest.raises(NotEstimable) as refusal:
        average(between(np.full(9, 12.0), np.array([10.0, 14.0])))

    assert refusal.value.reason == "no_spread"


def test_the_scale_of_few_answers_is_not_too_small_on_average():
    rng, label = np.random.default_rng(4), Label(unit="log", level=0.9, method="as drawn")
    nearly_exact = np.geomspace(0.01, 100, 10_000)
    fits = [fit(between(np.exp(0.5 * rng.standard_normal(10)), nearly_exact)) for _ in range(300)]

    found = [mixture_of_scales([one], np.ones(1), label, draws=20, seed=0).value for one in fits]

    # The likeliest scale alone is a tenth too small.
    assert np.mean(np.log(found)) == pytest.approx(np.log(0.5), abs=0.04)
    assert np.mean(np.log([one.scale for one in fits])) < np.log(0.5) - 0.06
