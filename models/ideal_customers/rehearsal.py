"""Rehearsals: what a score would have said of customers that it had not learned from.

Notation
--------
K : folds      R : repeats      m : customers judged      η : (m,) log odds by the score
b : slope of calibration

Out of sample, each fifth of the customers is judged by a score that learned from the others. Out of time, those
who came later are judged by a score that learned only from outcomes that were known when they came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.checks import Floats
from models.ideal_customers.hierarchical_logit import fit_effects
from models.ideal_customers.levels import Coded
from models.ideal_customers.single_trait import best_trait, chances_by_one_trait

Split = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Whom to learn from, and whom to judge."""

FOLDS, REPEATS = 5, 4
FEWEST_OF_EACH = 8
"""Successes and others that a score needs to learn from; fewer tell nothing of any trait."""
_LATER_BLOCKS = 4


@dataclass(frozen=True)
class Rehearsal:
    """What was said of m customers, R times over, by scores that had not seen them.

    Parameters
    ----------
    success
        Shape (m,): 1 where the customer succeeded.
    block
        Shape (R, m): in which part of the rehearsal each was judged; customers are compared only inside one.
    log_odds
        Shape (R, m): η of the score.
    base
        Shape (R, m): the share of success among those it learned from, which a score without traits would give.
    rules, picked
        Chances by each trait alone, shape (R, m, T), and by the one that was best where it learned, shape (R, m).
    reuse
        How many times as large the variance is as if judge and judged were independent; see `quality`.
    doubt
        What those who taught leave in doubt about log odds, shape (m, d): each column moves all by as much as its
        entries at one standard error, independently of the others.
    """

    success: Floats
    block: NDArray[np.int64]
    log_odds: Floats
    base: Floats
    rules: Floats
    picked: Floats
    reuse: float
    doubt: Floats

    @property
    def told(self) -> Floats:
        """The log odds that each customer was given on average, shape (m,)."""
        return np.asarray(self.log_odds.mean(axis=0), dtype=np.float64)


def folds(success: Floats, *, seed: int, count: int = FOLDS) -> list[Split]:
    """Cut customers into folds by lot, each with its part of the successes."""
    rng = np.random.default_rng(seed)
    fold = np.empty(success.size, dtype=np.int64)
    for outcome in (0.0, 1.0):
        there = np.flatnonzero(success == outcome)
        fold[rng.permutation(there)] = np.arange(there.size) % count
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(count)]


def later_customers(entered: NDArray[np.int64], known_at: NDArray[np.int64]) -> list[Split]:
    """Return splits in time: those who entered in a stretch, and those whose outcome was known when it began.

    Parameters
    ----------
    entered, known_at
        Shape (n,): months, on one scale, at which each customer came and its outcome became known.
    """
    starts = np.unique(np.quantile(entered, np.arange(1, _LATER_BLOCKS) / _LATER_BLOCKS, method="higher"))
    ends = [*starts[1:].tolist(), np.iinfo(np.int64).max]
    return [
        (np.flatnonzero(known_at <= start), np.flatnonzero((entered >= start) & (entered < end)))
        for start, end in zip(starts.tolist(), ends, strict=True)
    ]


def out_of_sample(customers: Coded, success: Floats, *, seed: int) -> Rehearsal:
    """Judge every customer by scores that learned from the other four fifths, the fifths being drawn four times."""
    times = [
        _rehearsed(customers, success, folds(success, seed=each), fit=_plain)[0]
        for each in np.random.SeedSequence(seed).generate_state(REPEATS).tolist()
    ]
    # Nadeau & Bengio 2003: the mean of J tests on a K-th each has (1 ÷ J + n_test ÷ n_train) K times the variance.
    learned_again = FOLDS * (1 / (FOLDS * REPEATS) + 1 / (FOLDS - 1))
    told = {name: np.stack([time[name] for time in times]) for name in times[0]}
    return Rehearsal(success=success, reuse=learned_again, doubt=np.zeros((success.size, 0)), **told)


def out_of_time(customers: Coded, success: Floats, splits: Sequence[Split], *, seed: int) -> Rehearsal | None:
    """Judge those who came later by a calibrated score of those before; None where nobody can learn.

    Parameters
    ----------
    customers, success
        As in `fit_effects`.
    splits
        Of `later_customers`; those with too few of either outcome are left out.
    seed
        Of the folds by which each score is calibrated.
    """
    usable = [
        (learn, judge)
        for learn, judge in splits
        if min(success[learn].sum(), (1 - success[learn]).sum()) >= FEWEST_OF_EACH and judge.size > 0
    ]
    if not usable:
        return None
    told, doubts = _rehearsed(customers, success, usable, fit=partial(_calibrated, seed=seed))
    judged = np.sort(np.concatenate([judge for _, judge in usable]))
    own = {name: each[None, judged] for name, each in told.items()}
    return Rehearsal(success=success[judged], reuse=1.0, doubt=doubts[judged], **own)


