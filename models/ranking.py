"""The verdict on value metrics: which one is best, how probable that is, and when to say "cannot tell".

Every score of every metric is computed on the same bootstrap draws of the same customers. In each draw the
metrics that clear all bars compete and the one with the smallest spread wins; the share of draws won is the
probability of being the best. Eligibility thus comes from the same draws as the order, and a difference
between two metrics is judged in pairs. There is no composite score: what else a metric offers stands beside.

Notation
--------
B : draws       a(m, b) : metric m clears every bar in draw b       S(m, b) : its spread in draw b
P(m) = share of draws in which a(m, b) holds and S(m, b) is the least of all that hold
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from scipy import stats

import models.value_metrics
from models.checks import Floats, share
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate
from models.registry import discover
from models.resampling import EXACT_LIMIT, bootstrap_weights, estimate_from_draws, linear_draws, slices
from models.value_metrics._base import MetricEvidence, MetricScore, Statistic

FEWEST_CUSTOMERS = 8
"""Below this a robust scale of logs is an anecdote."""
SAME = 0.05
"""Spreads whose ratio lies credibly within 1 ± this share are as good as equal: a tie."""
_DEGENERATE = 1e-6
_POWER = 0.8416  # the normal quantile of an 80 % chance to see the difference when there is one

Verdict = Literal["clear", "tie", "cannot_tell"]
Eligible = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Standing:
    """One metric's place: its scores, whether it is eligible, and how probably it is the best.

    `scores` maps a score's file name to its statistics; the probabilities are shares of bootstrap draws and
    None where nothing could be drawn.
    """

    metric: str
    scores: Mapping[str, Mapping[str, Estimate]]
    eligible: Eligible
    probability_eligible: float | None
    probability_best: float | None
    reasons: tuple[Caveat, ...]

    @property
    def spread(self) -> Estimate:
        """The score that ranks."""
        return self.scores["spread"]["spread"]


@dataclass(frozen=True)
class Ranking:
    """The verdict: `standings` from best to worst, and what follows from them.

    `tied_with` names the metrics that are as good as the recommended one, `contenders` those that may
    still prove better (``cannot_tell``), `customers_needed` how many reporting customers would
    probably decide; None where no number of the same customers would.
    """

    standings: tuple[Standing, ...]
    recommended: str | None
    verdict: Verdict
    tied_with: tuple[str, ...]
    contenders: tuple[str, ...]
    customers_needed: int | None


def rank(
    evidence: Mapping[str, MetricEvidence],
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.9,
    significance: float = 0.1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ranking:
    """Rank candidate value metrics.

    Parameters
    ----------
    evidence
        One entry a metric, all over the same n customers in the same order.
    seed
        Of the bootstrap.
    draws
        Bootstrap draws.
    level
        Coverage of the intervals, a share.
    significance
        How often a verdict may be wrongly certain, a share: ``clear`` needs P ≥ 1 - significance.
    progress
        Told (done, total) after each stretch of draws.

    Raises
    ------
    InvalidInput
        If the metrics do not share their customers.

    Examples
    --------
    >>> from models.value_metrics._examples import evidence_of
    >>> rng = np.random.default_rng(0)
    >>> size = np.exp(rng.normal(size=200))
    >>> steady = evidence_of(size * np.exp(rng.normal(0, 0.2, 200)), size)
    >>> wild = evidence_of(steady.value, size * np.exp(rng.normal(0, 0.8, 200)))
    >>> ranking = rank({"postings": steady, "seats": wild}, seed=1, draws=200)
    >>> ranking.recommended, ranking.verdict
    ('postings', 'clear')
    """
    share("significance", significance)
    sizes = {each.n for each in evidence.values()}
    if len(sizes) != 1:
        raise InvalidInput(f"every metric needs the same customers, got {sorted(sizes)} of them")
    sampler = _exact if sizes.pop() <= EXACT_LIMIT else _linear
    points, drawn = sampler(evidence, seed=seed, draws=draws, progress=progress)
    contest = _Contest(evidence, points, drawn, level=level)
    return contest.verdict(significance)


Points = dict[tuple[str, str, str], float]
Drawn = dict[tuple[str, str, str], Floats]


def scores() -> dict[str, MetricScore]:
    """Return an instance of every score of the family, keyed by its file's name."""
    return {name: member() for name, member in discover(models.value_metrics, MetricScore).items()}


def _points(evidence: Mapping[str, MetricEvidence]) -> Points:
    points: Points = {}
    for metric, each in evidence.items():
        for name, score in scores().items():
            for statistic, value in score.evaluate(each, np.ones((1, each.n))).items():
                points[metric, name, statistic] = float(value[0])
    return points


def _exact(
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Callable[[int, int], None]
) -> tuple[Points, Drawn]:
    """Compute every statistic anew on every draw."""
    n = next(iter(evidence.values())).n
    points = _points(evidence)
    drawn: Drawn = {key: np.empty(draws) for key in points}
    weights = bootstrap_weights(n, draws=draws, seed=seed)
    for stretch in slices(n, draws):
        for metric, each in evidence.items():
            for name, score in scores().items():
                for statistic, values in score.evaluate(each, weights[stretch]).items():
                    drawn[metric, name, statistic][stretch] = values
        progress(stretch.stop, draws)
    return points, drawn


