"""One chain: its likelihood however computed, and that its sweeps leave the posterior as it is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from models.choice import _sampler_kernels as kernels
from models.choice._langevin import Steps, Stride
from models.choice._sampler import Chain, Place, Prior
from models.choice._sampler_kernels import Likelihood
from models.choice.logit import likelihood as logit_likelihood
from models.choice.tasks import Tasks
from models.convergence import mean_error
from tests.models.choices import choices

SIGNS = np.array([-1.0, 0.0, 0.0, 1.0])


def people(n, seed=0, **shape):
    rng = np.random.default_rng(seed)
    beta = np.column_stack([-np.exp(rng.normal(-1.5, 0.5, n)), rng.normal([-2, 1, 0.5], [1, 1, 0.3], (n, 3))])
    return choices(beta, seed=seed, **shape)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 30))
def test_numba_numpy_and_plain_loops_agree_whatever_the_tasks(seed, size):
    tasks = people(7, seed, tasks=[1, 5, 3], alternatives=[1, 2, 6])
    rows, starts = tasks.against_chosen
    beta = np.random.default_rng(seed).normal(0, size, (7, 4))
    arguments = beta, rows, starts, tasks.respondent_starts

    value, gradient = kernels.by_numpy(*arguments)

    for kernel in (kernels.compiled_kernel(), kernels._by_loops):
        other_value, other_gradient = kernel(*arguments)
        np.testing.assert_allclose(other_value, value, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(other_gradient, gradient, rtol=1e-11, atol=1e-11)


def test_the_likelihood_is_the_logits_where_all_have_the_same_tastes():
    tasks = people(9, tasks=[2, 5], alternatives=[2, 3])
    beta = np.array([-0.2, -1.0, 0.7, 0.3])
    value, gradient, hessian = logit_likelihood(tasks, beta)
    same = np.tile(beta, (9, 1))

    likelihood = Likelihood(tasks, np.zeros(4))

    assert likelihood(same)[0].sum() == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(likelihood(same)[1].sum(axis=0), gradient, rtol=1e-9)
    np.testing.assert_allclose(likelihood.curvature(same).sum(axis=0), -hessian, rtol=1e-9)


def test_the_gradient_is_the_likelihoods_slope_in_tastes_of_known_sign_too():
    likelihood = Likelihood(people(3, tasks=4), SIGNS)
    tastes = np.random.default_rng(1).normal(-1, 0.5, (3, 4))

    slope = optimize.approx_fprime(tastes.ravel(), lambda at: likelihood(at.reshape(3, 4))[0].sum(), 1e-7)

    np.testing.assert_allclose(likelihood(tastes)[1].ravel(), slope, rtol=1e-4, atol=1e-5)


def test_tastes_out_of_all_bounds_give_finite_numbers():
    likelihood = Likelihood(people(3, tasks=4), SIGNS)

    value, gradient = likelihood(np.full((3, 4), 1e4))

    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_where_nothing_can_be_cached_the_kernel_is_compiled_all_the_same(monkeypatch):
    import numba

    def nowhere_to_write(*, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", nowhere_to_write)

    assert kernels.compiled_kernel.__wrapped__() is kernels._by_loops


def test_without_numba_numpy_computes(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)

    assert kernels.compiled_kernel.__wrapped__() is None


def test_importing_the_models_of_choice_does_not_import_numba():
    program = "import sys, models.choice.hierarchical_bayes; print('numba' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize("length", [0.3, 1.0, 2**0.5])
def test_a_normal_target_of_the_known_precision_is_never_refused(length):
    rng = np.random.default_rng(3)
    root = rng.normal(size=(5, 3, 3))
    precision = root @ root.transpose(0, 2, 1) + np.eye(3)
    steps, here, noise = Steps(), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    steps.precondition(precision)
    steps.length = length
    slope = -np.einsum("nij,nj->ni", precision, here)

    step = steps.propose(slope, noise, steps.stride())
    there = here + step
    slope_then = -np.einsum("nij,nj->ni", precision, there)
    gain = (np.einsum("nk,nk->n", there, slope_then) - np.einsum("nk,nk->n", here, slope)) / 2

    np.testing.assert_allclose(gain + steps.way_back(step, slope_then, noise, steps.stride()), 0, atol=1e-9)


def test_a_random_walk_is_as_likely_forth_as_back():
    steps, rng = Steps(), np.random.default_rng(0)
    steps.precondition(np.tile(np.diag([1.0, 4.0]), (3, 1, 1)))
    noise, stride = rng.normal(size=(3, 2)), Stride(0.0, 1.7)
    slope = rng.normal(size=(3, 2))

    step = steps.propose(slope, noise, stride)

    np.testing.assert_allclose(steps.way_back(step, slope, noise, stride), 0, atol=1e-12)


def choose_again(tasks: Tasks, likelihood: Likelihood, place: Place, rng: np.random.Generator) -> Tasks:
    """Let people choose anew, as their tastes say."""
    beta = likelihood.coefficients(place.tastes)[tasks.respondent_of_task][tasks.task_of_row]
    utility = np.einsum("rk,rk->r", tasks.X, beta) + rng.gumbel(size=tasks.n_rows)
    best = np.maximum.reduceat(utility, tasks.task_starts[:-1])
    return replace(tasks, chosen=np.flatnonzero(utility == best[tasks.task_of_row]))


def test_answers_drawn_from_tastes_and_tastes_from_answers_leave_the_prior():
    """Geweke (2004): a sampler that is right in every factor returns to the prior; one that is not drifts."""
    rng = np.random.default_rng(5)
    tasks = people(4, 2, tasks=[1, 2], alternatives=2)
    tasks = replace(tasks, X=tasks.X[:, [0, 2]] / [10, 1], names=("price", "fast"), none=None)
    signs = np.array([-1.0, 0.0])
    prior = Prior(location=np.array([0.5, 0.0]), strength=0.7, degrees=9.0, scatter=np.array([2.0, 9.0]))
    likelihood = Likelihood(tasks, signs)
    chain = Chain(likelihood, prior, rng)
    for _ in range(50):
        chain.warm_up()
    figures = []
    for _ in range(5000):
        chain.sweep()
        # How people answer next depends on where the chain is; its way of stepping stays as it was.
        tasks = choose_again(tasks, likelihood, chain.place, rng)
        likelihood = chain.likelihood = Likelihood(tasks, signs)
        value, gradient = likelihood(chain.place.tastes)
        chain.place = chain.place._replace(value=value, gradient=gradient)
        tastes, _, _, mean, precision = chain.place
        away = mean - prior.location
        means = [
            away,
            prior.strength * (precision @ away) * away - 1,
            np.diag(precision) * prior.scatter / prior.degrees - 1,
            (((tastes - mean) @ precision) * (tastes - mean)).mean(axis=0) - 1,
        ]
        figures.append(np.concatenate(means))

    found = np.array(figures)[None]
    assert np.abs(found.mean(axis=(0, 1)) / mean_error(found)).max() < 4
    assert mean_error(found).max() < 0.08  # or the test could not tell
