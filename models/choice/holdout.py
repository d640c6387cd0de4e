"""Choices that a model did not see: how often it names the alternative that was chosen.

Notation
--------
N : respondents        Q : tastes that a respondent may have, (N, Q, K)        q : (N, Q) how likely each is
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from models.checks import Floats
from models.choice.tasks import Tasks
from models.clusters import Codes
from models.estimate import Estimate, Label
from models.proportions import wilson


@dataclass(frozen=True, eq=False)
class Individuals:
    """What is known of each respondent: `beta` of shape (N, Q, K) and `weight` of shape (N, Q), rows sum to 1."""

    beta: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class Holdout:
    """Tasks to learn from and tasks to be tested on: the last of each respondent who answered two or more.

    `who`: shape (N',), the place among the learning respondents of each who is tested.

    Examples
    --------
    >>> tasks = Tasks.from_rows(np.ones((6, 1)), names=["price"], price=0, respondent=[1, 1, 1, 1, 2, 2],
    ...     task=[1, 1, 2, 2, 1, 1], chosen=[0, 1, 0, 1, 0, 1])
    >>> split = Holdout.of(tasks)
    >>> split.learn.n_tasks, split.test.n_tasks, split.who
    (2, 1, array([0]))
    """

    learn: Tasks
    test: Tasks
    who: Codes

    @classmethod
    def of(cls, tasks: Tasks) -> Holdout | None:
        """Hold out the last tasks; None where everybody answered a single one."""
        several = np.diff(tasks.respondent_starts) >= 2
        if not several.any():
            return None
        keep = np.ones(tasks.n_tasks, dtype=np.bool_)
        keep[tasks.respondent_starts[1:][several] - 1] = False
        return cls(tasks.only(keep), tasks.only(~keep), np.flatnonzero(several))

    def hit_rate(self, individuals: Individuals, label: Label) -> Estimate:
        """Estimate the share of tested choices that the model thought likeliest, with Wilson's interval.

        Respondents count by their weights; the interval is that of as many equal ones as these are worth.
        """
        hits = np.array(
            [
                _likeliest(rows, individuals.beta[n], individuals.weight[n]) == chosen
                for n, rows, chosen in zip(
                    self.who, self._rows(), self.test.chosen - self.test.task_starts[:-1], strict=True
                )
            ]
        )
        w = self.test.weight
        rate, worth = float(w @ hits / w.sum()), float(w.sum() ** 2 / (w @ w))
        z = float(ndtri((1 + label.level) / 2))
        low, high = wilson(np.array([rate]), np.array([worth]), z)
        return label.known(rate, float(low[0]), float(high[0]), n=hits.size)

    @property
    def chance(self) -> float:
        """The hit rate of guessing."""
        w = self.test.weight
        return float(w @ (1 / np.diff(self.test.task_starts)) / w.sum())

    def _rows(self) -> list[Floats]:
        return np.split(self.test.X, self.test.task_starts[1:-1])


def _likeliest(rows: Floats, beta: Floats, weight: Floats) -> int:
    """Return the row with the highest mean probability over a respondent's tastes (Q, K)."""
    utility = rows @ beta.T
    power = np.exp(utility - utility.max(axis=0))
    return int(np.argmax(power / power.sum(axis=0) @ weight))
