"""Rows of best/worst answers as choices: what could be chosen, what was, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.clusters import Codes, clusters_of, codes
from models.errors import InvalidInput
from models.estimate import Caveat


@dataclass(frozen=True, kw_only=True, eq=False)
class BestWorstAnswers:
    """Best/worst answers, one row a feature of a set.

    Parameters
    ----------
    respondent, task
        Shape (r,): together they name a set.
    feature
        Shape (r,): names.
    best, worst
        Shape (r,): 1 where the feature was named, else 0. A set may lack one of the two answers.
    customer
        Shape (r,): the respondent's customer, None for nobody; contacts of one customer are one cluster.
    weight
        Shape (r,): of the respondent, ≥ 0; None = 1.
    """

    respondent: Sequence[Any] | NDArray[Any]
    task: Sequence[Any] | NDArray[Any]
    feature: Sequence[Any] | NDArray[Any]
    best: Sequence[Any] | NDArray[Any]
    worst: Sequence[Any] | NDArray[Any]
    customer: Sequence[Any] | NDArray[Any] | None = None
    weight: Sequence[Any] | NDArray[Any] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Choices:
    """All best and worst choices, best ones first.

    Parameters
    ----------
    features
        The K names, sorted.
    shown
        Shape (C, K): whether a feature could be chosen; who was named best cannot be worst.
    chosen
        Shape (C,): the feature that was.
    sign
        Shape (C,): +1 for best, -1 for worst.
    cluster, weight
        Shape (C,): the cluster of each choice, codes 0 … G - 1, and its weight.
    respondents, clusters, sets
        How many there are with a choice.
    caveats
        What was set aside.
    """

    features: tuple[str, ...]
    shown: NDArray[np.bool_]
    chosen: Codes
    sign: Floats
    cluster: Codes
    weight: Floats
    respondents: int
    clusters: int
    sets: int
    caveats: tuple[Caveat, ...]

    @property
    def beats(self) -> NDArray[np.bool_]:
        """Shape (K, K): whether the row's feature was ever preferred to the column's."""
        counted = self.weight > 0
        chosen, shown = np.eye(len(self.features))[self.chosen], self.shown.astype(np.float64)
        best, worst = counted & (self.sign > 0), counted & (self.sign < 0)
        preferred = chosen[best].T @ shown[best] + shown[worst].T @ chosen[worst]
        return np.asarray((preferred > 0) & ~np.eye(len(self.features), dtype=np.bool_))

    @classmethod
    def of(cls, answers: BestWorstAnswers) -> Choices:
        """Make choices of rows.

        A set with two best or two worst features, or one that is both, is set aside whole and counted.

        Raises
        ------
        InvalidInput
            If columns differ in length, or a weight is negative or not finite.
        """
        columns = _columns(answers)
        respondent, task, feature, best, worst, customer, weight = columns
        features = tuple(sorted(set(map(str, feature))))
        place = {name: at for at, name in enumerate(features)}
        sets = codes(zip(respondent, task, strict=True))
        first = np.unique(sets, return_index=True)[1]
        table = np.zeros((3, len(first), len(features)), dtype=np.bool_)
        at = np.array([place[str(name)] for name in feature], dtype=np.intp)
        for layer, marks in zip(table, (np.ones(len(at)), best, worst), strict=True):
            np.logical_or.at(layer, (sets, at), np.asarray(marks, dtype=np.float64) == 1)
        people, owners = ([column[i] for i in first] for column in (respondent, customer))
        weights = np.asarray([weight[i] for i in first], dtype=np.float64)
        cluster = clusters_of(people, owners)
        return _choices(features, table, people=codes(people), cluster=cluster, weights=weights)


def _columns(answers: BestWorstAnswers) -> tuple[list[Any], ...]:
    given = (answers.respondent, answers.task, answers.feature, answers.best, answers.worst)
    rows = len(answers.respondent)
    customer = [None] * rows if answers.customer is None else answers.customer
    weight = np.ones(rows) if answers.weight is None else answers.weight
    columns = tuple(np.asarray(c, dtype=object).tolist() for c in (*given, customer, weight))
    if any(len(column) != rows for column in columns):
        raise InvalidInput(f"columns must be equally long, got {[len(column) for column in columns]}")
    if not all(np.isfinite(w) and w >= 0 for w in columns[-1]):
        raise InvalidInput("weights must be finite and ≥ 0")
    return columns


def _choices(
    features: tuple[str, ...],
    table: NDArray[np.bool_],
    *,
    people: Codes,
    cluster: Codes,
    weights: Floats,
) -> Choices:
    """Split each set into its best choice among all and its worst one among the others."""
    shown, best, worst = table
    ambiguous = (best.sum(axis=1) > 1) | (worst.sum(axis=1) > 1) | (best & worst).any(axis=1)
    usable = ~ambiguous & (shown.sum(axis=1) >= 2)
    has_best, has_worst = usable & best.any(axis=1), usable & worst.any(axis=1)
    left = shown & ~best
    has_worst &= left.sum(axis=1) >= 2  # of two features, the best names the worst as well
    rows = np.concatenate([np.flatnonzero(has_best), np.flatnonzero(has_worst)])
    answered = has_best | has_worst
    caveat = Caveat(
        "ambiguous_sets", f"{int(ambiguous.sum())} sets name two best or two worst, or one as both: left out"
    )
    kept = np.unique(cluster[rows], return_inverse=True)
    return Choices(
        features=features,
        shown=np.concatenate([shown[has_best], left[has_worst]]),
        chosen=np.concatenate([best[has_best].argmax(axis=1), worst[has_worst].argmax(axis=1)]),
        sign=np.repeat([1.0, -1.0], [has_best.sum(), has_worst.sum()]),
        cluster=kept[1],
        weight=weights[rows],
        respondents=len(np.unique(people[answered])),
        clusters=len(kept[0]),
        sets=int(answered.sum()),
        caveats=(caveat,) if ambiguous.any() else (),
    )
