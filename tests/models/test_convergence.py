"""R-hat and effective sample size: the reference's figures, and what they must show whoever computes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.convergence import bulk_ess, mean_error, split_rhat
from models.errors import InvalidInput


def walks(seed, chains, draws, keep, *, shift=0.0):
    x = np.random.default_rng(seed).standard_normal((chains, draws))
    for t in range(1, draws):
        x[:, t] += keep * x[:, t - 1]
    x[-1] += shift
    return x


def wide_first_chain(x):
    x[0] *= 3
    return x


# ArviZ 0.23.4: rhat(method="rank"), ess(method="bulk"), mcse(method="mean"); it gives no R-hat of one chain.
KNOWN = {
    "independent": (walks(1, 4, 1000, 0.0), 1.001569927811536, 4039.146787452132, 0.015782327741179405),
    "slow": (walks(2, 4, 1000, 0.9), 1.040175646452597, 139.94048004294518, 0.19402957666766385),
    "alternating, odd length": (
        walks(3, 2, 501, -0.5), 0.9989638572336973, 2891.4158080552534, 0.021828058006087565,
    ),
    "one chain elsewhere": (
        walks(4, 3, 400, 0.5, shift=1.5), 1.1782338312214082, 12.660081614911995, 0.38664033052826596,
    ),
    "one chain only": (walks(5, 1, 2000, 0.7), None, 296.53557021342306, 0.08045183187303373),
    "ties": (np.round(walks(6, 4, 300, 0.6)), 1.007498978796328, 315.61330568065523, 0.07310772483947132),
    "heavy tails": (
        wide_first_chain(np.exp(2 * walks(7, 4, 300, 0.6))),
        1.0199232467001618, 234.02428669375072, 3.937677845341026,
    ),
    "one chain wider": (
        wide_first_chain(walks(8, 4, 300, 0.6)), 1.1729704746630611, 299.8486535624798, 0.12009360994733993,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN)
def test_the_figures_are_those_of_arviz(case):
    x, rhat, ess, error = KNOWN[case]
    draws = x[..., None]

    if rhat is not None:
        assert split_rhat(draws)[0] == pytest.approx(rhat, rel=1e-10)
    assert bulk_ess(draws)[0] == pytest.approx(ess, rel=1e-10)
    assert mean_error(draws)[0] == pytest.approx(error, rel=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(10, 200))
def test_ranks_make_rhat_and_ess_blind_to_any_rising_transformation(seed, chains, draws):
    x = walks(seed, chains, draws, 0.5)[..., None]

    assert bulk_ess(np.exp(x)) == pytest.approx(bulk_ess(x), rel=1e-9)
    assert bulk_ess(7 * x - 3) == pytest.approx(bulk_ess(x), rel=1e-9)
    assert split_rhat(4 * x) == pytest.approx(split_rhat(x), rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_chains_and_of_parameters_does_not_matter(seed):
    x = np.random.default_rng(seed).normal(size=(3, 40, 4)).cumsum(axis=1)

    for figure in (split_rhat, bulk_ess, mean_error):
        np.testing.assert_allclose(figure(x[::-1]), figure(x), rtol=1e-9)
        np.testing.assert_allclose(figure(x[..., ::-1]), figure(x)[::-1], rtol=1e-9)


def test_the_error_of_the_mean_is_how_far_means_scatter():
    means = [walks(seed, 2, 800, 0.8).mean() for seed in range(300)]
    errors = [mean_error(walks(seed, 2, 800, 0.8)[..., None])[0] for seed in range(50)]

    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.15)


def test_draws_that_never_move_have_settled_and_those_that_stand_apart_have_not():
    still = np.ones((2, 20, 1))
    apart = still * np.array([1.0, 2.0])[:, None, None]

    assert split_rhat(still)[0] == 1
    assert bulk_ess(still)[0] == 40
    assert split_rhat(apart)[0] > 10


@pytest.mark.parametrize("draws", [np.zeros((4, 20)), np.zeros((4, 9, 1)), np.full((4, 20, 1), np.nan)])
def test_draws_without_meaning_are_refused(draws):
    with pytest.raises(InvalidInput):
        split_rhat(draws)
