"""Reporting weights: those who report stand for those who are silent, as far as traits tell."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.errors import InvalidInput
from models.resampling import bootstrap_weights
from models.unit_worth.reporting import Reporting


def book(seed: int, n: int, *, pull: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return two traits and who reports: the first trait pulls customers to report."""
    rng = np.random.default_rng(seed)
    traits = rng.normal(size=(n, 2)) * [1.0, 5.0] + [0.0, 20.0]
    return traits, (rng.random(n) < 1 / (1 + np.exp(-0.3 - pull * traits[:, 0]))).astype(float)


def sklearns(design: np.ndarray, reported: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Fit the same penalised likelihood: C = 1 is a normal prior with standard deviation 1."""
    model = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(
        design[:, :-1], reported, sample_weight=weights
    )
    return np.append(model.coef_[0], model.intercept_)


def test_the_fit_is_scikit_learns_with_the_same_penalty():
    traits, reported = book(0, 300)

    model = Reporting.fit(traits, reported)

    np.testing.assert_allclose(model.coefficients, sklearns(model.design, reported), atol=1e-4)


@pytest.mark.parametrize(("n", "left"), [(300, 0.15), (1000, 0.06)])
def test_one_newton_step_stands_for_a_refit_of_every_draw(n, left):
    # Measured: a tenth of what a full refit would move is missed at 300 customers, a twenty-fifth at 1,000.
    traits, reported = book(1, n)
    model, draws = Reporting.fit(traits, reported), bootstrap_weights(n, draws=20, seed=0)
    reporters = model.design[reported > 0]

    refitted = [1 / (1 + np.exp(-reporters @ sklearns(model.design, reported, row))) for row in draws]

    missed = np.abs(model.chances(draws) - refitted).mean()
    assert missed < left * np.abs(model.probability()[reported > 0] - refitted).mean()


def test_weights_undo_a_planted_selection():
    traits, reported = book(2, 4000, pull=1.5)
    model = Reporting.fit(traits, reported)

    (weights,) = model.weights(np.ones((1, 4000)))

    size = traits[:, 0]
    assert size[reported > 0].mean() > 0.35  # reporters are larger than the book, whose mean is 0
    assert np.average(size[reported > 0], weights=weights) == pytest.approx(0.0, abs=0.08)


def test_the_odds_of_silence_make_reporters_look_like_the_silent():
    traits, reported = book(3, 4000)
    model = Reporting.fit(traits, reported)

    (odds,) = model.odds_of_silence(np.ones((1, 4000)))

    silent = traits[reported == 0, 0].mean()
    assert np.average(traits[reported > 0, 0], weights=odds) == pytest.approx(silent, abs=0.08)
    assert odds.sum() == pytest.approx((reported == 0).sum(), rel=0.05)


def test_where_everybody_reports_nobody_stands_for_another():
    model = Reporting.fit(np.random.default_rng(0).normal(size=(30, 2)), np.ones(30))

    assert model.everybody
    np.testing.assert_array_equal(model.weights(np.full((1, 30), 2.0)), 2.0)
    np.testing.assert_array_equal(model.odds_of_silence(np.ones((1, 30))), 0.0)


def test_without_traits_everybody_stands_for_as_many():
    reported = (np.arange(40) < 10).astype(float)

    for traits in (np.zeros((40, 0)), np.ones((40, 3))):  # a trait that all share tells nothing
        weights = Reporting.fit(traits, reported).weights(np.ones((1, 40)))
        np.testing.assert_allclose(weights, 4.0, rtol=1e-6)


def test_no_customer_speaks_for_a_crowd():
    traits = np.append(np.full(200, -3.0), np.full(200, 3.0))[:, None]
    reported = np.append(np.arange(200) == 0, np.ones(200)).astype(float)

    (weights,) = Reporting.fit(traits, reported).weights(np.ones((1, 400)))

    assert weights.max() <= 8 * 400 / 200 * (1 + 1e-9)


def test_traits_that_foretell_reporting_perfectly_still_give_finite_weights():
    size = np.linspace(-1, 1, 100)[:, None]

    model = Reporting.fit(size, (size[:, 0] > 0).astype(float))

    assert np.isfinite(model.coefficients).all()
    assert ((model.probability() > 0) & (model.probability() < 1)).all()


def test_the_scale_of_a_trait_does_not_matter():
    traits, reported = book(4, 200)

    here, abroad = (
        Reporting.fit(each, reported).probability() for each in (traits, traits * [1e6, 1e-6] + 7.0)
    )

    np.testing.assert_allclose(here, abroad, rtol=1e-6)


@pytest.mark.parametrize(
    ("traits", "reported", "message"),
    [
        (np.zeros((5, 1)), np.zeros(5), "nobody reports"),
        (np.zeros((5, 1)), np.ones(4), "one row per customer: 5 against 4"),
    ],
)
def test_a_book_without_reporters_or_with_loose_rows_is_refused(traits, reported, message):
    with pytest.raises(InvalidInput, match=message):
        Reporting.fit(traits, reported)
