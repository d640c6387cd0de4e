"""Turnbull's curve: hand calculations, its optimality conditions, self-consistency, and its errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.censored.intervals import Intervals
from models.censored.turnbull import turnbull
from tests.models.censored.answers import between, in_currency, in_order, scattered

LADDER = np.array([5.0, 8, 12, 18])


def ragged(seed: int, n: int) -> Intervals:
    """Intervals of a ladder that span any number of its steps."""
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0.0], LADDER, [np.inf]])
    low = rng.integers(0, 5, n)
    high = low + 1 + rng.integers(0, 5, n) % (5 - low)
    return Intervals(
        lower=edges[low], upper=edges[high], weight=rng.integers(1, 4, n).astype(float), cluster=np.arange(n)
    )


def self_consistent(answers: Intervals, *, steps: int = 4_000) -> np.ndarray:
    """Efron's fixed point on the ladder's cells, thousands of steps of it: mass of each cell."""
    edges = np.concatenate([[0.0], LADDER, [np.inf]])
    covers = (edges[:-1] >= answers.lower[:, None]) & (edges[1:] <= answers.upper[:, None])
    mass = np.full(5, 0.2)
    for _ in range(steps):
        expected = covers * mass
        mass = answers.weight @ (expected / expected.sum(axis=1, keepdims=True)) / answers.weight.sum()
    return mass


def test_without_censoring_over_steps_it_is_the_share_of_answers():
    most = np.array([10.0, 20, 20, 30, 30, 30, 40, 40, 50, 60])
    prices = np.arange(10.0, 70, 10)

    curve = turnbull(between(most, prices))
    least, largest = curve.survival(prices)

    np.testing.assert_allclose(least, [1, 0.9, 0.7, 0.4, 0.2, 0.1], rtol=1e-12)
    np.testing.assert_allclose(least, largest)
    binomial = least * (1 - least) / 9
    np.testing.assert_allclose(curve.error(prices) ** 2, binomial, atol=1e-12)


def test_a_case_worked_by_hand():
    # Two know 1 of 2 cells each, one covers both: each cell keeps one half of him.
    answers = Intervals(
        lower=np.array([0.0, 5, 0]),
        upper=np.array([5.0, np.inf, np.inf]),
        weight=np.ones(3),
        cluster=np.arange(3),
    )

    curve = turnbull(answers)

    assert curve.survival(np.array([5.0]))[0] == pytest.approx([0.5])
    assert curve.log_likelihood == pytest.approx(2 * np.log(0.5))


def test_inside_a_cell_only_the_ends_of_the_share_are_known():
    curve = turnbull(between(np.array([3.0, 9.0]), np.array([5.0])))

    least, largest = curve.survival(np.array([2.0, 7.0]))

    np.testing.assert_allclose(least, [0.5, 0.0])
    np.testing.assert_allclose(largest, [1.0, 0.5])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 60))
def test_it_is_what_thousands_of_steps_of_self_consistency_reach(seed, n):
    answers = ragged(seed, n)
    edges = np.concatenate([[0.0], LADDER, [np.inf]])
    mass = self_consistent(answers)
    covers = (edges[:-1] >= answers.lower[:, None]) & (edges[1:] <= answers.upper[:, None])

    reached = float(answers.weight @ np.log(covers @ mass))

    assert turnbull(answers).log_likelihood == pytest.approx(reached, abs=1e-3)
    assert turnbull(answers).log_likelihood >= reached - 1e-8


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 80))
def test_no_mass_anywhere_would_be_likelier(seed, n):
    answers = scattered(seed, n)
    curve = turnbull(answers)
    covers = (curve.left >= answers.lower[:, None]) & (curve.right <= answers.upper[:, None])

    gradient = answers.weight @ (covers / (covers @ curve.mass)[:, None]) / answers.weight.sum()

    assert gradient.max() <= 1 + 1e-6
    assert curve.mass.sum() == pytest.approx(1, abs=1e-12)
    assert (curve.mass >= 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_weights_are_replication_order_is_nothing_and_currency_scales(seed):
    answers = ragged(seed, 40)
    times = answers.weight.astype(int)
    replicated = in_order(replace(answers, weight=np.ones(40)), np.repeat(np.arange(40), times))
    shuffled = in_order(answers, np.random.default_rng(seed).permutation(40))
    curve = turnbull(answers)

    for other, prices in (
        (replicated, LADDER),
        (shuffled, LADDER),
        (in_currency(answers, 1.5), 1.5 * LADDER),
    ):
        np.testing.assert_allclose(turnbull(other).survival(prices)[0], curve.survival(LADDER)[0], atol=1e-6)
    np.testing.assert_allclose(turnbull(replicated).error(LADDER), curve.error(LADDER), atol=1e-5)


def test_errors_are_those_of_many_samples():
    def answers(seed: int) -> Intervals:
        """Two bounds around one of three first prices."""
        rng = np.random.default_rng(seed)
        most, first = 10 * np.exp(0.6 * rng.standard_normal(300)), rng.integers(1, 3, 300)
        at = np.clip(np.searchsorted(LADDER, most, "right"), first - 1, first + 2)
        edges = np.concatenate([[0.0], LADDER, [np.inf]])
        low = np.where(at >= first + 1, np.minimum(at, first + 2), at)
        return Intervals(
            lower=np.where(low <= first - 1, 0.0, edges[low]), upper=np.where(low >= first + 2, np.inf, edges[low + 1]),
            weight=np.ones(300), cluster=np.arange(300),
        )  # fmt: skip

    curves = [turnbull(answers(seed)) for seed in range(300)]
    spread = np.std([curve.survival(LADDER)[0] for curve in curves], axis=0)
    claimed = np.mean([curve.error(LADDER) for curve in curves], axis=0)

    np.testing.assert_allclose(claimed, spread, rtol=0.15)
