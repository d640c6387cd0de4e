"""The contest: in every draw the metrics that clear all bars compete, and the least spread wins."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np
from scipy import special

from models.checks import Floats
from models.estimate import Caveat, Estimate, Label
from models.ranking.draws import Drawn, Points, scores
from models.ranking.standing import Eligible, Ranking, Standing
from models.resampling import estimate_from_draws
from models.value_metrics._base import MetricEvidence, MetricScore, Statistic

FEWEST_CUSTOMERS = 8
"""Below this a robust scale of logs is an anecdote."""
SAME = 0.05
"""Spreads whose ratio lies credibly within 1 ± this share are as good as equal: a tie."""
_DEGENERATE = 1e-6
_POWER = 0.8416  # the normal quantile of an 80 % chance to see the difference when there is one


class Contest:
    """Lets the metrics compete in every draw."""

    def __init__(
        self,
        evidence: Mapping[str, MetricEvidence],
        points: Points,
        drawn: Drawn,
        *,
        level: float,
        significance: float,
    ) -> None:
        self.evidence, self.points, self.drawn = evidence, points, drawn
        self.level, self.significance = level, significance
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
        most = np.max(units, initial=0.0)
        return bool(units.size >= FEWEST_CUSTOMERS and most > 0 and np.ptp(units) <= 1e-12 * most)

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

        It may where it clears all bars with the certainty that a verdict needs, 1 - significance. A bar is
        missed only where the interval lies beyond it, never because it straddles it.
        """
        if self._constant(metric):
            return "no", (Caveat("constant_metric", "every customer has the same units: this is a flat fee"),)
        if not self._enough(metric):
            known = int(np.isfinite(self.evidence[metric].log_worth).sum())
            have = "customer has" if known == 1 else "customers have"
            text = f"only {known} {have} both value and units; {FEWEST_CUSTOMERS} are needed"
            return "unknown", (Caveat("insufficient_customers", text),)
        tail = (1 - self.level) / 2
        against, open_questions = [], []
        for _, key, statistic in self.bars:
            probability = float(self.clears[metric][key].mean())
            if probability < tail:
                against.append(Caveat(f"fails_{key}", statistic.says))
            elif probability < 1 - self.significance:
                text = f"may be one that {statistic.says} (probability {1 - probability:.0%})"
                open_questions.append(Caveat(f"uncertain_{key}", text))
        if against:
            return "no", tuple(against)
        certain = float(self._all_clear(metric).mean()) >= 1 - self.significance
        return ("yes" if certain else "unknown"), tuple(open_questions)

    def probabilities(self) -> dict[str, float]:
        """Return how probably each metric is the best; exact ties share."""
        least = self.spreads.min(axis=1, keepdims=True)
        won = (self.spreads <= least * (1 + 1e-9)) & np.isfinite(self.spreads)
        shares = won / np.maximum(won.sum(axis=1, keepdims=True), 1)
        return dict(zip(self.metrics, shares.mean(axis=0).tolist(), strict=True))

    def verdict(self) -> Ranking:
        """Say which metric is best and how sure that is."""
        best = self.probabilities()
        eligible = {metric: self.eligibility(metric) for metric in self.metrics}
        standings = tuple(
            self._standing(metric, best[metric], eligible[metric]) for metric in self._order(best, eligible)
        )
        able = [each for each in standings if each.eligible != "no" and each.probability_best is not None]
        candidates = [each for each in able if (each.probability_best or 0) > 0]
        if not candidates:
            return Ranking(standings, None, "cannot_tell", (), (), None)
        leader = candidates[0]
        # Among many customers a metric may lose every draw by next to nothing: that is a tie all the same.
        same = tuple(
            each.metric for each in able if each is not leader and self._same(leader.metric, each.metric)
        )
        chance = (leader.probability_best or 0) + sum(best[metric] for metric in same)
        if chance >= 1 - self.significance and leader.eligible == "yes":
            return Ranking(standings, leader.metric, "tie" if same else "clear", same, (), None)
        rivals = tuple(
            each.metric for each in candidates[1:] if (each.probability_best or 0) > self.significance / 2
        )
        needed = self._customers_needed(leader.metric, rivals)
        return Ranking(standings, leader.metric, "cannot_tell", same, rivals, needed)

    def _order(self, best: Mapping[str, float], eligible: Mapping[str, tuple[Eligible, object]]) -> list[str]:
        def place(metric: str) -> tuple[bool, float, float]:
            spread = self.points[metric, "spread", "spread"]
            return eligible[metric][0] == "no", -best[metric], spread if np.isfinite(spread) else np.inf

        return sorted(self.metrics, key=place)

    def _same(self, one: str, other: str) -> bool:
        a, b = self.drawn[one, "spread", "spread"], self.drawn[other, "spread", "spread"]
        if np.array_equal(a, b):  # also where both vanish, as they do if value is computed from the metric
            return True
        usable = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
        if usable.sum() < 0.9 * self.draws:
            return False
        tail = (1 - self.level) / 2
        low, high = np.quantile(np.log(b[usable] / a[usable]), [tail, 1 - tail])
        return bool(low > np.log1p(-SAME) and high < np.log1p(SAME))

    def _customers_needed(self, leader: str, rivals: tuple[str, ...]) -> int | None:
        """Scale today's customers by how far the closest call is from being decided, at 80 % power."""
        calls = []
        for rival in rivals:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.log(self.drawn[rival, "spread", "spread"] / self.drawn[leader, "spread", "spread"])
            calls.append((ratio, 0.0))
        for name, key, statistic in self.bars:
            bar = statistic.at_least if statistic.at_least is not None else statistic.at_most
            if 0.0 < float(self.clears[leader][key].mean()) < 1 - self.significance and bar is not None:
                calls.append(
                    (
                        statistic.scale.to(self.drawn[leader, name, key]),
                        float(statistic.scale.to(np.array([bar]))[0]),
                    )
                )
        z = float(special.ndtri(1 - self.significance)) + _POWER
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
        label = Label(unit=statistic.unit, method=scores()[name].method, level=self.level)
        if n < FEWEST_CUSTOMERS:
            # Where customers are enough but none carries this number, something else is missing.
            why = self._why(metric, key) if n == 0 and self._enough(metric) else "insufficient_customers"
            return label.unknown(why, n=n)
        if not np.isfinite(value):
            return label.unknown(self._why(metric, key), n=n)
        if which in {"spread", "customer_spread", "log_sd"} and value < _DEGENERATE:
            return label.unknown("no_variation", n=n)
        return estimate_from_draws(value, drawn, n=n, label=label, scale=statistic.scale)

    def _why(self, metric: str, key: tuple[str, str]) -> str:
        if self._constant(metric):
            return "constant_metric"
        return {
            ("spread", "between"): "too_few_periods",
            ("spread", "within"): "too_few_periods",
            ("spread", "inside"): "units_not_told_apart",
            ("capture_efficiency", "today"): "no_bills",
            ("predictability", "unit_variation"): "too_few_periods",
        }.get(key, "not_identified")


def _in_order(score: MetricScore, evidence: MetricEvidence) -> list[int]:
    counted = score.counted(evidence)
    return [counted[key] for key in score.statistics]
