"""Feature preferences from best/worst answers (MaxDiff): shares of preference and, with anchors, money.

A set of features is shown; the best and the worst of it are named. The best has the highest ``u + Gumbel`` of
the set, the worst the lowest of the others (sequential best-worst logit: Louviere, Flynn & Marley 2015, §5):

``P(b, w) = exp u_b / Σ_S exp u  ×  exp -u_w / Σ_{S∖b} exp -u``

Notation
--------
K : features       C : choices, a best and a worst one a set       S : (C, K) what could be chosen
σ : (C,) +1 for a best choice, -1 for a worst one                  v : (C,) weights
u : (K,) utilities, Σ u = 0                                        P : (C, K) ``softmax(σ u)`` over S
H : (K, K) ``τ I + Σ v (diag P - P Pᵀ)``, the curvature            s_g : (K,) scores of cluster g
p = softmax(u) : shares of preference, how often each would be named best of all features

The prior N(0, 1/τ) on each utility, worth less than half of one answer, keeps the estimate finite where a
feature always wins. Intervals are robust to any dependence within clusters (the sandwich ``H⁻¹ Σ s sᵀ H⁻¹``,
times G / (G - 1)), Student's t on the logits of p. People who differ make pooled choices flatter than their
own: p speaks of the choices of all, pooled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats, share
from models.choice._best_worst_sets import BestWorstAnswers, Choices
from models.choice.logit import meat
from models.errors import InvalidInput, NotEstimable, TooFewCustomers
from models.estimate import Caveat, Estimate, Label
from models.noise import noise
from models.threads import on_one_thread

__all__ = ["BestWorst", "BestWorstAnswers", "FeaturePreferences"]

FEWEST_CLUSTERS = 8
"""Below this the spread between respondents cannot be told."""
_PRIOR_PRECISION = 1 / 9
_DRAWS = 4000
_ITERATIONS = 100
_DONE = 1e-10
_LONGEST_STEP = 2.0  # Newton's, on the logit scale: from far away a full one may overshoot


@dataclass(frozen=True, kw_only=True, eq=False)
class FeaturePreferences:
    """What features are worth to those who chose between them.

    Parameters
    ----------
    share
        By feature, sorted by name: shares of preference; the values sum to 1.
    money
        By feature, where anchors were given: money per month.
    utility, covariance
        Shapes (K,) and (K, K), in the order of `share`: utilities that sum to 0, on the logit scale.
    respondents, clusters, sets
        How many people answered, how many independent customers (or lone respondents) they stand for, and
        how many sets they answered.
    caveats
        What a reader must know before relying on any of it.
    """

    share: Mapping[str, Estimate]
    money: Mapping[str, Estimate]
    utility: Floats
    covariance: Floats
    respondents: int
    clusters: int
    sets: int
    caveats: tuple[Caveat, ...] = ()


class BestWorst:
    """Reads preferences out of best/worst answers.

    Parameters
    ----------
    anchors
        Features whose money value per month is known, > 0. With one, money is proportional to shares; with
        two or more, log money is the straight line in utility that fits them best; with three or more, the
        intervals allow features to lie off it as far as the anchors do.
    unit
        Of the money.
    level
        The intervals' nominal coverage, in (0, 1).
    seed
        Of the draws behind the money's intervals.

    Examples
    --------
    Twelve people name two of three features; search is best for eight of them:

    >>> order = ["search alerts exports"] * 6 + ["search exports alerts"] * 2 + ["alerts exports search"] * 4
    >>> rows = [(i, f, f == said.split()[0], f == said.split()[2]) for i, said in enumerate(order)
    ...         for f in said.split()]
    >>> respondent, feature, best, worst = zip(*rows)
    >>> answers = BestWorstAnswers(respondent=respondent, task=[1] * 36, feature=feature, best=best, worst=worst)
    >>> found = BestWorst(anchors={"alerts": 10.0}, unit="EUR/month").fit(answers)
    >>> [(name, round(estimate.value, 2)) for name, estimate in found.share.items()]
    [('alerts', 0.38), ('exports', 0.19), ('search', 0.43)]
    >>> found.money["search"].unit
    'EUR/month'
    """

    def __init__(
        self,
        *,
        anchors: Mapping[str, float] | None = None,
        unit: str = "money/month",
        level: float = 0.9,
        seed: int = 0,
    ) -> None:
        self.anchors = dict(anchors or {})
        self.unit = unit
        self.level = share("level", level)
        self.seed = seed
        wrong = [name for name, money in self.anchors.items() if not (np.isfinite(money) and money > 0)]
        if wrong:
            raise InvalidInput(f"the money of an anchor must be finite and > 0, not so for {wrong}")

    @on_one_thread
    def fit(self, answers: BestWorstAnswers) -> FeaturePreferences:
        """Estimate shares of preference, and money where anchors were given.

        Raises
        ------
        InvalidInput
            If columns differ in length.
        NotEstimable
            ``no_answers``; ``disconnected_design`` where some features never met the others, not even by
            way of third ones; ``insufficient_customers``.
        """
        choices = Choices.of(answers)
        _refuse(choices)
        utility, curvature, scores = _maximise(choices)
        inverse = np.linalg.inv(curvature)
        covariance = inverse @ meat(scores, choices.cluster) @ inverse
        caveats = choices.caveats
        if _components(choices.beats, connection="strong").max() > 0:
            # The sandwich sees no doubt where nobody disagreed; the curvature does.
            design_effect = float(np.trace(curvature @ covariance)) / len(utility)
            covariance, caveats = max(1.0, design_effect) * inverse, (*caveats, _ONE_SIDED)
        fitted = _Fitted(choices.features, utility, covariance, choices.clusters)
        return FeaturePreferences(
            share=fitted.shares(self.level),
            money=fitted.money(self.anchors, Label(unit=self.unit, level=self.level), seed=self.seed),
            utility=utility,
            covariance=covariance,
            respondents=choices.respondents,
            clusters=choices.clusters,
            sets=choices.sets,
            caveats=caveats,
        )


_ONE_SIDED = Caveat(
    "one_sided",
    "some features won, or lost, every comparison with the others: how far apart they are is bounded on one"
    " side only, and the shares lean on a weak prior",
)


def _refuse(choices: Choices) -> None:
    """Say what the answers cannot carry, and what would help."""
    if choices.sets == 0:
        raise NotEstimable("no_answers", "no set names a best or a worst feature among two or more")
    together = choices.shown.T.astype(np.float64) @ choices.shown > 0
    group = _components(together, connection="weak")
    if group.max() > 0:
        names = np.array(choices.features)
        groups = "; ".join(", ".join(names[group == g]) for g in range(group.max() + 1))
        raise NotEstimable(
            "disconnected_design",
            f"these groups of features never met in one set: {groups}. Ask sets that mix them.",
        )
    if choices.clusters < FEWEST_CLUSTERS:
        raise TooFewCustomers(needed=FEWEST_CLUSTERS, got=choices.clusters)


def _components(edges: NDArray[np.bool_], *, connection: str) -> NDArray[np.int32]:
    """Return the group of each node of a graph, 0 …."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    group: NDArray[np.int32] = connected_components(edges, directed=True, connection=connection)[1]
    return group


