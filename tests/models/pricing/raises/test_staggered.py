"""What past raises did: exact where there is no noise, as dummies give it, invariant, and refused where it must be."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NotEstimable
from models.pricing.raises.roll_out import NEVER, RollOut
from models.pricing.raises.staggered import Effect, Imputation

SINCE = np.repeat([4, 7, 9, NEVER], 15)
MONTHS = 12


def fit(outcome: np.ndarray, since: np.ndarray = SINCE) -> Effect:
    return Imputation(leads=3).fit(RollOut(outcome, since))


def calm(rng: np.random.Generator, n: int = SINCE.size) -> np.ndarray:
    return rng.normal(size=(n, 1)) + rng.normal(size=MONTHS)


def noisy(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    outcome = calm(rng) + rng.normal(0, 0.2, (SINCE.size, MONTHS))
    outcome[rng.random(outcome.shape) < 0.1] = np.nan
    return outcome


def after(since: np.ndarray = SINCE) -> np.ndarray:
    return np.arange(MONTHS) - since[:, None]


def test_without_noise_effects_are_exact_and_plain_two_way_is_not() -> None:
    grows = np.where(after() >= 0, 0.05 + 0.02 * after(), 0.0)

    found = fit(calm(np.random.default_rng(1)) + grows)

    assert found.path.value == pytest.approx(0.05 + 0.02 * np.arange(8))
    assert found.effect.value == pytest.approx(grows[after() >= 0].mean())
    assert found.path.customers.tolist() == [45, 45, 45, 30, 30, 15, 15, 15]
    assert found.two_way < 0.8 * found.effect.value
    assert (found.raised, found.waves, found.controls, found.cells) == (45, 3, 60, 15 * (8 + 5 + 3))


def test_effects_are_those_of_a_regression_on_dummies() -> None:
    outcome = noisy(2)
    seen = np.isfinite(outcome)
    who, at = np.nonzero(seen & (after() < 0))
    n = SINCE.size
    columns = np.hstack([who[:, None] == np.arange(n), at[:, None] == np.arange(MONTHS)]).astype(float)
    slow = np.linalg.lstsq(columns, outcome[who, at], rcond=None)[0]
    gap = outcome - slow[:n, None] - slow[n:]

    found = fit(outcome)

    assert found.effect.value == pytest.approx(gap[seen & (after() >= 0)].mean())
    assert found.path.value == pytest.approx([gap[seen & (after() == month)].mean() for month in range(8)])


def test_the_error_is_that_of_weights_written_out_cell_by_cell() -> None:
    """By dense algebra; residuals of raised cells are from the mean of the others of their wave and month."""
    outcome = noisy(3)
    seen = np.isfinite(outcome)
    free, raised = seen & (after() < 0), seen & (after() >= 0)
    n, (who, at) = SINCE.size, np.nonzero(free)
    z0 = np.hstack([who[:, None] == np.arange(n), at[:, None] == np.arange(MONTHS)]).astype(float)
    z1 = np.hstack(
        [np.nonzero(raised)[0][:, None] == np.arange(n), np.nonzero(raised)[1][:, None] == np.arange(MONTHS)]
    )
    v = np.where(raised, 1 / raised.sum(), 0.0)
    v[free] = -z0 @ np.linalg.pinv(z0.T @ z0) @ (z1.astype(float).T @ v[raised])
    slow = np.linalg.lstsq(z0, outcome[free], rcond=None)[0]
    left = np.where(seen, outcome - slow[:n, None] - slow[n:], 0.0)
    for wave in (4, 7, 9):
        for month in range(wave, MONTHS):
            mine = np.flatnonzero((wave == SINCE) & seen[:, month])
            left[mine, month] -= (left[mine, month].sum() - left[mine, month]) / (mine.size - 1)
    error = np.sqrt((np.where(seen, v * left, 0.0).sum(axis=1) ** 2).sum())

    estimate = fit(outcome).effect

    assert (estimate.high - estimate.value) / error == pytest.approx(1.6802, abs=1e-3)


def test_order_of_customers_and_levels_of_units_and_months_change_nothing() -> None:
    outcome, rng = noisy(4), np.random.default_rng(5)
    order = rng.permutation(SINCE.size)
    moved = outcome[order] + 10 * rng.normal(size=(SINCE.size, 1)) + 5 * rng.normal(size=MONTHS)

    first, second = fit(outcome), fit(moved, SINCE[order])

    assert second.effect.value == pytest.approx(first.effect.value)
    assert second.effect.low == pytest.approx(first.effect.low)
    assert second.path.error == pytest.approx(first.path.error)
    assert second.before.chance == pytest.approx(first.before.chance)


def test_the_last_wave_serves_where_nobody_is_never_raised() -> None:
    since = np.repeat([4, 8], 30)
    grows = np.where(after(since) >= 0, 0.1, 0.0)

    found = fit(calm(np.random.default_rng(6)) + grows, since)

    assert found.effect.value == pytest.approx(0.1)
    assert found.path.month.tolist() == [0, 1, 2, 3]
    assert (found.raised, found.waves) == (30, 1)


def test_customers_raised_before_the_data_begin_are_no_evidence() -> None:
    rng = np.random.default_rng(7)
    outcome = calm(rng) + np.where(after() >= 0, 0.1, 0.0)
    early = np.vstack([outcome, rng.normal(50, 9, (5, MONTHS))])

    found = fit(early, np.append(SINCE, [-3, -1, 0, 0, -2]))

    assert found.effect.value == pytest.approx(0.1)
    assert found.raised == 45


def test_a_customer_alone_in_its_month_does_not_make_an_answer_sure() -> None:
    rng = np.random.default_rng(8)
    since = np.append(np.arange(4, 10), np.repeat(NEVER, 30))
    outcome = calm(rng, since.size) + np.where(after(since) >= 0, rng.normal(0, 1, (since.size, 1)), 0.0)

    estimate = fit(outcome, since).effect

    assert estimate.high - estimate.low > 0.5


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (np.full(20, NEVER), "no_past_raises"),
        (np.full(20, 5), "nobody_untreated"),
        (np.repeat([0, NEVER], 10), "no_months_before"),
    ],
)
def test_where_nothing_can_be_compared_the_answer_says_why(since: np.ndarray, reason: str) -> None:
    with pytest.raises(NotEstimable) as refusal:
        fit(np.random.default_rng(9).normal(size=(20, MONTHS)), since)

    assert refusal.value.reason == reason
