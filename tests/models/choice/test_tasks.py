"""Tasks: choices of any number of tasks and alternatives as arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.choice.tasks import Tasks
from models.errors import InvalidInput
from tests.models.choices import choices

RAGGED = choices(np.tile([-0.3, -1.0, 0.5, 0.2], (5, 1)), seed=0, tasks=[1, 4, 2], alternatives=[1, 3, 2])


def test_offsets_follow_unequal_tasks_and_alternatives():
    assert np.diff(RAGGED.respondent_starts).tolist() == [1, 4, 2, 1, 4]
    assert np.diff(RAGGED.task_starts).tolist() == [2, 4, 3] * 4
    assert RAGGED.task_of_row[RAGGED.chosen].tolist() == list(range(RAGGED.n_tasks))


def test_differences_to_the_chosen_row_give_the_probability_of_each_choice():
    beta = np.array([-0.3, -1.0, 0.5, 0.2])
    utilities = np.split(RAGGED.X @ beta, RAGGED.task_starts[1:-1])
    chosen = RAGGED.chosen - RAGGED.task_starts[:-1]
    by_hand = [np.exp(u[c]) / np.exp(u).sum() for u, c in zip(utilities, chosen, strict=True)]

    differences, starts = RAGGED.against_chosen
    found = 1 / (1 + np.add.reduceat(np.exp(differences @ beta), starts[:-1]))

    assert found == pytest.approx(by_hand)


def test_keeping_some_tasks_leaves_out_respondents_who_keep_none():
    keep = RAGGED.respondent_of_task != 2
    keep[1] = False

    kept = replace(RAGGED, weight=np.arange(5.0)).only(keep)

    assert kept.weight.tolist() == [0, 1, 3, 4]
    assert np.diff(kept.respondent_starts).tolist() == [1, 3, 1, 4]
    np.testing.assert_array_equal(kept.X[kept.chosen], RAGGED.X[RAGGED.chosen[keep]])


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"chosen": np.array([0, 0])}, "chosen row"),
        ({"task_starts": np.array([0, 3, 4])}, "two or more rows"),
        ({"X": np.full((4, 1), np.nan)}, "finite"),
        ({"weight": np.ones(1)}, "2 entries"),
        ({"names": ("price", "brand")}, "column per name"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(broken, says):
    sound = Tasks.from_rows(
        np.ones((4, 1)),
        names=["price"],
        price=0,
        respondent=[1, 1, 2, 2],
        task=[1, 1, 1, 1],
        chosen=[1, 0, 0, 1],
    )

    with pytest.raises(InvalidInput, match=says):
        replace(sound, **broken)


def test_a_task_without_a_choice_is_refused():
    with pytest.raises(InvalidInput, match="exactly one"):
        Tasks.from_rows(
            np.ones((4, 1)),
            names=["price"],
            price=0,
            respondent=[1] * 4,
            task=[1, 1, 2, 2],
            chosen=[1, 0, 0, 0],
        )
