"""Held-out choices: what is learned from, what is tested, and the hit rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.holdout import Holdout, Individuals
from models.estimate import Label
from tests.models.choices import choices

LABEL = Label(unit="share")
BETA = np.tile([-0.3, -1.0, 0.5, 0.2], (60, 1))
TASKS = choices(BETA, seed=0, tasks=[1, 4, 7], alternatives=[2, 3])


def test_the_last_task_of_everybody_with_several_is_held_out():
    split = Holdout.of(TASKS)

    assert split.learn.n_respondents == 60
    assert split.learn.n_tasks + split.test.n_tasks == TASKS.n_tasks
    assert split.who.tolist() == [n for n in range(60) if n % 3]
    last = TASKS.respondent_starts[1:][split.who] - 1
    np.testing.assert_array_equal(split.test.X[split.test.chosen], TASKS.X[TASKS.chosen[last]])


def test_where_everybody_answered_once_nothing_can_be_held_out():
    assert Holdout.of(choices(BETA, seed=0, tasks=1)) is None


def test_the_hit_rate_counts_choices_of_the_likeliest_alternative():
    split = Holdout.of(TASKS)
    rows = np.split(split.test.X @ BETA[0], split.test.task_starts[1:-1])
    by_hand = np.mean(
        [
            each.argmax() == chosen
            for each, chosen in zip(rows, split.test.chosen - split.test.task_starts[:-1], strict=True)
        ]
    )

    rate = split.hit_rate(Individuals(BETA[:, None], np.ones((60, 1))), LABEL)

    assert rate.value == pytest.approx(by_hand)
    assert 0 < rate.low < rate.value < rate.high < 1
    assert rate.value > split.chance > 0.2


def test_tastes_are_weighed_by_how_likely_they_are():
    split = Holdout.of(TASKS)
    both = np.stack([BETA, -BETA], axis=1)

    right, wrong = (
        split.hit_rate(Individuals(both, np.tile(weight, (60, 1))), LABEL).value
        for weight in ([0.99, 0.01], [0.01, 0.99])
    )

    assert right > 0.5 > wrong


def test_a_respondent_without_weight_does_not_count():
    split = Holdout.of(replace(TASKS, weight=(np.arange(60) < 30).astype(float)))
    half = Holdout.of(TASKS.only(TASKS.respondent_of_task < 30))
    tastes = Individuals(BETA[:, None], np.ones((60, 1)))

    assert split.hit_rate(tastes, LABEL).value == pytest.approx(half.hit_rate(tastes, LABEL).value)
