"""`Tasks`: choices between alternatives as arrays, for any number of tasks and alternatives.

Respondents, tasks and alternatives stand one after the other; offsets say where each begins. Nothing is padded:
a respondent may have answered one task or twenty, a task may offer two alternatives or nine.

Notation
--------
R : rows, one an alternative in a task        T : tasks        N : respondents        K : coefficients
X : (R, K) what the alternatives offer        y : (T,) the row that was chosen
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.checks import Floats
from models.clusters import Codes
from models.errors import InvalidInput


@dataclass(frozen=True, eq=False, kw_only=True)
class Tasks:
    """Choice tasks, rows sorted by respondent, task and alternative.

    Parameters
    ----------
    X
        Shape (R, K): the attributes of each alternative, finite; the price in money.
    names
        Of the K columns.
    chosen
        Shape (T,): the row of the chosen alternative of each task.
    task_starts
        Shape (T + 1,): where each task's rows begin, and R; each task has at least two rows.
    respondent_starts
        Shape (N + 1,): where each respondent's tasks begin, and T; each respondent has at least one task.
    price
        The column of X that is the price.
    none
        The column of X that is 1 where the alternative is to buy nothing (all other columns are 0 there), or
        None where nobody was offered that.
    weight
        Shape (N,): how many respondents each stands for, ≥ 0.
    cluster
        Shape (N,): codes 0 …; respondents of one code (contacts of one customer) answer together.

    Examples
    --------
    >>> tasks = Tasks.from_rows(
    ...     np.array([[5.0], [4.0], [5.0], [6.0], [4.0]]), names=("price",), price=0,
    ...     respondent=["ann", "ann", "bob", "bob", "bob"], task=[1, 1, 1, 1, 1], chosen=[0, 1, 0, 0, 1])
    >>> tasks.n_respondents, tasks.n_tasks, tasks.task_starts.tolist()
    (2, 2, [0, 2, 5])
    """

    X: Floats
    names: tuple[str, ...]
    chosen: Codes
    task_starts: Codes
    respondent_starts: Codes
    price: int
    weight: Floats
    cluster: Codes
    none: int | None = None

    def __post_init__(self) -> None:
        if self.X.ndim != 2 or self.X.shape[1] != len(self.names):
            raise InvalidInput(f"X must have a column per name, got shape {self.X.shape}")
        if not np.isfinite(self.X).all():
            raise InvalidInput("X must be finite: leave out tasks that miss an attribute")
        if not (
            _cuts(self.task_starts, self.n_rows, least=2)
            and _cuts(self.respondent_starts, self.n_tasks, least=1)
        ):
            raise InvalidInput("each task needs two or more rows and each respondent one or more tasks")
        if not ((self.chosen >= self.task_starts[:-1]) & (self.chosen < self.task_starts[1:])).all():
            raise InvalidInput("the chosen row of each task must be one of its rows")
        if self.weight.shape != (self.n_respondents,) or self.cluster.shape != (self.n_respondents,):
            raise InvalidInput(
                f"weight and cluster must have {self.n_respondents} entries, one per respondent"
            )

    @classmethod
    def from_rows(
        cls,
        X: Floats,
        *,
        names: Sequence[str],
        price: int,
        respondent: ArrayLike,
        task: ArrayLike,
        chosen: ArrayLike,
    ) -> Tasks:
        """Make tasks from one row per alternative, the rows of a respondent's task standing together.

        Everybody weighs 1 and is a cluster of their own; `dataclasses.replace` says otherwise.

        Parameters
        ----------
        X
            Shape (R, K).
        names, price
            As of the class.
        respondent, task
            Length R: whose row it is, and in which of their tasks.
        chosen
            Length R: 1 on exactly one row of each task, else 0.

        Raises
        ------
        InvalidInput
            If a task has no chosen row or several, or fewer than two rows.
        """
        new_respondent = _begins(respondent)
        begins = np.flatnonzero(new_respondent | _begins(task))
        picked = np.flatnonzero(np.asarray(chosen, dtype=np.float64) == 1)
        if picked.size != begins.size:
            raise InvalidInput("exactly one alternative of each task must be chosen")
        respondents = np.flatnonzero(new_respondent[begins])
        return cls(
            X=np.ascontiguousarray(X, dtype=np.float64),
            names=tuple(names),
            chosen=picked,
            task_starts=np.append(begins, len(X)),
            respondent_starts=np.append(respondents, begins.size),
            price=price,
            weight=np.ones(respondents.size),
            cluster=np.arange(respondents.size),
        )

    @property
    def n_rows(self) -> int:
        """Rows: alternatives over all tasks."""
        return len(self.X)

    @property
    def n_columns(self) -> int:
        """Coefficients."""
        return len(self.names)

    @property
    def n_tasks(self) -> int:
        """Tasks over all respondents."""
        return self.task_starts.size - 1

    @property
    def n_respondents(self) -> int:
        """Respondents."""
        return self.respondent_starts.size - 1

    @property
    def n_clusters(self) -> int:
        """How many independent customers (or lone respondents) answered."""
        return np.unique(self.cluster).size

    @cached_property
    def task_of_row(self) -> Codes:
        """Shape (R,): the task of each row."""
        return np.repeat(np.arange(self.n_tasks), np.diff(self.task_starts))

    @cached_property
    def respondent_of_task(self) -> Codes:
        """Shape (T,): the respondent of each task."""
        return np.repeat(np.arange(self.n_respondents), np.diff(self.respondent_starts))

    @cached_property
    def against_chosen(self) -> tuple[Floats, Codes]:
        """Return each rejected row less the chosen row of its task, (R - T, K), and where tasks begin, (T + 1,).

        The probability of a choice is ``1 / (1 + Σ exp(difference · β))``: the chosen row needs no exponential.
        """
        rejected = np.ones(self.n_rows, dtype=np.bool_)
        rejected[self.chosen] = False
        differences = (self.X - self.X[self.chosen[self.task_of_row]])[rejected]
        return differences, self.task_starts - np.arange(self.n_tasks + 1)

    def only(self, keep: NDArray[np.bool_]) -> Tasks:
        """Return the tasks where `keep`, shape (T,), is true; respondents who keep none are left out."""
        rows = keep[self.task_of_row]
        position = np.cumsum(rows) - 1
        left = np.add.reduceat(keep, self.respondent_starts[:-1], dtype=np.intp)
        stay = left > 0
        return Tasks(
            X=self.X[rows],
            names=self.names,
            chosen=position[self.chosen[keep]],
            task_starts=_offsets(np.diff(self.task_starts)[keep]),
            respondent_starts=_offsets(left[stay]),
            price=self.price,
            weight=self.weight[stay],
            cluster=self.cluster[stay],
            none=self.none,
        )


def _begins(labels: ArrayLike) -> NDArray[np.bool_]:
    """Return where a label differs from the one before it; the first row begins."""
    array = np.asarray(labels)
    first = np.ones(array.shape[0], dtype=np.bool_)
    first[1:] = array[1:] != array[:-1]
    return first


def _offsets(lengths: Codes) -> Codes:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)


def _cuts(offsets: Codes, end: int, *, least: int) -> bool:
    """Whether offsets run from 0 to the end in steps of at least `least`."""
    return (
        offsets.size > 1
        and offsets[0] == 0
        and offsets[-1] == end
        and bool((np.diff(offsets) >= least).all())
    )
