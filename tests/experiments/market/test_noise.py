"""Noise factors have a mean of one, under the normal and under heavy tails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.market.noise import TAIL_LIMIT, mean_of_exponential, monthly_factors, standard_noise, stream


@pytest.mark.parametrize("tail_df", [None, 2.5])
@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_factors_have_a_mean_of_one(tail_df, memory):
    factors = monthly_factors(stream(1, "t"), (200, 5_000), log_sd=0.3, memory=memory, tail_df=tail_df)

    standard_error = factors.mean(axis=0).std() / np.sqrt(5_000)
    assert abs(factors.mean() - 1) < 4 * standard_error
    assert factors.min() > 0


@given(st.floats(0, 1.5), st.floats(2.1, 30))
def test_heavier_tails_never_have_a_smaller_exponential_mean_than_one(log_sd, tail_df):
    assert mean_of_exponential(log_sd, tail_df=tail_df) >= 1 - 1e-6


def test_memory_is_the_correlation_of_neighbouring_months():
    logs = np.log(monthly_factors(stream(2, "t"), (50, 4_000), log_sd=0.4, memory=0.5))

    assert np.corrcoef(logs[10], logs[11])[0, 1] == pytest.approx(0.5, abs=0.05)
    assert logs.std() == pytest.approx(0.4, rel=0.02)


def test_t_noise_is_pinned_and_has_heavier_tails_than_the_normal():
    heavy = standard_noise(stream(3, "t"), 50_000, tail_df=2.5)
    light = standard_noise(stream(3, "t"), 50_000, tail_df=None)

    assert np.abs(heavy).max() == TAIL_LIMIT
    assert (np.abs(heavy) > 4).mean() > 10 * (np.abs(light) > 4).mean()


def test_streams_of_different_names_are_different():
    assert stream(1, "a").random() != stream(1, "b").random()
