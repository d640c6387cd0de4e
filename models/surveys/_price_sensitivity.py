"""Answers to the four price questions, and what becomes of those out of order.

Notation
--------
P : (n, 4) prices, columns too cheap, cheap, expensive, too expensive; the first may be NaN (not asked)
I : (n, 2) purchase intents at the cheap and at the expensive price, 5 = very likely … 1 = very unlikely

People answer out of order (a "cheap" price above the "expensive" one) either because each answer is the
price that they mean times an error, or because they took one question for another. If it was error, the
likeliest prices are the isotonic projection of log P (pool adjacent violators: Barlow et al. 1972); if the
questions were mixed up, they are P sorted. Which it was cannot be told from four numbers: ``model`` takes the
middle of the two, on logs. Answers in order, ties included, stay as they are.

Root mean squared error of PMC, OPP, IDP and PME in percent, at 200 respondents, of whom a share answers out
of order because of

====================================  =====  =================  =================  =================
error                                 share  ``model``          ``drop``           ``keep``
====================================  =====  =================  =================  =================
each answer off by 12 %               29 %   4.5 4.4 4.4 4.6    6.3 5.4 5.2 6.2    4.5 4.5 4.4 4.6
each answer off by 25 %               57 %   5.1 4.6 4.5 5.1    11.2 7.3 6.9 10.8  4.6 4.8 4.5 4.7
neighbouring questions exchanged      20 %   4.4 4.5 4.4 4.5    4.9 4.9 4.8 5.0    4.5 4.5 4.4 4.7
questions reversed                    10 %   4.7 4.5 4.4 4.9    4.7 4.8 4.6 4.7    7.2 4.5 4.4 7.5
four careless answers                 14 %   4.2 4.4 4.1 4.3    4.8 4.9 4.7 4.9    6.0 4.5 4.4 6.1
off by 12 %, exchanged and careless   50 %   4.2 4.3 4.1 4.4    7.0 6.5 6.1 6.9    6.6 4.5 4.4 6.8
====================================  =====  =================  =================  =================

(docs/truth-price-points.md). None is best always: ``model`` is never much worse than the best of the three.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.clusters import Codes
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat, Estimate
from models.order_statistics import SortedSample
from models.resampling import Scale, bootstrap_weights, estimate_from_draws
from models.surveys._base import Answers, Asked, Columns, Flag, clusters, weights_of
from models.surveys._crossings import Crossing, placed
from models.surveys._isotonic import rising
from models.surveys._quality import doubtful, heaping

Intransitive = Literal["model", "drop", "keep"]
QUESTIONS = ("too_cheap", "cheap", "expensive", "too_expensive")
FEW = 30
HEAPED = 0.3
"""A larger share of round numbers than this, beyond chance, is said aloud."""
INTENTS = ("intent_cheap", "intent_expensive")


@dataclass(frozen=True, kw_only=True)
class PriceSensitivity(Answers):
    """Everybody's answers to the four price questions.

    Parameters
    ----------
    respondents, customers
        Shape (n,): who answered, and whom they work for (None for nobody).
    cluster
        Shape (n,): the codes 0 … of customers and of lone respondents.
    weights
        Shape (n,), ≥ 0.
    prices
        Shape (n, 4), money ≥ 0: P; only the first column may be NaN.
    intents
        Shape (n, 2), 1–5: I; NaN where not asked.

    Examples
    --------
    >>> rows = {"respondent_id": ["a", "b"], "cheap": [20, 30], "expensive": [30, 20], "too_expensive": [40, 50]}
    >>> answers = PriceSensitivity.of({name: np.array(column) for name, column in rows.items()})
    >>> answers.in_order
    array([ True, False])
    >>> answers.treated("drop").prices
    array([[nan, 20., 30., 40.]])
    """

    table: ClassVar[str] = "price_sensitivity"
    required: ClassVar[tuple[str, ...]] = QUESTIONS[1:]

    respondents: NDArray[Any]
    customers: NDArray[Any]
    cluster: Codes
    weights: Floats
    prices: Floats
    intents: Floats

    def __post_init__(self) -> None:
        if self.prices.shape != (len(self.respondents), 4) or self.intents.shape != (
            len(self.respondents),
            2,
        ):
            raise InvalidInput("prices must be of shape (n, 4) and intents of shape (n, 2)")
        if np.isinf(self.prices).any() or (self.prices < 0).any() or np.isnan(self.prices[:, 1:]).any():
            raise InvalidInput("prices must be finite and ≥ 0; only the too-cheap question may be left out")
        if not (np.isfinite(self.weights) & (self.weights >= 0)).all():
            raise InvalidInput("weights must be finite and ≥ 0")
        if not (np.isnan(self.intents) | ((self.intents >= 1) & (self.intents <= 5))).all():
            raise InvalidInput("intents must lie between 1 and 5, or be NaN where not asked")

    @classmethod
    def of(cls, columns: Columns) -> Self:
        """Make the answers from the table's columns; who left a required price out, or weighs 0, stays out."""
        n = len(columns["respondent_id"])
        prices, intents = (
            np.column_stack([np.asarray(columns.get(name, np.full(n, np.nan)), np.float64) for name in names])
            for names in (QUESTIONS, INTENTS)
        )
        weights, cluster = weights_of(columns), clusters(columns)
        customers = np.asarray(columns.get("customer_id", np.full(n, None)), dtype=object)
        complete = np.isfinite(prices[:, 1:]).all(axis=1) & (weights > 0)
        return cls(
            respondents=np.asarray(columns["respondent_id"])[complete], customers=customers[complete],
            cluster=_compact(cluster[complete]), weights=weights[complete],
            prices=prices[complete], intents=intents[complete],
        )  # fmt: skip

    @property
    def clusters(self) -> int:
        """How many customers and lone respondents there are."""
        return int(self.cluster.max(initial=-1)) + 1

    @property
    def asked_too_cheap(self) -> NDArray[np.bool_]:
        """Shape (n,): who was asked for the too-cheap price."""
        asked: NDArray[np.bool_] = np.isfinite(self.prices[:, 0])
        return asked

    @property
    def intent_given(self) -> NDArray[np.bool_]:
        """Shape (n,): who gave both purchase intents."""
        given: NDArray[np.bool_] = np.isfinite(self.intents[:, 0]) & np.isfinite(self.intents[:, 1])
        return given

    @property
    def in_order(self) -> NDArray[np.bool_]:
        """Shape (n,): whose answers rise from question to question, or stay."""
        # A comparison with a price that was not asked is false: such a step is no fall.
        rises: NDArray[np.bool_] = (np.diff(self.prices, axis=1) < 0).sum(axis=1) == 0
        return rises

    def only(self, who: NDArray[np.bool_]) -> Self:
        """Return the answers of some respondents."""
        return replace(
            self, respondents=self.respondents[who], customers=self.customers[who],
            cluster=_compact(self.cluster[who]), weights=self.weights[who],
            prices=self.prices[who], intents=self.intents[who],
        )  # fmt: skip

    def treated(self, intransitive: Intransitive) -> Self:
        """Return the answers with those out of order modelled, dropped or kept.

        Raises
        ------
        NotEstimable
            ``no_answers``, if nobody is left.
        """
        treated = self
        if intransitive == "drop":
            treated = self.only(self.in_order)
        elif intransitive == "model" and not self.in_order.all():
            prices = self.prices.copy()
            prices[~self.in_order] = put_in_order(prices[~self.in_order])
            treated = replace(self, prices=prices)
        if len(treated.respondents) == 0:
            raise NotEstimable("no_answers", "nobody answered the price questions in order and with a weight")
        return treated

    def flags(self) -> tuple[Flag, ...]:
        """Say whose answers are doubtful, those out of order first."""
        wrong = ~self.in_order
        who = tuple(sorted(map(str, self.respondents[wrong])))
        says = f"{len(who)} of {len(wrong)} gave prices that do not rise from too cheap to too expensive"
        disorder = (Flag("out_of_order", says, who),) if who else ()
        return disorder + doubtful(self.respondents, self.prices, customers=self.customers)


