"""Answers to a conjoint survey: the table `choices` as tasks, its other columns coded as attributes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.choice.coding import NONE, Coding, code, identified
from models.choice.tasks import Tasks
from models.errors import NotEstimable
from models.surveys._base import Answers, Columns, clusters, given, weights_of

_NEEDED = ("respondent_id", "task", "alternative", "chosen", "price")
CONTRACT = frozenset((*_NEEDED, "item", "customer_id", "weight", "currency", "row_id"))
"""Columns that are no attributes."""


@dataclass(frozen=True, eq=False)
class ChoiceAnswers(Answers):
    """Choices of one survey.

    Parameters
    ----------
    tasks
        Everything that can be used, in the columns that the tasks tell apart.
    coding
        How attributes became these columns.
    prices
        Shape (m,): the prices shown, rising.
    incomplete
        Tasks left out: an attribute or a price missing, not exactly one choice, a single alternative.
    none_never_chosen
        Whether buying nothing was offered and never chosen: how little it is liked has then no bound, so that
        the tasks are read as if it had not been offered.
    """

    table: ClassVar = "choices"
    required: ClassVar = _NEEDED

    tasks: Tasks
    coding: Coding
    prices: Floats
    incomplete: int
    none_never_chosen: bool = False

    @property
    def product(self) -> Floats:
        """The typical product among those shown as a row of X, shape (K,), its price 0."""
        return self.coding.row()

    @classmethod
    def of(cls, columns: Columns) -> ChoiceAnswers:
        """Make tasks from rows sorted by respondent, task and alternative; who weighs 0 stays out.

        Raises
        ------
        NotEstimable
            ``no_choices``: no complete task; ``none_always_chosen``, ``none_never_chosen``: nobody ever bought,
            or everybody always did and no task offers two products; ``price_never_varied``: no task offers two
            prices.
        """
        columns, incomplete = _complete(_only(columns, weights_of(columns) > 0))
        if not len(columns["price"]):
            raise NotEstimable("no_choices", "no task has a price and every attribute of each product shown")
        never = _never_chosen(columns)
        if never:
            columns, lone = _complete(_only(columns, columns["alternative"] != NONE))
            incomplete += lone
        if not len(columns["price"]):
            raise NotEstimable("none_never_chosen", "everybody bought in every task: show higher prices")
        none = columns["alternative"] == NONE
        price = columns["price"].astype(np.float64)
        X, coding = code(_attributes(columns), price=price, none=none)
        first, of_row = _tasks_of(columns)
        keep = identified(X, of_row)
        if not keep[0] or (NONE in coding.names and not keep[coding.names.index(NONE)]):
            raise NotEstimable("price_never_varied", "vary prices within tasks to learn what they do")
        tasks = Tasks.from_rows(
            X[:, keep],
            names=np.array(coding.names)[keep].tolist(),
            price=0,
            respondent=columns["respondent_id"],
            task=of_row,
            chosen=columns["chosen"].astype(np.float64),
        )
        ones = first[tasks.respondent_starts[:-1]]
        people = {name: columns[name][ones] for name in columns}
        tasks = replace(
            tasks,
            none=tasks.names.index(NONE) if NONE in tasks.names else None,
            weight=weights_of(people),
            cluster=clusters(people),
        )
        return cls(tasks, _without(coding, keep), np.unique(price[~none]), incomplete, never)


def _only(columns: Columns, rows: NDArray[np.bool_]) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def _never_chosen(columns: Columns) -> bool:
    """Whether buying nothing was offered and never chosen; refuse where it was chosen every time."""
    none, chosen = columns["alternative"] == NONE, columns["chosen"] == 1
    if none[chosen].all():
        raise NotEstimable("none_always_chosen", "nobody bought in any task: show lower prices")
    return bool(none.any() and not none[chosen].any())


def _attributes(columns: Columns) -> dict[str, NDArray[Any]]:
    """Return the columns that are attributes and that some product has."""
    none = columns["alternative"] == NONE
    found = {name: values for name, values in columns.items() if name not in CONTRACT}
    return {name: values for name, values in found.items() if given(values)[~none].any()}


def _complete(columns: Columns) -> tuple[Columns, int]:
    """Return the rows of tasks that can be used, and how many tasks cannot."""
    none, (_, of_row) = columns["alternative"] == NONE, _tasks_of(columns)
    filled = np.all([given(v) for v in (columns["price"], *_attributes(columns).values())], axis=0)
    missing = np.bincount(of_row, weights=~(filled | none))
    picked = np.bincount(of_row, weights=columns["chosen"].astype(np.float64) == 1)
    sound = (missing == 0) & (picked == 1) & (np.bincount(of_row) >= 2)
    return _only(columns, sound[of_row]), int((~sound).sum())


def _tasks_of(columns: Columns) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each task, and the task of each row."""
    respondent, task = (columns[name].astype(str) for name in ("respondent_id", "task"))
    begins = np.ones(len(task), dtype=np.bool_)
    begins[1:] = (respondent[1:] != respondent[:-1]) | (task[1:] != task[:-1])
    return np.flatnonzero(begins), np.cumsum(begins) - 1


def _without(coding: Coding, keep: NDArray[np.bool_]) -> Coding:
    names, attributes = np.array(coding.names), np.array(coding.attributes)
    return replace(
        coding,
        names=tuple(names[keep].tolist()),
        attributes=tuple(attributes[keep].tolist()),
        unidentified=tuple(names[~keep].tolist()),
    )
