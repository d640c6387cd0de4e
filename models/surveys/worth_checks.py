"""Worth checks: "we estimate that one unit is worth X to you: is that accurate?", as a measurement of worth.

Notation
--------
w : log worth of one respondent, normal over people with median m and spread σ        x = log X, what he was shown
γ : how far answers are pulled towards X: people answer from a = (1-γ) w + γ x        t : tolerance

"Accurate" says that a lies within ±log(1+t) of x; "too low" and "too high" that it lies beyond; a stated number
that a lies within ±log(1+t) of its log: what people call accurate is how exactly they speak. Each answer is thus an
interval of a, and for a given γ one of w: ``x + (a - x) / (1-γ)``.

γ is seen where X varies: answers then follow x with slope γ. Where all saw one X every γ fits equally well, and
only the prior speaks: none (γ = 0) with chance 0.2, else γ ~ Beta(1, 2), mean one third. Experiments on
willingness to pay find a moderate pull that varies between settings and is at times none (Li, Maniadis & Sedikides
2021, a meta-analysis of 53 studies). The posterior is a sum over prior quantiles of γ: one formula for X that
varies much, a little or not at all.
An X that was made for the respondent follows his worth without any pull: it looks like one, and is told of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.censored.averaging import mixture_of_scales
from models.censored.intervals import Intervals
from models.censored.parametric import Fit, fit
from models.checks import Floats
from models.clusters import Codes
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat, Estimate
from models.surveys._base import (
    Answers,
    Asked,
    Columns,
    Flag,
    Reading,
    SurveyMethod,
    clusters,
    weights_of,
)
from models.surveys._quality import doubtful
from models.threads import on_one_thread

PRIOR = (1.0, 2.0)
"""γ ~ Beta(1, 2) where there is a pull at all."""
NO_PULL = 0.2
"""The prior chance that there is none."""
VERDICTS = ("too_low", "accurate", "too_high")
_NODES = 40
_LEARNED = 0.75
"""Where γ is still as uncertain as this share of its prior, answers have not identified it."""
_METHOD = "worth checks, interval-censored log-normal, anchoring removed"


@dataclass(frozen=True)
class WorthCheckAnswers(Answers):
    """What respondents say to an estimate of their worth.

    Parameters
    ----------
    respondents
        Shape (n,), ids, sorted.
    estimate
        Shape (n,), X, money > 0.
    verdict
        Shape (n,): ``too_low``, ``accurate`` or ``too_high``, about X.
    stated
        Shape (n,): the number given instead, money > 0, NaN where none was.
    weight, cluster
        Shape (n,).
    """

    table: ClassVar[str] = "worth_checks"
    required: ClassVar[tuple[str, ...]] = ("estimate", "verdict")

    respondents: tuple[str, ...]
    estimate: Floats
    verdict: NDArray[Any]
    stated: Floats
    weight: Floats
    cluster: Codes

    @classmethod
    def of(cls, columns: Columns) -> WorthCheckAnswers:
        """Make the answers from the columns of `worth_checks`; an X of 0 shows nothing and is left out."""
        usable = np.flatnonzero(columns["estimate"] > 0)
        order = usable[np.argsort(columns["respondent_id"][usable].astype(str), kind="stable")]
        if order.size == 0:
            raise NotEstimable("no_answers", "nobody was shown an estimate above 0")
        rows = {name: values[order] for name, values in columns.items() if len(values)}
        stated = rows.get("stated", np.full(order.size, np.nan)).astype(np.float64)
        return cls(
            respondents=tuple(rows["respondent_id"].astype(str).tolist()),
            estimate=rows["estimate"].astype(np.float64), verdict=rows["verdict"],
            stated=np.where(stated > 0, stated, np.nan), weight=weights_of(rows), cluster=clusters(rows),
        )  # fmt: skip

    def intervals(self, tolerance: float) -> tuple[Intervals, NDArray[np.bool_]]:
        """Return the intervals of the answers, X as anchor, and whose number contradicts his verdict: it stands."""
        factor = 1 + tolerance
        low = np.select([self.verdict == "accurate", self.verdict == "too_low"], [1 / factor, factor], 0.0)
        high = np.select(
            [self.verdict == "accurate", self.verdict == "too_high"], [factor, 1 / factor], np.inf
        )
        lower, upper = low * self.estimate, high * self.estimate
        named = np.isfinite(self.stated)
        nearest = np.where(named, np.maximum(lower, self.stated / factor), lower)
        farthest = np.where(named, np.minimum(upper, self.stated * factor), upper)
        torn = nearest >= farthest
        lower = np.where(torn, self.stated / factor, nearest)
        upper = np.where(torn, self.stated * factor, farthest)
        return Intervals(
            lower=lower, upper=upper, weight=self.weight, cluster=self.cluster, anchor=self.estimate
        ), torn  # fmt: skip


class WorthChecks(SurveyMethod[WorthCheckAnswers]):
    """What one unit is worth to the median respondent.

    Parameters
    ----------
    tolerance
        How far from X, as a share of it, people still call it accurate, in (0, 1).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> worth, shown = 12 * np.exp(0.5 * rng.standard_normal(400)), rng.choice([6.0, 12.0, 24.0], 400)
    >>> verdict = np.select([worth > 1.1 * shown, worth < shown / 1.1], ["too_low", "too_high"], "accurate")
    >>> answers = WorthCheckAnswers.of({
    ...     "respondent_id": np.array([f"r{i:03d}" for i in range(400)]), "estimate": shown, "verdict": verdict})
    >>> typical = WorthChecks().read(answers, Asked(unit="EUR/posting")).typical
    >>> typical.low < 12 < typical.high
    True
    """

    title: ClassVar[str] = "Worth checks"
    answers: ClassVar[type[WorthCheckAnswers]] = WorthCheckAnswers
    about: ClassVar = "worth"

    def __init__(self, *, tolerance: float = 0.1) -> None:
        if not 0 < tolerance < 1:
            raise InvalidInput(f"tolerance must be between 0 and 1, got {tolerance}")
        self.tolerance = tolerance

    @on_one_thread
    def read(self, answers: WorthCheckAnswers, asked: Asked) -> Reading:
        """Read the median worth out of the answers.

        Raises
        ------
        NotEstimable
            ``no_answers`` where no answer has weight.
        """
        intervals, torn = answers.intervals(self.tolerance)
        shares = answers.weight / answers.weight.sum()
        details: dict[str, Any] = {
            "tolerance": self.tolerance,
            "verdicts": {verdict: float(shares @ (answers.verdict == verdict)) for verdict in VERDICTS},
        }
        caveats: tuple[Caveat, ...] = ()
        spread: Estimate | None = None
        try:
            posterior = _Posterior.of(intervals)
        except NotEstimable as refusal:
            typical = Estimate.refused(refusal, unit=asked.unit, n=intervals.clusters, level=asked.level)
        else:
            caveats = posterior.caveats()
            typical = posterior.median(asked).warned(*caveats)
            spread = posterior.spread(asked)
            details |= {"anchoring": posterior.pull(asked).to_json(), "log_sd": spread.value}
        return Reading(
            about="worth", respondents=len(answers.respondents), clusters=intervals.clusters, typical=typical,
            spread=spread, flags=_flags(answers, torn), caveats=caveats, details=details,
        )  # fmt: skip


@dataclass(frozen=True)
class _Posterior:
    """Fits over a grid of γ, shape (k,) each, and how probable each is before and after the answers."""

    pulls: Floats
    prior: Floats
    probability: Floats
    fits: tuple[Fit, ...]

    @classmethod
    def of(cls, intervals: Intervals) -> _Posterior:
        """Fit every γ of the grid."""
        pulls = np.append(0.0, special.betaincinv(*PRIOR, (np.arange(_NODES) + 0.5) / _NODES))
        prior = np.append(NO_PULL, np.full(_NODES, (1 - NO_PULL) / _NODES))
        fits = tuple(fit(_freed(intervals, pull)) for pull in pulls)
        support = np.array([one.per_weight * one.clusters for one in fits])
        chance = prior * np.exp(support - support.max())
        return cls(pulls, prior, chance / chance.sum(), fits)

    @property
    def identified(self) -> bool:
        """Whether the answers say clearly more about γ than its prior."""
        before, after = (
            chance @ self.pulls**2 - (chance @ self.pulls) ** 2 for chance in (self.prior, self.probability)
        )
        return bool(after < _LEARNED**2 * before)

    def median(self, asked: Asked) -> Estimate:
        """Return the median worth, its interval over γ and over who answered."""
        logs = np.array([np.log(one.median) for one in self.fits])
        errors = np.array([_error_of_log_median(one) for one in self.fits])
        n = self.fits[0].clusters
        rng = np.random.default_rng(asked.seed)
        node = np.searchsorted(
            np.cumsum(self.probability), (np.arange(asked.resamples) + 0.5) / asked.resamples
        )
        node = np.minimum(node, _NODES)
        drawn = logs[node] + errors[node] * rng.standard_t(max(n - 1, 1), asked.resamples)
        low, high = np.exp(np.quantile(drawn, [(1 - asked.level) / 2, (1 + asked.level) / 2]))
        value = float(np.exp(self.probability @ logs))
        return asked.label(_METHOD).known(value, float(low), float(high), n=n)

    def pull(self, asked: Asked) -> Estimate:
        """Return γ."""
        along = np.cumsum(self.probability)
        ends = np.searchsorted(along, [(1 - asked.level) / 2, (1 + asked.level) / 2])
        low, high = self.pulls[np.minimum(ends, _NODES)].tolist()
        label = asked.label("pull of answers towards the X shown; prior: none or Beta(1, 2)", unit="share")
        return label.known(float(self.probability @ self.pulls), low, high, n=self.fits[0].clusters)

    def spread(self, asked: Asked) -> Estimate:
        """Return σ, the standard deviation of log worth over respondents."""
        label = asked.label("interval-censored log-normal, anchoring removed", unit="log")
        return mixture_of_scales(self.fits, self.probability, label, draws=asked.resamples, seed=asked.seed)

    def caveats(self) -> tuple[Caveat, ...]:
        """Say what is taken on trust about anchoring."""
        if self.identified:
            return (
                Caveat(
                    "estimates_taken_as_random",
                    "the pull of the figure shown is removed as if figures had been shown by chance; figures made "
                    "for each respondent look like a pull",
                ),
            )
        return (
            Caveat(
                "anchoring_not_identified",
                "how far the figure shown pulled the answers cannot be seen, for it hardly varied; the interval is "
                "widened by what experiments found: show figures that vary by chance",
            ),
        )


def _freed(intervals: Intervals, pull: float) -> Intervals:
    """Return the intervals of worth if answers are pulled by γ towards X."""
    shown = intervals.anchor if intervals.anchor is not None else np.ones_like(intervals.lower)
    stretch = 1 / (1 - pull)
    lower, upper = (shown * (end / shown) ** stretch for end in (intervals.lower, intervals.upper))
    return replace(intervals, lower=lower, upper=upper)


def _error_of_log_median(one: Fit) -> float:
    slope = np.array([1.0, -one.theta[0] / one.theta[1]]) / one.theta[1]
    return float(np.sqrt(slope @ one.covariance @ slope))


def _flags(answers: WorthCheckAnswers, torn: NDArray[np.bool_]) -> tuple[Flag, ...]:
    flags = doubtful(np.array(answers.respondents), answers.stated[:, None])
    if not torn.any():
        return flags
    who = tuple(sorted(np.array(answers.respondents)[torn].tolist()))
    return (
        *flags,
        Flag("contradictory", "state a number that their own verdict rules out; the number stands", who),
    )
