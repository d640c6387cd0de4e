"""The market: shares against a count of people, best prices and how sure they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.market import Market
from models.choice.preferences import Population, Preferences
from models.errors import InvalidInput
from models.estimate import Label

SHARE, MONEY = Label(unit="share"), Label(unit="EUR/month")
OFFERS = np.array([[9.0, 0, 1], [12.0, 0, 3], [7.0, 0, 0.5], [0, 1, 0]])  # two of ours, a competitor, none


def people(seed: int = 0, kinds: int = 40, draws: int = 200, doubt: float = 0.1) -> Preferences:
    rng = np.random.default_rng(seed)
    beta = np.column_stack(
        [rng.normal(-1.5, 0.4, kinds), rng.normal(-1, 1, kinds), rng.normal(1, 0.5, kinds)]
    )
    moved = beta + rng.normal(0, doubt, (draws, 1, 3))
    for each in (beta, moved):
        each[..., 0] = -np.exp(each[..., 0])
    return Preferences(
        names=("price", "none", "speed"), price=0, none=1, respondents=kinds, clusters=kinds,
        best=Population(beta[None], np.full((1, kinds), 1 / kinds)),
        drawn=Population(moved, np.full((draws, kinds), 1 / kinds)),
    )  # fmt: skip


MARKET = Market(people=people(), offers=OFFERS, own=(0, 1), cost=np.array([4.0, 5, 0, 0]))


def test_shares_are_the_mean_of_everybodys_probabilities_and_sum_to_one():
    beta = MARKET.people.best.beta[0]
    power = np.exp(beta @ OFFERS.T)
    by_hand = (power / power.sum(axis=1, keepdims=True)).mean(axis=0)

    shares = MARKET.shares(SHARE)

    np.testing.assert_allclose([each.value for each in shares], by_hand, rtol=1e-12)
    assert sum(each.value for each in shares) == pytest.approx(1)
    assert all(each.low < each.value < each.high for each in shares)


def test_shares_are_those_of_a_simulated_crowd():
    rng = np.random.default_rng(1)
    beta = np.repeat(MARKET.people.best.beta[0], 5000, axis=0)
    taken = np.argmax(beta @ OFFERS.T + rng.gumbel(size=(len(beta), 4)), axis=1)

    found = [each.value for each in MARKET.shares(SHARE)]

    np.testing.assert_allclose(found, np.bincount(taken) / len(beta), atol=0.004)


def test_a_dearer_product_loses_to_everything_else():
    dearer = OFFERS[:, 0] + [[0, 0, 0, 0], [2, 0, 0, 0]]

    today, after = MARKET.taken(MARKET.people.best, dearer)[0]

    assert after[0] < today[0]
    assert (after[1:] > today[1:]).all()


def test_tiers_are_priced_together_and_the_best_list_beats_every_other():
    grid = np.array([[a, b, 7.0, 0.0] for a in range(5, 25, 2) for b in range(6, 40, 2)])

    best = MARKET.best(grid, MONEY)
    gains = MARKET.gains(MARKET.people.best, grid)[0]

    assert best.place == np.argmax(gains)
    assert best.gain.value == pytest.approx(gains.max())
    alone = max(MARKET.best(grid[grid[:, 1] == 12.0], MONEY).gain.value, 0)
    assert best.gain.value > alone, "moving one price alone earns less"


def test_the_surer_we_are_of_tastes_the_surer_the_best_price_and_the_less_there_is_to_regret():
    grid = np.tile(OFFERS[:, 0], (15, 1))
    grid[:, 0] = np.linspace(5, 33, 15)

    sure, unsure = (
        replace(MARKET, people=people(doubt=doubt), own=(0,)).best(grid, MONEY) for doubt in (0.01, 0.4)
    )

    assert sure.probability.sum() == pytest.approx(1)
    assert sure.probability.max() > unsure.probability.max()
    assert 0 <= sure.regret < unsure.regret
    assert sure.gain.high - sure.gain.low < unsure.gain.high - unsure.gain.low


def test_revenue_ignores_costs_and_so_asks_for_a_lower_price():
    grid = np.tile(OFFERS[:, 0], (40, 1))
    grid[:, 0] = np.linspace(1, 40, 40)
    market = replace(MARKET, own=(0,))

    assert grid[market.best(grid, MONEY, profit=False).place, 0] < grid[market.best(grid, MONEY).place, 0]


@pytest.mark.parametrize(
    ("broken", "says"),
    [({"offers": OFFERS[:, :2]}, "3 columns"), ({"own": ()}, "own"), ({"own": (7,)}, "own")],
)
def test_a_market_that_does_not_fit_together_is_refused(broken, says):
    with pytest.raises(InvalidInput, match=says):
        replace(MARKET, **broken)
