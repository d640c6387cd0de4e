"""What customers' value is believed to be lies nearer the truth than what they report, and than what alike ones get."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InvalidInput
from models.pricing.raises.alike import drawn_towards_alike


def world(seed: int, *, n: int = 600):
    """Return true log value, what is reported of it, its noise, and the logs of bill and units."""
    rng = np.random.default_rng(seed)
    known = rng.normal(size=(n, 2))
    true = 5 + known @ np.array([0.7, 0.3]) + 0.4 * rng.standard_normal(n)
    noise = rng.uniform(0.02, 0.8, n)
    reported = np.where(rng.random(n) < 0.5, true + np.sqrt(noise) * rng.standard_normal(n), np.nan)
    return true, reported, noise, known


def error(found, true):
    return float(np.sqrt(np.mean((found - true) ** 2)))


@pytest.mark.parametrize("seed", range(5))
def test_belief_is_nearer_the_truth_than_reports_and_than_what_alike_customers_get(seed: int) -> None:
    true, reported, noise, known = world(seed)
    told = np.isfinite(reported)
    x = np.column_stack([np.ones(true.size), known])[told]
    alike = x @ np.linalg.lstsq(x, reported[told], rcond=None)[0]

    found, _ = drawn_towards_alike(reported, noise, known)

    assert error(found[told], true[told]) < 0.9 * error(alike, true[told])
    assert error(found[told], true[told]) < 0.6 * error(reported[told], true[told])


@pytest.mark.parametrize("seed", range(5))
def test_who_reports_nothing_is_believed_to_get_what_alike_customers_get(seed: int) -> None:
    true, reported, noise, known = world(seed)
    silent = ~np.isfinite(reported)

    found, _ = drawn_towards_alike(reported, noise, known)

    assert error(found[silent], true[silent]) == pytest.approx(0.4, rel=0.15)
    assert abs(float((found - true)[silent].mean())) < 0.1


def test_the_variance_is_that_of_the_error() -> None:
    ratios = []
    for seed in range(10):
        true, reported, noise, known = world(seed, n=2000)
        told = np.isfinite(reported)
        found, variance = drawn_towards_alike(reported, noise, known)
        square = (found - true) ** 2 / variance
        ratios.append([square[told].mean(), square[~told].mean()])

    np.testing.assert_allclose(np.mean(ratios, axis=0), 1, atol=0.1)


def test_reports_without_noise_are_believed() -> None:
    true, reported, noise, known = world(1)
    told = np.isfinite(reported)

    found, _ = drawn_towards_alike(reported, 0 * noise, known)

    np.testing.assert_allclose(found[told], reported[told])
    np.testing.assert_array_equal(found, drawn_towards_alike(reported, np.full(true.size, np.nan), known)[0])


def test_few_reports_are_drawn_towards_their_mean_and_tell_nothing_of_others() -> None:
    _, reported, noise, known = world(2, n=30)
    told = np.isfinite(reported)

    found, _ = drawn_towards_alike(reported, noise, known)

    np.testing.assert_array_equal(np.isfinite(found), told)
    assert found[told].std() < reported[told].std()


def test_nobody_is_known_where_nobody_reports() -> None:
    _, reported, noise, known = world(3)

    assert np.isnan(drawn_towards_alike(np.full_like(reported, np.nan), noise, known)).all()


def test_a_silent_customer_of_whom_nothing_is_known_stays_unknown() -> None:
    _, reported, noise, known = world(4)
    silent = int(np.flatnonzero(~np.isfinite(reported))[0])
    known[silent, 1] = np.nan

    found, _ = drawn_towards_alike(reported, noise, known)

    assert np.isnan(found[silent])
    assert np.isfinite(np.delete(found, silent)).all()


def test_currency_and_order_change_nothing() -> None:
    _, reported, noise, known = world(5)
    order = np.random.default_rng(0).permutation(reported.size)
    found, _ = drawn_towards_alike(reported, noise, known)

    dearer, _ = drawn_towards_alike(reported + np.log(100), noise, known + np.log(100))
    other, _ = drawn_towards_alike(reported[order], noise[order], known[order])

    np.testing.assert_allclose(dearer, found + np.log(100))
    np.testing.assert_allclose(other, found[order])


def test_shapes_that_do_not_fit_are_refused() -> None:
    _, reported, noise, known = world(6)

    with pytest.raises(InvalidInput, match="noise must be of shape"):
        drawn_towards_alike(reported, noise[1:], known)
    with pytest.raises(InvalidInput, match="known have a row for each"):
        drawn_towards_alike(reported, noise, known[1:])
