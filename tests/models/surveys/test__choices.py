"""Answers of the table `choices`: what becomes a task, an attribute, a weight, and what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.errors import NotEstimable
from models.surveys._base import Columns
from models.surveys._choices import ChoiceAnswers


def table(*rows: tuple[Any, ...]) -> Columns:
    """Columns from rows (respondent, task, alternative, chosen, price, support, seats)."""
    names = ("respondent_id", "task", "alternative", "chosen", "price", "support", "seats")
    texts = ("respondent_id", "task", "alternative", "support")
    return {
        name: np.array(column, dtype=object if name in texts else float)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


NAN = np.nan
ROWS = (
    ("ann", "1", "a", 1, 5, "email", 1),
    ("ann", "1", "b", 0, 9, "phone", 3),
    ("ann", "1", "none", 0, NAN, None, NAN),
    ("ann", "2", "a", 0, 7, "phone", 2),
    ("ann", "2", "b", 0, 6, "email", 5),
    ("ann", "2", "c", 1, 4, "chat", 1),
    ("bob", "1", "a", 0, 8, "phone", 1),
    ("bob", "1", "none", 1, NAN, None, NAN),
)


def test_rows_become_tasks_of_unequal_length_with_a_constant_for_none():
    answers = ChoiceAnswers.of(table(*ROWS))

    tasks = answers.tasks
    assert (tasks.n_respondents, tasks.n_tasks, tasks.n_rows) == (2, 3, 8)
    assert np.diff(tasks.task_starts).tolist() == [3, 3, 2]
    assert (tasks.names[tasks.price], tasks.names[tasks.none]) == ("price", "none")
    assert tasks.X[2].tolist() == [0, 1, *[0] * (tasks.n_columns - 2)]
    assert answers.prices.tolist() == [4, 5, 6, 7, 8, 9]
    assert answers.incomplete == 0


@pytest.mark.parametrize(
    ("row", "change", "why"),
    [
        (1, {4: NAN}, "a product without a price"),
        (1, {6: NAN}, "a product without one of its attributes"),
        (1, {5: None}, "a product without one of its attributes"),
        (1, {3: 1}, "two choices"),
        (0, {3: 0}, "no choice"),
    ],
)
def test_a_task_that_lacks_something_is_left_out_whole_and_counted(row, change, why):
    rows = [list(each) for each in ROWS]
    for place, value in change.items():
        rows[row][place] = value

    answers = ChoiceAnswers.of(table(*map(tuple, rows)))

    assert answers.incomplete == 1, why
    assert answers.tasks.n_tasks == 2
    assert answers.tasks.n_respondents == 2


def test_a_task_of_a_single_alternative_is_left_out():
    answers = ChoiceAnswers.of(table(*ROWS, ("bob", "2", "a", 1, 3, "chat", 2)))

    assert answers.incomplete == 1


def test_columns_of_the_contract_and_empty_ones_are_no_attributes():
    columns = table(*ROWS) | {
        "item": np.array(["pro"] * 8, dtype=object),
        "customer_id": np.array(["c"] * 8, dtype=object),
        "currency": np.array(["EUR"] * 8, dtype=object),
        "colour": np.array([None] * 8, dtype=object),
        "size": np.full(8, NAN),
    }

    assert set(ChoiceAnswers.of(columns).coding.attributes) <= {"price", "none", "support", "seats"}


def test_weights_and_customers_are_those_of_respondents():
    columns = table(*ROWS) | {
        "weight": np.array([2.0] * 6 + [0.5] * 2),
        "customer_id": np.array(["acme"] * 8, dtype=object),
    }

    tasks = ChoiceAnswers.of(columns).tasks

    assert tasks.weight.tolist() == [2.0, 0.5]
    assert tasks.cluster.tolist() == [0, 0]


def test_the_same_task_number_of_two_respondents_is_two_tasks():
    answers = ChoiceAnswers.of(table(*ROWS[:3], *ROWS[6:]))

    assert np.diff(answers.tasks.respondent_starts).tolist() == [1, 1]


def test_nothing_that_was_never_chosen_is_read_as_if_it_had_not_been_offered():
    bought = (("bob", "1", "a", 1, 8, "phone", 1), ("bob", "1", "none", 0, NAN, None, NAN))

    answers = ChoiceAnswers.of(table(*ROWS[:6], *bought))

    assert answers.none_never_chosen
    assert answers.tasks.none is None
    assert "none" not in answers.coding.names
    assert np.diff(answers.tasks.task_starts).tolist() == [2, 3]
    assert answers.incomplete == 1  # bob's task, of which one product is left
    assert not ChoiceAnswers.of(table(*ROWS)).none_never_chosen


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("ann", "1", "a", 0, 5, "x", 1), ("ann", "1", "b", 0, 6, "y", 2)], "no_choices"),
        ([("ann", "1", "a", 1, 5, "x", 1), ("ann", "1", "b", 0, 5, "y", 2)], "price_never_varied"),
        ([("ann", "1", "a", 0, 5, "x", 1), ("ann", "1", "none", 1, NAN, None, NAN)], "none_always_chosen"),
        ([("ann", "1", "a", 1, 5, "x", 1), ("ann", "1", "none", 0, NAN, None, NAN)], "none_never_chosen"),
    ],
)
def test_answers_that_say_nothing_about_prices_are_refused_with_the_reason(rows, reason):
    with pytest.raises(NotEstimable) as refusal:
        ChoiceAnswers.of(table(*rows))

    assert refusal.value.reason == reason


def test_the_method_is_offered_where_choices_and_prices_were_given():
    columns = table(*ROWS)

    assert ChoiceAnswers.offered(columns)
    assert not ChoiceAnswers.offered({**columns, "price": np.full(8, NAN)})


def test_who_weighs_nothing_counts_neither_as_a_respondent_nor_as_a_customer():
    weight = np.array([1.0] * 6 + [0.0] * 2)

    tasks = ChoiceAnswers.of({**table(*ROWS), "weight": weight}).tasks

    assert (tasks.n_respondents, tasks.n_clusters) == (1, 1)
    assert tasks.weight.tolist() == [1.0]
