"""The likelihood of ends: its maximum against scikit-learn's, and errors by customer against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from models.retention import ends_likelihood
from models.retention.customer_months import BANDS, CustomerMonths, Design
from models.retention.ends_likelihood import chances, climb
from tests.models.retention.books import book, changed


def competing(seed: int, customers: int = 300) -> CustomerMonths:
    months = book(seed, customers)
    rng = np.random.default_rng(seed)
    return changed(months, ended=months.ended * rng.integers(1, 3, len(months)))


def rows_of(months: CustomerMonths, design: Design) -> np.ndarray:
    return np.concatenate([block.copy() for _, block in design.blocks(months.age, months.covariates)])


@pytest.mark.parametrize("kinds", [1, 2])
def test_the_maximum_is_where_scikit_learn_finds_it(kinds):
    from sklearn.linear_model import LogisticRegression

    months = book(3) if kinds == 1 else competing(3)
    design = Design.of(months, BANDS)

    fit = climb(months, design, prior_sd=1e3)

    peer = LogisticRegression(C=1e8, fit_intercept=False, tol=1e-10, max_iter=2_000)
    rows = rows_of(months, design)
    peer.fit(rows, months.ended)
    np.testing.assert_allclose(chances(rows, fit.log_odds), peer.predict_proba(rows)[:, 1:], atol=2e-5)


@pytest.mark.parametrize("kinds", [1, 2])
def test_errors_are_those_of_customers_scores_added_up(kinds):
    months = book(1, 200) if kinds == 1 else competing(1, 200)
    design = Design.of(months, BANDS)
    fit = climb(months, design, prior_sd=3.0)
    rows, chance = rows_of(months, design), None

    chance = chances(rows, fit.log_odds)
    hits = months.ended[:, None] == np.arange(1, kinds + 1)
    scores = np.concatenate([rows * (hits - chance)[:, [kind]] for kind in range(kinds)], axis=1)
    summed = np.stack([scores[months.customer == each].sum(axis=0) for each in range(200)])
    weights = np.eye(kinds)[None] * chance[:, :, None] - chance[:, :, None] * chance[:, None, :]
    curvature = np.einsum("mjl,mp,mq->jplq", weights, rows, rows).reshape(scores.shape[1], -1)
    bread = np.linalg.inv(curvature + np.eye(len(curvature)) / 9)
    known = bread @ (summed.T @ summed * 200 / 199 + np.eye(len(curvature)) / 9) @ bread
    np.testing.assert_allclose(fit.covariance, known, rtol=1e-5, atol=1e-9)


def test_a_first_climb_on_fewer_rows_changes_nothing(monkeypatch):
    months = competing(2)
    design = Design.of(months, BANDS)

    at_once = climb(months, design, prior_sd=3.0)
    monkeypatch.setattr(ends_likelihood, "_FIRST", 500)
    in_two = climb(months, design, prior_sd=3.0)

    np.testing.assert_allclose(in_two.log_odds, at_once.log_odds, atol=1e-5)


def test_chances_of_one_end_are_those_of_two_of_which_one_never_happens():
    rows = np.random.default_rng(0).normal(size=(50, 3))
    odds = np.array([[0.3], [-1.0], [0.5]])

    both = chances(rows, np.concatenate([odds, np.zeros((3, 1))], axis=1) * 1.0)
    one = chances(rows, odds)

    np.testing.assert_allclose(both[:, 0] / (1 - both[:, 1]), one[:, 0])
    assert np.isfinite(chances(1e4 * rows, np.tile(odds, (1, 2)))).all()
