"""Pooling: thin and noisy histories lean on their segment, rich ones stand for themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput, TooFewCustomers
from models.unit_worth.pooling import FEWEST_CUSTOMERS, PooledWorth, pool


def planted(seed: int, n: int, *, within: float = 0.4, between: float = 0.5) -> tuple[np.ndarray, ...]:
    """Return true log worths, their noisy measurements, the noise variances and the segments."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(0, 4, n)
    truth = 3 + rng.normal(0, between, 4)[segment] + rng.normal(0, within, n)
    noise = rng.choice([0.01, 0.1, 0.6], n)
    return truth, truth + rng.normal(0, np.sqrt(noise)), noise, segment


def squared_error(worth: np.ndarray, truth: np.ndarray) -> float:
    return float(np.mean((np.log(worth) - truth) ** 2))


@pytest.mark.parametrize("seed", range(5))
def test_pooled_worths_lie_nearer_the_truth_than_measured_ones_and_than_the_mean(seed):
    truth, measured, noise, segment = planted(seed, 300)

    pooled = pool(measured, noise, segment)

    assert squared_error(pooled.worth, truth) < 0.6 * squared_error(np.exp(measured), truth)
    assert squared_error(pooled.worth, truth) < 0.6 * squared_error(np.full(300, np.exp(truth.mean())), truth)


def test_it_comes_close_to_the_best_that_known_variances_allow():
    truth, measured, noise, segment = planted(0, 2000)
    centre = np.array([truth[segment == each].mean() for each in range(4)])[segment]
    kept = 0.16 / (0.16 + noise)

    best = squared_error(np.exp(kept * measured + (1 - kept) * centre), truth)

    assert squared_error(pool(measured, noise, segment).worth, truth) < 1.05 * best


def test_intervals_of_single_customers_cover_at_their_level():
    covered = []
    for seed in range(20):
        truth, measured, noise, segment = planted(seed, 200)
        pooled = pool(measured, noise, segment, level=0.9)
        covered.append((np.log(pooled.low) <= truth) & (truth <= np.log(pooled.high)))

    assert 0.86 <= np.mean(covered) <= 0.93


def test_the_noisier_a_customer_the_less_of_its_own_figure_it_keeps():
    _, measured, noise, segment = planted(0, 300)

    own = pool(measured, noise, segment).own_share

    kept = [own[noise == each].mean() for each in (0.01, 0.1, 0.6)]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > 0.9
    assert kept[2] < 0.35


def test_a_customer_that_reported_nothing_gets_its_segments_worth():
    _, measured, noise, segment = planted(1, 300)
    measured[:3] = np.nan, -np.inf, np.nan

    pooled = pool(measured, noise, segment)

    for silent in range(3):
        twin = np.exp(measured[3:][segment[3:] == segment[silent]].mean())
        assert pooled.own_share[silent] == 0
        assert pooled.worth[silent] == pytest.approx(twin, rel=0.2)


def test_a_segment_in_which_nobody_reported_gets_the_populations_worth():
    _, measured, noise, segment = planted(1, 300)
    segment[:2] = 4
    measured[:2] = np.nan

    pooled = pool(measured, noise, segment)

    assert pooled.worth[0] == pooled.worth[1]
    assert np.exp(measured[2:].min()) < pooled.worth[0] < np.exp(measured[2:].max())


def test_segments_that_differ_by_luck_alone_are_pulled_together():
    rng = np.random.default_rng(0)
    segment = np.repeat(np.arange(10), 10)
    measured = 3 + rng.normal(0, 0.5, 100)

    pooled = pool(measured, np.full(100, 10.0), segment)  # nobody's own figure is worth anything

    assert np.ptp(np.log(pooled.worth)) < 0.2 * np.ptp(
        [measured[segment == each].mean() for each in range(10)]
    )


def test_the_deconvolved_worths_spread_as_the_true_ones_do():
    truth, measured, noise, segment = planted(2, 2000)

    pooled = pool(measured, noise, segment)

    spreads = [float(np.std(np.log(each))) for each in (pooled.worth, pooled.deconvolved, np.exp(measured))]
    assert spreads == sorted(spreads)
    assert spreads[1] == pytest.approx(np.std(truth), rel=0.05)


def test_unknown_noise_counts_as_the_typical_customers():
    _, measured, noise, segment = planted(0, 100)
    holes, filled = noise.copy(), noise.copy()
    holes[:10], filled[:10] = np.nan, np.median(noise[10:])

    np.testing.assert_allclose(pool(measured, holes, segment).worth, pool(measured, filled, segment).worth)


def test_without_any_known_noise_each_customer_keeps_its_own_figure():
    _, measured, _, segment = planted(0, 100)

    np.testing.assert_allclose(
        pool(measured, np.full(100, np.nan), segment).worth, np.exp(measured), rtol=1e-6
    )


def test_customers_who_are_all_alike_stay_as_they_are():
    pooled = pool(np.full(20, 3.0), np.zeros(20), np.zeros(20, dtype=int))

    np.testing.assert_allclose(pooled.worth, np.exp(3.0))
    np.testing.assert_allclose(pooled.deconvolved, np.exp(3.0))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(-5, 5), st.integers(0, 1000))
def test_neither_the_currency_nor_the_order_of_customers_matters(seed, log_rate, order):
    _, measured, noise, segment = planted(seed, 40)
    shuffled = np.random.default_rng(order).permutation(40)

    here, abroad = (
        pool(measured, noise, segment),
        pool((measured + log_rate)[shuffled], noise[shuffled], segment[shuffled]),
    )

    for name in ("worth", "low", "high"):
        np.testing.assert_allclose(
            getattr(abroad, name), getattr(here, name)[shuffled] * np.exp(log_rate), rtol=1e-6
        )
    np.testing.assert_allclose(abroad.own_share, here.own_share[shuffled], rtol=1e-6)


def test_a_customer_lies_inside_its_own_interval():
    pooled: PooledWorth = pool(*planted(0, 50)[1:])

    assert ((pooled.low <= pooled.worth) & (pooled.worth <= pooled.high)).all()


def test_too_few_customers_are_refused_with_their_number():
    with pytest.raises(TooFewCustomers) as refusal:
        pool(np.append(np.zeros(FEWEST_CUSTOMERS - 1), np.nan), np.ones(8), np.zeros(8, dtype=int))

    assert (refusal.value.needed, refusal.value.got) == (8, 7)


@pytest.mark.parametrize(("level", "noise"), [(90, 0.1), (0.9, -0.1)])
def test_a_level_is_a_share_and_noise_is_no_debt(level, noise):
    with pytest.raises(InvalidInput, match=r"level must be a share|noise must be finite and ≥ 0"):
        pool(np.zeros(20), np.full(20, noise), np.zeros(20, dtype=int), level=level)