_Judge = Callable[[Coded, Floats, Coded], tuple[Floats, Floats]]
"""Learns from customers and their success, judges others: their log odds, and the doubt about them."""


def _plain(learn: Coded, outcome: Floats, judge: Coded) -> tuple[Floats, Floats]:
    fitted = fit_effects(learn, outcome)
    return fitted.constant + fitted.points(judge), np.zeros((judge.n, 0))


def _calibrated(learn: Coded, outcome: Floats, judge: Coded, *, seed: int) -> tuple[Floats, Floats]:
    calibration, fitted = calibrate(out_of_sample(learn, outcome, seed=seed)), fit_effects(learn, outcome)
    points, slope = fitted.points(judge), calibration.slope
    constant = constant_for(outcome, slope * fitted.points(learn))
    return constant + slope * points, calibration.doubt(points)


def _rehearsed(
    customers: Coded, success: Floats, splits: Sequence[Split], *, fit: _Judge
) -> tuple[dict[str, Any], Floats]:
    """Return what a `Rehearsal` holds of all n customers, NaN of those who are not judged, and the doubt."""
    n, traits = success.size, len(customers.sizes)
    block, rules = np.full(n, -1, dtype=np.int64), np.full((n, traits), np.nan)
    log_odds, base, picked = (np.full(n, np.nan) for _ in range(3))
    doubts = []
    for at, (learn, judge) in enumerate(splits):
        taught, judged, outcome = customers.only(learn), customers.only(judge), success[learn]
        block[judge], base[judge] = at, outcome.mean()
        log_odds[judge], doubt = fit(taught, outcome, judged)
        rules[judge] = chances_by_one_trait(taught, outcome, judged)
        picked[judge] = rules[judge, best_trait(taught, outcome)]
        # What one block leaves in doubt says nothing of the next: each has columns of its own.
        doubts.append(np.zeros((n, doubt.shape[1])))
        doubts[-1][judge] = doubt
    told = {"block": block, "log_odds": log_odds, "base": base, "rules": rules, "picked": picked}
    return told, np.hstack(doubts)


@dataclass(frozen=True)
class Calibration:
    """How far a score's points come true on customers that it had not learned from.

    Parameters
    ----------
    slope
        b: how far log odds are pulled towards the average's, 0–1; below 1 where the score learned chance along,
        0 where it tells nothing.
    covariance
        Of the constant and the slope, shape (2, 2): the doubt about what share of those with a score succeeds.
    """

    slope: float
    covariance: Floats

    def doubt(self, points: Floats) -> Floats:
        """Return how log odds of customers with these points move with what is in doubt, shape (n, 2)."""
        columns = np.column_stack([np.ones(points.size), points])
        # The covariance is that of two numbers: its root by hand bears one of them being certain.
        deviation = np.sqrt(np.diag(self.covariance))
        alike = self.covariance[0, 1] / max(float(deviation.prod()), 1e-300)
        root = np.array([[1.0, 0.0], [alike, np.sqrt(max(1 - alike**2, 0.0))]]) * deviation[:, None]
        moved: Floats = columns @ root
        return moved

    def reach(self, points: Floats) -> Floats:
        """Return the standard error of the log odds of customers with these points, shape (n,)."""
        length: Floats = np.linalg.norm(self.doubt(points), axis=1)
        return length


def calibrate(rehearsal: Rehearsal) -> Calibration:
    """Set what a rehearsal said against what happened: the regression of success on log odds (Cox 1958)."""
    points = rehearsal.told - rehearsal.told.mean()
    columns = np.column_stack([np.ones(points.size), points])
    found = np.array([float(rehearsal.told.mean()), 1.0])
    # A normal prior of sd 1 around 1 keeps the slope finite where a handful of customers decide it.
    prior = np.diag([1e-9, 1.0])
    for _ in range(30):
        chance = expit(columns @ found)
        curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns + prior
        step = np.linalg.solve(curvature, columns.T @ (rehearsal.success - chance) + prior @ ([0, 1] - found))
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    slope = float(np.clip(found[1], 0.0, 1.0)) if points.std() > 1e-6 else 0.0
    return Calibration(slope, np.linalg.inv(curvature).astype(np.float64) * rehearsal.reuse)


def constant_for(success: Floats, points: Floats) -> float:
    """Return the constant at which the chances of customers with these points sum to the successes."""
    share = float(success.mean())
    constant = float(np.log(share / (1 - share)))
    for _ in range(50):
        chance = expit(constant + points)
        step = float((success - chance).sum() / (chance * (1 - chance)).sum())
        constant += min(max(step, -2.0), 2.0)
        if abs(step) < 1e-12:
            break
    return constant