def cautions(treated: PriceSensitivity) -> tuple[Caveat, ...]:
    """Warn where so few customers answered, or in such round numbers, that intervals say less than they seem to."""
    found = []
    if treated.clusters < FEW:
        says = f"only {treated.clusters} customers answered: intervals were tested from {FEW} on"
        found.append(Caveat("few_respondents", says))
    rounds = heaping(treated.prices)
    if rounds > HEAPED:
        says = (
            f"{rounds:.0%} more answers than by chance are round numbers: points are drawn to these, and their "
            "intervals are about rounded answers, not about what people would say to the cent"
        )
        found.append(Caveat("heaped_answers", says))
    return tuple(found)


def typical(answers: PriceSensitivity, asked: Asked) -> Estimate:
    """Return the median respondent's willingness to pay: the middle, on logs, of expensive and too expensive."""
    most = _most(answers)
    middle = float(SortedSample(most).median(answers.weights[None, :])[0])
    prices, places = placed(most)
    crossing = Crossing(prices, places, places)
    label = asked.label("median over respondents of the geometric middle of expensive and too expensive")
    return crossing.estimate(answers.weights, cluster=answers.cluster, value=middle, label=label)


def spread(answers: PriceSensitivity, asked: Asked) -> Estimate:
    """Return the biweight scale, over respondents, of the log of what they would pay, resampled by customer."""
    most = _most(answers)
    with np.errstate(divide="ignore"):
        logs = SortedSample(np.where(most > 0, np.log(most), np.nan))
    label = asked.label("biweight scale over respondents of the log of what they would pay", unit="log")
    value = float(logs.biweight_scale(answers.weights[None, :])[0])
    if not value > 0:
        return label.unknown("no_variation", n=answers.clusters)
    drawn = bootstrap_weights(answers.clusters, draws=asked.resamples, seed=asked.seed)
    draws = logs.biweight_scale(drawn[:, answers.cluster] * answers.weights)
    return estimate_from_draws(value, draws, n=answers.clusters, label=label, scale=Scale("log"))