def _maximise(choices: Choices) -> tuple[Floats, Floats, Floats]:
    """Return the utilities of highest posterior density, the curvature there and each choice's score (C, K)."""
    features = len(choices.features)
    utility, prior = np.zeros(features), _PRIOR_PRECISION * np.eye(features)
    signed = choices.weight * choices.sign
    for _ in range(_ITERATIONS):
        given = special.softmax(np.where(choices.shown, choices.sign[:, None] * utility, -np.inf), axis=1)
        scores = signed[:, None] * (np.eye(features)[choices.chosen] - given)
        curvature = np.diag(choices.weight @ given) - (given.T * choices.weight) @ given + prior
        step = np.linalg.solve(curvature, scores.sum(axis=0) - _PRIOR_PRECISION * utility)
        if np.abs(step).max() < _DONE:
            break
        utility = utility + step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
    return utility, curvature, scores


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Utilities and what is known of their error; n independent clusters carry them."""

    features: tuple[str, ...]
    utility: Floats
    covariance: Floats
    n: int

    def shares(self, level: float) -> dict[str, Estimate]:
        """Return shares of preference, intervals by the delta method on their logits."""
        label = Label(unit="share", method="best-worst logit", level=level)
        p = special.softmax(self.utility)
        # d logit p_k / d u: 1 at k, minus each other feature's share of what k leaves
        gradient = -p / (1 - p)[:, None]
        np.fill_diagonal(gradient, 1.0)
        error = np.sqrt(np.einsum("ki,ij,kj->k", gradient, self.covariance, gradient))
        reach = float(special.stdtrit(self.n - 1, (1 + level) / 2)) * error
        low, high = special.expit(special.logit(p) - reach), special.expit(special.logit(p) + reach)
        return {
            name: label.known(float(p[k]), float(low[k]), float(high[k]), n=self.n)
            for k, name in enumerate(self.features)
        }

    def money(self, anchors: Mapping[str, float], label: Label, *, seed: int) -> dict[str, Estimate]:
        """Return money per month by feature; nothing without anchors."""
        if not anchors:
            return {}
        missing = sorted(set(anchors) - set(self.features))
        if missing:
            raise InvalidInput(f"anchors {missing} were never shown; shown were {list(self.features)}")
        at = np.array([self.features.index(name) for name in anchors])
        known = np.log(list(anchors.values()))
        rng = np.random.default_rng(seed)
        drawn = self.utility + noise(self.covariance, _DRAWS, rng, freedom=self.n - 1)
        slopes, logs, misfit = _log_money(np.vstack([self.utility, drawn]), at, known)
        if len(anchors) > 2:
            logs[1:] += misfit[1:] * rng.standard_t(len(anchors) - 2, (_DRAWS, len(self.utility)))
        reason = _unusable(slopes, label.level)
        if reason:
            return {name: label.unknown(reason, n=self.n) for name in self.features}
        tail = (1 - label.level) / 2
        low, high = np.exp(np.quantile(logs[1:], [tail, 1 - tail], axis=0))
        found = {
            name: label.known(float(np.exp(logs[0, k])), float(low[k]), float(high[k]), n=self.n)
            for k, name in enumerate(self.features)
        }
        return found if len(anchors) > 1 else {name: each.warned(_ONE_ANCHOR) for name, each in found.items()}


_ONE_ANCHOR = Caveat(
    "one_anchor", "money is taken as proportional to shares of preference; a second anchor would test that"
)


def _log_money(utility: Floats, at: NDArray[np.intp], known: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what each row of utilities (B, K) makes of the anchors.

    The slope of log money in utility, (B,); log money, (B, K); and how far log money may lie off the line by
    what the anchors do, (B, K): the standard error of a prediction, 0 where a line meets all anchors.
    """
    centre = utility[:, at].mean(axis=1, keepdims=True)
    if len(at) == 1:
        return np.ones(len(utility)), known + utility - centre, np.zeros_like(utility)
    away, money = utility[:, at] - centre, known - known.mean()
    spread = np.maximum((away**2).sum(axis=1), 1e-300)
    slope = away @ money / spread
    off = ((money - slope[:, None] * away) ** 2).sum(axis=1) / max(len(at) - 2, 1)
    misfit = np.sqrt(off[:, None] * (1 + 1 / len(at) + (utility - centre) ** 2 / spread[:, None]))
    return slope, known.mean() + slope[:, None] * (utility - centre), misfit


def _unusable(slopes: Floats, level: float) -> str | None:
    """Say why anchors give no money: the dearer is less wanted, or they are too close to tell."""
    if slopes[0] <= 0:
        return "anchors_contradict"
    return "anchors_too_close" if (slopes[1:] <= 0).mean() > (1 - level) / 2 else None
