"""The lot must be fair and lasting, its information what a study really gains, and the stop rule rarely false."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from models.errors import InvalidInput
from models.pricing.raises.waves import information, leaving, lots, stop_at

IDS = [f"c{at:05d}" for at in range(20_000)]


def test_lots_are_uniform_and_no_customer_shares_its_own() -> None:
    drawn = lots(IDS, seed=3)

    shares = np.histogram(drawn, bins=10, range=(0, 1))[0] / len(IDS)

    assert np.abs(shares - 0.1).max() < 4 * np.sqrt(0.09 / len(IDS))
    assert np.unique(drawn).size == len(IDS)


def test_a_customers_lot_does_not_depend_on_who_else_is_there() -> None:
    assert lots(IDS, seed=3)[::7].tolist() == lots(IDS[::7], seed=3).tolist()


def test_lots_of_two_seeds_have_nothing_to_do_with_each_other() -> None:
    correlation = np.corrcoef(lots(IDS, seed=1), lots(IDS, seed=2))[0, 1]

    assert abs(correlation) < 4 / np.sqrt(len(IDS))


def test_information_is_the_variance_by_which_the_elasticity_really_scatters() -> None:
    """Log θ of simulated waves, by maximum likelihood, must scatter as its information says."""
    rng = np.random.default_rng(5)
    n, theta, base, often = 4_000, 4.0, -2.0, 3
    u = np.log(1.2) * (np.arange(n) < n // 2)
    eta = np.full((1, n), base)
    told = information(
        eta, np.full((1, n), theta), u, decisions=np.full(n, often), stratum=np.zeros(n, dtype=int)
    )
    estimates = []
    for _ in range(400):
        left, seen = np.zeros(2), np.zeros(2)
        for arm, mine in enumerate((u == 0, u > 0)):
            there = int(mine.sum())
            for _ in range(often):
                gone = rng.binomial(there, special.expit(base + theta * u[mine][0]))
                left[arm], seen[arm], there = left[arm] + gone, seen[arm] + there, there - gone
        odds = special.logit(left / seen)
        estimates.append(np.log((odds[1] - odds[0]) / np.log(1.2)))

    assert np.std(estimates) == pytest.approx(told[0] ** -0.5, rel=0.12)


def test_nothing_is_learned_where_all_of_a_stratum_are_asked_the_same() -> None:
    u = np.log(1.1) * np.repeat([0.0, 1.0], 50)
    apart = np.repeat([0, 1], 50)

    told = information(
        np.zeros((2, 100)), np.ones((2, 100)), u, decisions=np.ones(100, dtype=int), stratum=apart
    )

    assert told == pytest.approx([0, 0], abs=1e-12)


def test_a_wave_that_goes_as_foretold_is_stopped_at_most_as_rarely_as_said() -> None:
    rng = np.random.default_rng(2)
    gone = special.expit(rng.normal(-2.5, 0.4, (400, 1)) + rng.normal(0, 0.8, (1, 70)))
    most = stop_at(gone, false_stop=0.05)
    assert most is not None

    draws = rng.integers(0, 400, 40_000)
    leavers = (rng.random((draws.size, 70)) < gone[draws]).sum(axis=1)

    assert (leavers >= most).mean() < 0.05 + 0.005
    assert (leavers >= most - 1).mean() > 0.05 - 0.02


def test_a_wave_too_small_to_tell_has_no_number_to_stop_at() -> None:
    assert stop_at(np.full((3, 2), 0.4)) is None
    assert stop_at(np.full((3, 2), 0.01)) == 1


def test_who_decides_more_often_has_left_more_likely() -> None:
    eta, slope = np.full((1, 2), -2.0), np.ones((1, 2))

    once, thrice = leaving(eta, slope, np.zeros(2), np.array([1, 3]))[0]

    assert once == pytest.approx(special.expit(-2.0))
    assert thrice == pytest.approx(1 - (1 - once) ** 3)


def test_a_wave_without_customers_is_refused() -> None:
    nobody = np.zeros((2, 0))

    with pytest.raises(InvalidInput, match="customers"):
        stop_at(nobody)
    with pytest.raises(InvalidInput, match="customers"):
        information(
            nobody, nobody, np.zeros(0), decisions=np.zeros(0, dtype=int), stratum=np.zeros(0, dtype=int)
        )