def _most(answers: PriceSensitivity) -> Floats:
    """Return what each respondent would pay, shape (n,)."""
    return rounded(np.sqrt(answers.prices[:, 2] * answers.prices[:, 3]), digits=10)


def put_in_order(prices: Floats) -> Floats:
    """Return the middle, on logs, of the isotonic projection and of the sorted answers.

    Parameters
    ----------
    prices
        Shape (n, 4), money ≥ 0, the first column NaN where not asked; it stays so.

    Examples
    --------
    >>> put_in_order(np.array([[10.0, 40.0, 20.0, 80.0], [40.0, 20.0, 20.0, 10.0]])).round(2)
    array([[10.  , 23.78, 33.64, 80.  ],
           [14.14, 20.  , 20.  , 28.28]])
    """
    asked = np.isfinite(prices[:, 0])
    # The least of a respondent's prices is never above its successor: in the first place it changes nothing.
    filled = np.where(np.isnan(prices), np.nanmin(prices, axis=1, keepdims=True), prices)
    with np.errstate(divide="ignore"):  # the logarithm of a price of zero may be minus infinity
        logs = np.log(filled)
    ordered: Floats = np.exp((rising(logs) + np.sort(logs, axis=1)) / 2)
    # Rounding must not part answers that are equal: ties decide where curves meet.
    ordered = rounded(ordered, digits=12)
    ordered[~asked, 0] = np.nan
    return ordered


def rounded(prices: Floats, *, digits: int) -> Floats:
    """Round to a number of significant digits.

    Examples
    --------
    >>> rounded(np.array([0.0, 1234.5, 0.067891]), digits=3)
    array([0.00e+00, 1.23e+03, 6.79e-02])
    """
    steps = 10.0 ** (digits - 1 - np.floor(np.log10(np.where(prices > 0, prices, 1.0))))
    near: Floats = np.round(prices * steps) / steps
    return near


def _compact(codes: Codes) -> Codes:
    """Return the codes that occur numbered anew from 0."""
    compact: Codes = np.unique(codes, return_inverse=True)[1].astype(np.intp)
    return compact
