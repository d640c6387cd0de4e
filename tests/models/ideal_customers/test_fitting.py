"""From customers to a scorecard: calibrated, better than any one trait, and refused where it must be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.errors import InvalidInput, TooFewCustomers
from models.ideal_customers.fitting import fit_scorecard
from models.ideal_customers.levels import Coded
from models.ideal_customers.quality import reliability
from models.ideal_customers.rehearsal import FEWEST_OF_EACH
from models.ideal_customers.single_trait import chances_by_one_trait
from tests.models.ideal_customers.worlds import World, noise


def test_scores_of_new_customers_come_true():
    """Told of 250 customers by a score of 250 others: within sampling error at 5 % in nearly every world."""
    told = []
    for seed in range(30):
        world = World.draw(seed)
        fitted = fit_scorecard(world.traits, *world.customers(seed, 250)[:2], seed=seed)
        new, fared, _ = world.customers(seed + 500, 250)
        doubt = fitted.scorecard.calibration.doubt(fitted.scorecard.points(new))
        told.append(reliability(fitted.scorecard.scores(new), fared, doubt).p_value)

    assert np.mean(np.array(told) < 0.05) <= 0.17


def test_intervals_cover_the_chance_of_new_customers_and_the_share_that_succeeds_among_similar_scores():
    """Single customers fall short of 90 %: what is shrunk is biased, and the spread of effects is taken as known."""
    single, together = [], []
    for seed in range(20):
        world = World.draw(seed)
        card = fit_scorecard(world.traits, *world.customers(seed, 300)[:2], seed=seed).scorecard
        new, _, chance = world.customers(seed + 500, 5000)
        low, high = card.intervals(new)
        single.append((low <= chance) & (chance <= high))
        for part in np.array_split(np.argsort(card.scores(new), kind="stable"), 10):
            together.append(low[part].mean() <= chance[part].mean() <= high[part].mean())

    assert np.mean(single) >= 0.8
    assert np.mean(together) >= 0.9


def test_on_new_customers_it_orders_better_than_the_best_single_trait_in_hindsight():
    gains = []
    for seed in range(12):
        world = World.draw(seed, active=4)
        customers, success, _ = world.customers(seed, 400)
        card = fit_scorecard(world.traits, customers, success, seed=seed).scorecard
        new, fared, _ = world.customers(seed + 500, 10_000)
        rules = chances_by_one_trait(customers, success, new)
        best = max(roc_auc_score(fared, rules[:, at]) for at in range(rules.shape[1]))
        gains.append(roc_auc_score(fared, card.scores(new)) - best)

    assert np.mean(np.array(gains) > 0) >= 0.9


def test_in_noise_scores_hardly_differ():
    spreads = []
    for seed in range(12):
        world = noise(seed)
        card = fit_scorecard(world.traits, *world.customers(seed, 400)[:2], seed=seed).scorecard
        spreads.append(card.scores(world.customers(seed + 500, 1000)[0]).std())

    assert np.median(spreads) < 0.03


def test_scores_sum_to_the_successes_that_they_learned_from():
    world = World.draw(3)
    customers, success, _ = world.customers(3, 300)

    card = fit_scorecard(world.traits, customers, success, seed=0).scorecard

    assert card.scores(customers).sum() == pytest.approx(success.sum())


def test_without_traits_or_with_too_few_of_either_outcome_it_is_refused():
    world = World.draw(4)
    customers, _, _ = world.customers(4, 100)
    scarce = np.r_[np.ones(FEWEST_OF_EACH - 1), np.zeros(101 - FEWEST_OF_EACH)]

    with pytest.raises(InvalidInput, match="at least one trait"):
        fit_scorecard([], Coded(np.zeros((100, 0), dtype=np.int64), ()), scarce, seed=0)
    for outcome in (scarce, 1 - scarce):
        with pytest.raises(TooFewCustomers):
            fit_scorecard(world.traits, customers, outcome, seed=0)
