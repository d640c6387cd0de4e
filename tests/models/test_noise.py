"""Noise has the covariance it is asked for, singular or not, and the tails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.noise import noise


def covariance(seed: int, size: int, rank: int) -> np.ndarray:
    half = np.random.default_rng(seed).normal(size=(size, rank))
    return half @ half.T


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.data())
def test_the_covariance_is_the_one_that_was_asked_for_even_where_it_is_singular(seed, size, data):
    wanted = covariance(seed, size, data.draw(st.integers(1, size)))

    found = np.cov(noise(wanted, 40_000, np.random.default_rng(seed)), rowvar=False).reshape(size, size)

    scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    assert np.abs((found - wanted) / np.maximum(scale, 1e-300)).max() < 0.05


def test_with_few_degrees_of_freedom_every_combination_is_students_t():
    wanted, along = covariance(3, 3, 3), np.array([1.0, -2.0, 0.5])

    drawn = noise(wanted, 20_000, np.random.default_rng(1), freedom=4) @ along

    scaled = drawn / np.sqrt(along @ wanted @ along)
    assert stats.kstest(scaled, stats.t(4).cdf).pvalue > 0.01
    assert stats.kstest(scaled, stats.norm.cdf).pvalue < 1e-6


def test_which_signs_and_order_eigenvectors_have_does_not_matter(monkeypatch):
    wanted, eigh = covariance(5, 4, 4), np.linalg.eigh
    plain = noise(wanted, 50, np.random.default_rng(2))

    def turned(matrix):
        values, vectors = eigh(matrix)
        return values[::-1], -vectors[:, ::-1]

    monkeypatch.setattr(np.linalg, "eigh", turned)

    assert noise(wanted, 50, np.random.default_rng(2)) == pytest.approx(plain, rel=1e-9)
