"""Quality: areas by their definition, intervals that cover, and reliability that true chances pass."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from models.ideal_customers.fitting import fit_scorecard
from models.ideal_customers.quality import quality_of, reliability
from models.ideal_customers.rehearsal import Rehearsal
from tests.models.ideal_customers.worlds import World, noise


def rehearsed(log_odds: np.ndarray, success: np.ndarray, picked: np.ndarray | None = None) -> Rehearsal:
    """A rehearsal in one block."""
    one, rule = log_odds[None, :], (log_odds if picked is None else picked)[None, :]
    base = np.full(one.shape, success.mean())
    nothing = np.zeros((success.size, 0))
    return Rehearsal(
        success, np.zeros(one.shape, dtype=np.int64), one, base, rule[:, :, None], rule, 1.0, nothing
    )


def drawn(seed: int, n: int = 300, *, sense: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1, 1, n).round(1)
    return log_odds, (rng.random(n) < expit(-1 + sense * (log_odds + 1))).astype(float)


def test_the_area_is_that_of_scikit_learn_ties_included():
    log_odds, success = drawn(0)

    found = quality_of(rehearsed(log_odds, success), expit(log_odds))

    assert found.area.value == pytest.approx(roc_auc_score(success, log_odds))


def test_skill_is_one_less_the_ratio_of_mean_squares():
    log_odds, success = drawn(1)

    found = quality_of(rehearsed(log_odds, success), expit(log_odds))

    ratio = np.mean((expit(log_odds) - success) ** 2) / success.var()
    assert found.skill.value == pytest.approx(1 - ratio)


def test_customers_are_compared_only_inside_a_block():
    log_odds, success = drawn(2)
    block = np.arange(300) % 2
    one = rehearsed(log_odds + 10 * block, success)
    parted = Rehearsal(
        one.success, block[None, :], one.log_odds, one.base, one.rules, one.picked, one.reuse, one.doubt
    )

    area = quality_of(parted, expit(log_odds)).area.value

    pairs = [success[block == at].sum() * (1 - success[block == at]).sum() for at in (0, 1)]
    areas = [roc_auc_score(success[block == at], log_odds[block == at]) for at in (0, 1)]
    assert area == pytest.approx(np.average(areas, weights=pairs))


def test_the_interval_of_the_area_covers_what_the_score_reaches_on_new_customers():
    held = []
    for seed in range(30):
        world = World.draw(seed)
        customers, success, _ = world.customers(seed, 250)
        fitted = fit_scorecard(world.traits, customers, success, seed=seed)
        found = quality_of(fitted.rehearsal, fitted.chances).area
        new, fared, _ = world.customers(seed + 500, 20_000)
        held.append(found.low <= roc_auc_score(fared, fitted.scorecard.scores(new)) <= found.high)

    assert np.mean(held) >= 0.8


def test_noise_is_seldom_said_to_foretell_and_planted_traits_nearly_always():
    def verdicts(world, seeds) -> list[str]:
        told = []
        for seed in seeds:
            found = world(seed)
            customers, success, _ = found.customers(seed, 300)
            fitted = fit_scorecard(found.traits, customers, success, seed=seed)
            told.append(quality_of(fitted.rehearsal, fitted.chances).predicts)
        return told

    assert verdicts(noise, range(30)).count("yes") <= 4
    assert verdicts(lambda seed: World.draw(seed, strength=1.5), range(12)).count("yes") >= 10


def test_a_score_beats_a_rule_that_knows_half_of_what_it_knows():
    rng = np.random.default_rng(4)
    one, other = rng.normal(0, 1, (2, 800))
    success = (rng.random(800) < expit(one + other)).astype(float)

    found = quality_of(rehearsed(one + other, success, picked=one), expit(one + other))

    assert found.gain.low > 0
    assert found.gain.value == pytest.approx(found.area.value - found.rule_area.value)


def test_a_score_gains_nothing_over_itself():
    log_odds, success = drawn(5)

    gain = quality_of(rehearsed(log_odds, success), expit(log_odds)).gain

    assert gain.low <= gain.value == 0 <= gain.high


@pytest.mark.parametrize("seed", range(3))
def test_true_chances_pass_and_boasting_ones_fail(seed):
    log_odds, success = drawn(seed, 2000)

    assert reliability(expit(log_odds), success).p_value > 0.02
    assert reliability(expit(2 * log_odds), success).p_value < 1e-4


def test_true_chances_are_called_false_as_often_as_the_level_says():
    p_values = [reliability(expit(log_odds), y).p_value for log_odds, y in map(drawn, range(300))]

    assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.09


def test_doubt_that_is_known_makes_a_miss_pardonable():
    log_odds, success = drawn(6, 2000)
    shifted = expit(log_odds + 0.5)

    assert reliability(shifted, success).p_value < 0.01
    assert reliability(shifted, success, np.full((2000, 1), 0.5)).p_value > 0.05


def test_bins_hold_everybody_once_and_never_part_equals():
    chances = np.repeat([0.1, 0.2, 0.35, 0.7], [150, 30, 5, 40])

    bins = reliability(chances, np.zeros(225)).bins

    assert sum(each.customers for each in bins) == 225
    assert [each.customers for each in bins] == [150, 30, 45]


def test_too_few_customers_have_no_bins_and_too_few_successes_no_area():
    assert reliability(np.full(5, 0.5), np.zeros(5)).p_value is None
    success = np.r_[np.ones(3), np.zeros(97)]

    found = quality_of(rehearsed(np.arange(100.0), success), np.full(100, 0.03))

    assert found.area.reason == found.skill.reason == found.gain.reason == "insufficient_customers"
    assert found.predicts == "cannot_tell"