def _linear(
    evidence: Mapping[str, MetricEvidence], *, seed: int, draws: int, progress: Callable[[int, int], None]
) -> tuple[Points, Drawn]:
    """Draw all statistics jointly from their influence functions."""
    points = _points(evidence)
    influences: dict[tuple[str, str, str], Floats] = {}
    for done, (metric, each) in enumerate(evidence.items()):
        for name, score in scores().items():
            point = {statistic: points[metric, name, statistic] for statistic in score.statistics}
            for statistic, influence in score.influence(each, point).items():
                influences[metric, name, statistic] = influence
        progress(done + 1, len(evidence))
    keys = list(points)
    matrix = np.column_stack([influences[key] for key in keys])
    joint = linear_draws(np.array([points[key] for key in keys]), matrix, draws=draws, seed=seed)
    return points, {key: joint[:, at] for at, key in enumerate(keys)}


class _Contest:
    """Lets the metrics compete in every draw."""

    def __init__(
        self, evidence: Mapping[str, MetricEvidence], points: Points, drawn: Drawn, *, level: float
    ) -> None:
        self.evidence, self.points, self.drawn, self.level = evidence, points, drawn, level
        self.metrics = sorted(evidence)
        self.draws = next(iter(drawn.values())).size
        self.bars = [
            (name, key, statistic)
            for name, score in scores().items()
            for key, statistic in score.statistics.items()
            if statistic.at_least is not None or statistic.at_most is not None
        ]
        self.clears = {metric: self._clears(metric) for metric in self.metrics}
        self.spreads = np.column_stack([self._competing_spread(metric) for metric in self.metrics])

    def _enough(self, metric: str) -> bool:
        return int(np.isfinite(self.evidence[metric].log_worth).sum()) >= FEWEST_CUSTOMERS

    def _constant(self, metric: str) -> bool:
        units = self.evidence[metric].units_per_month
        return bool(units.size >= FEWEST_CUSTOMERS and np.ptp(units) <= 1e-12 * np.max(units, initial=0.0))

    def _clears(self, metric: str) -> dict[str, Floats]:
        return {key: statistic.clears(self.drawn[metric, name, key]) for name, key, statistic in self.bars}

    def _all_clear(self, metric: str) -> Floats:
        together: Floats = np.prod(list(self.clears[metric].values()), axis=0)
        return together

    def _competing_spread(self, metric: str) -> Floats:
        spread = self.drawn[metric, "spread", "spread"]
        competes = (self._all_clear(metric) > 0) & np.isfinite(spread) & self._enough(metric)
        competing: Floats = np.where(competes, spread, np.inf)
        return competing

    def eligibility(self, metric: str) -> tuple[Eligible, tuple[Caveat, ...]]:
        """Return whether the metric may carry a price, and what stands against it.

        A bar is missed for certain only where the draws lie beyond it, never because they straddle it.
        """
        if self._constant(metric):
            return "no", (Caveat("constant_metric", "every customer has the same units: this is a flat fee"),)
        if not self._enough(metric):
            known = int(np.isfinite(self.evidence[metric].log_worth).sum())
            text = f"only {known} customers have both value and units; {FEWEST_CUSTOMERS} are needed"
            return "unknown", (Caveat("insufficient_customers", text),)
        tail = (1 - self.level) / 2
        against, open_questions = [], []
        for _, key, statistic in self.bars:
            probability = float(self.clears[metric][key].mean())
            if probability < tail:
                against.append(Caveat(f"fails_{key}", statistic.says))
            elif probability < 1 - tail:
                text = f"may be one that {statistic.says} (probability {1 - probability:.0%})"
                open_questions.append(Caveat(f"uncertain_{key}", text))
        if against:
            return "no", tuple(against)
        certain = float(self._all_clear(metric).mean()) >= 1 - tail
        return ("yes" if certain else "unknown"), tuple(open_questions)

    def probabilities(self) -> dict[str, float]:
        """Return how probably each metric is the best; exact ties share."""
        least = self.spreads.min(axis=1, keepdims=True)
        won = (self.spreads <= least * (1 + 1e-9)) & np.isfinite(self.spreads)
        shares = won / np.maximum(won.sum(axis=1, keepdims=True), 1)
        return dict(zip(self.metrics, shares.mean(axis=0).tolist(), strict=True))

    def verdict(self, significance: float) -> Ranking:
        """Say which metric is best and how sure that is."""
        best = self.probabilities()
        eligible = {metric: self.eligibility(metric) for metric in self.metrics}
        standings = tuple(
            self._standing(metric, best[metric], eligible[metric]) for metric in self._order(best, eligible)
        )
        candidates = [
            each for each in standings if each.eligible != "no" and (each.probability_best or 0) > 0
        ]
        if not candidates:
            return Ranking(standings, None, "cannot_tell", (), (), None)
        leader = candidates[0]
        same = tuple(each.metric for each in candidates[1:] if self._same(leader.metric, each.metric))
        chance = (leader.probability_best or 0) + sum(best[metric] for metric in same)
        if chance >= 1 - significance and leader.eligible == "yes":
            return Ranking(standings, leader.metric, "tie" if same else "clear", same, (), None)
        rivals = tuple(
            each.metric for each in candidates[1:] if (each.probability_best or 0) > significance / 2
        )
        needed = self._customers_needed(leader.metric, rivals, significance)
        return Ranking(standings, leader.metric, "cannot_tell", same, rivals, needed)

    def _order(self, best: Mapping[str, float], eligible: Mapping[str, tuple[Eligible, object]]) -> list[str]:
        def place(metric: str) -> tuple[bool, float, float]:
            spread = self.points[metric, "spread", "spread"]
            return eligible[metric][0] == "no", -best[metric], spread if np.isfinite(spread) else np.inf

        return sorted(self.metrics, key=place)

    def _same(self, one: str, other: str) -> bool:
        a, b = self.drawn[one, "spread", "spread"], self.drawn[other, "spread", "spread"]
        usable = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
        if usable.sum() < 0.9 * self.draws:
            return False
        tail = (1 - self.level) / 2
        low, high = np.quantile(np.log(b[usable] / a[usable]), [tail, 1 - tail])
        return bool(low > np.log1p(-SAME) and high < np.log1p(SAME))

    def _customers_needed(self, leader: str, rivals: tuple[str, ...], significance: float) -> int | None:
        """Scale today's customers by how far the closest call is from being decided, at 80 % power."""
        calls = []
        for rival in rivals:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.log(self.drawn[rival, "spread", "spread"] / self.drawn[leader, "spread", "spread"])
            calls.append((ratio, 0.0))
        for name, key, statistic in self.bars:
            bar = statistic.at_least if statistic.at_least is not None else statistic.at_most
            if 0.0 < float(self.clears[leader][key].mean()) < 1 - significance / 2 and bar is not None:
                calls.append(
                    (
                        statistic.scale.to(self.drawn[leader, name, key]),
                        float(statistic.scale.to(np.array([bar]))[0]),
                    )
                )
        z = float(stats.norm.ppf(1 - significance)) + _POWER
        factors = []
        for values, bar in calls:
            usable = values[np.isfinite(values)]
            if usable.size < 2:
                return None
            distance, error = abs(float(np.median(usable)) - bar), float(np.std(usable))
            # A difference that is a twentieth of its error would take 400 times the customers: none has them.
            if distance < error / 20 or error == 0:
                return None
            factors.append((z * error / distance) ** 2)
        carriers = int(np.isfinite(self.evidence[leader].log_worth).sum())
        return ceil(carriers * max(1.0, *factors)) if factors else None

    def _standing(
        self, metric: str, best: float, eligibility: tuple[Eligible, tuple[Caveat, ...]]
    ) -> Standing:
        enough = self._enough(metric)
        estimates = {
            name: {
                key: self._estimate(metric, (name, key), statistic, n)
                for (key, statistic), n in zip(
                    score.statistics.items(), _in_order(score, self.evidence[metric]), strict=True
                )
            }
            for name, score in scores().items()
        }
        return Standing(
            metric=metric,
            scores=estimates,
            eligible=eligibility[0],
            probability_eligible=float(self._all_clear(metric).mean()) if enough else None,
            probability_best=best if enough else None,
            reasons=eligibility[1],
        )

    def _estimate(self, metric: str, key: tuple[str, str], statistic: Statistic, n: int) -> Estimate:
        name, which = key
        value, drawn = self.points[metric, name, which], self.drawn[metric, name, which]
        method = scores()[name].method
        if n < FEWEST_CUSTOMERS:
            return Estimate.unknown(
                "insufficient_customers", unit=statistic.unit, n=n, level=self.level, method=method
            )
        if not np.isfinite(value):
            return Estimate.unknown(
                self._why(metric, which), unit=statistic.unit, n=n, level=self.level, method=method
            )
        if which in {"spread", "customer_spread", "log_sd"} and value < _DEGENERATE:
            return Estimate.unknown("no_variation", unit=statistic.unit, n=n, level=self.level, method=method)
        return estimate_from_draws(
            value, drawn, n=n, unit=statistic.unit, method=method, level=self.level, scale=statistic.scale
        )

    def _why(self, metric: str, which: str) -> str:
        if self._constant(metric):
            return "constant_metric"
        return {
            "between": "too_few_periods",
            "within": "too_few_periods",
            "inside": "units_not_told_apart",
            "today": "no_bills",
            "unit_variation": "too_few_periods",
        }.get(which, "not_identified")


def _in_order(score: MetricScore, evidence: MetricEvidence) -> list[int]:
    counted = score.counted(evidence)
    return [counted[key] for key in score.statistics]
