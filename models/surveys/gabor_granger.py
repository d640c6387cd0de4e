"""Gabor-Granger: who would buy at which of several prices, read as willingness known up to an interval.

Each respondent's answers leave an interval (`_ladders`), and a likelihood of intervals knows no formats: random
starts, one or two bounds, full ladders and single prices are read alike. A curve without a law (Turnbull) and three
laws, straight and bent, are averaged by Akaike weights; where the first price is known and varies, each law also comes
with a pull towards it, and with a shift of all later answers.

Two conventions, named in `details`: where everybody answered the whole ladder (``prices_asked``), demand is the
law-free curve at the prices asked and a best price the best of those, as the trade has it. Otherwise, or where the
first price pulls the answers (``smooth``), both are read off the average of the laws. Intervals of best prices
always come from the smooth demand: the best of a few prices jumps, and a resampled jump covers nothing.
What lies beyond the prices asked is refused, not extrapolated.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from models.censored.averaging import Average, average
from models.censored.intervals import Intervals
from models.censored.optimum import SmoothDemand
from models.censored.turnbull import turnbull
from models.errors import NotEstimable
from models.estimate import Caveat, Estimate
from models.surveys._asked_prices import AskedPrices
from models.surveys._base import Asked, Demand, Reading, SurveyMethod
from models.surveys._first_price import FirstPrice, pulls
from models.surveys._ladders import GaborGrangerAnswers, assumed, check_calibration
from models.surveys._named_prices import NamedPrices
from models.threads import on_one_thread

ANSWERS_PER_PRICE = 5
"""With fewer answers to a price than this, on average, the law-free curve is not shown: it is all noise."""
_MOST_PRICES = 60
_GRID = 41


class GaborGranger(SurveyMethod[GaborGrangerAnswers]):
    """Demand and best prices from "would you buy at …?".

    Parameters
    ----------
    intent_calibration
        The shares of buyers among those who answer 5, 4, 3, 2, 1 on the five-point scale. Demand at a price is the
        mean of these shares over respondents.

    Examples
    --------
    >>> most = np.array([10, 20, 20, 30, 30, 30, 40, 40, 50, 60])
    >>> prices = np.arange(10.0, 70, 10)
    >>> answers = GaborGrangerAnswers.of({
    ...     "respondent_id": np.repeat([f"r{i}" for i in range(10)], 6), "price": np.tile(prices, 10),
    ...     "intent": (np.tile(prices, 10) <= np.repeat(most, 6)).astype(float)})
    >>> reading = GaborGranger().read(answers, Asked(unit="EUR/seat", unit_cost=20))
    >>> reading.demand.share.round(3)
    array([1. , 0.9, 0.7, 0.4, 0.2, 0.1])
    >>> reading.best_price["revenue"].value, reading.best_price["profit"].value
    (30.0, 40.0)
    """

    title: ClassVar[str] = "Gabor-Granger"
    answers: ClassVar[type[GaborGrangerAnswers]] = GaborGrangerAnswers

    def __init__(
        self, *, intent_calibration: tuple[float, float, float, float, float] = (0.7, 0.5, 0.3, 0.1, 0.0)
    ) -> None:
        self.intent_calibration = check_calibration(tuple(intent_calibration))

    @on_one_thread
    def read(self, answers: GaborGrangerAnswers, asked: Asked) -> Reading:
        """Read demand, the median and best prices out of the answers.

        Raises
        ------
        NotEstimable
            ``no_answers`` where no answer has weight.
        """
        intervals, flags, slips = answers.intervals(self.intent_calibration)
        reach = answers.reach(self.intent_calibration)
        smooth, refusal = _smooth(answers, intervals, reach, asked)
        listed = _listed(answers, intervals, reach, level=asked.level)
        by_price = listed if smooth is None or _complete(answers, intervals, smooth) else None
        prices = NamedPrices(smooth, refusal, by_price, asked, intervals.clusters)
        curve = _smooth_curve(smooth, asked.level)
        first = None if smooth is None else _first_price(smooth, curve, answers, asked)
        details: dict[str, Any] = {
            "convention": "smooth" if by_price is None else "prices_asked",
            "slip_rate": slips,
        }
        if listed is not None:
            details["asked_prices"] = listed.to_json(asked.unit_cost)
        if smooth is not None and first is not None:
            details["models"] = _models(smooth.average)
            details["first_price"] = first.to_json(asked)
        return Reading(
            about="willingness", respondents=len(answers.respondents), clusters=intervals.clusters,
            typical=prices.typical(), spread=None if smooth is None else _spread(smooth, asked),
            points={"mean": prices.mean()} | {f"{goal}_optimum": best for goal, best in prices.optima.items()},
            best_price=prices.best(),
            demand=by_price.demand if by_price else curve,
            flags=flags, caveats=self._caveats(answers, first), details=details,
        )  # fmt: skip

    def _caveats(self, answers: GaborGrangerAnswers, first: FirstPrice | None) -> tuple[Caveat, ...]:
        caveats = () if first is None else first.caveats()
        if answers.scaled.any():
            caveats += (assumed(self.intent_calibration),)
        return caveats


def _smooth(
    answers: GaborGrangerAnswers, intervals: Intervals, reach: tuple[float, float], asked: Asked
) -> tuple[SmoothDemand | None, NotEstimable | None]:
    try:
        averaged = average(intervals, pulled=answers.pulls)
    except NotEstimable as refusal:
        return None, refusal
    return _demand_of(averaged, answers, reach, asked), None


def _demand_of(
    averaged: Average, answers: GaborGrangerAnswers, reach: tuple[float, float], asked: Asked
) -> SmoothDemand:
    ends = float(answers.prices[0]), float(answers.prices[-1])
    return SmoothDemand.of(averaged, reach=reach, asked=ends, draws=asked.resamples, seed=asked.seed)


def _first_price(
    smooth: SmoothDemand, curve: Demand | None, answers: GaborGrangerAnswers, asked: Asked
) -> FirstPrice:
    """Set beside the demand the one that takes every answer as it is, where the first price has an effect."""
    plain = smooth.average.as_answered() if pulls(smooth.average) else None
    reach = smooth.base, smooth.span
    ignored = None if plain is None else _smooth_curve(_demand_of(plain, answers, reach, asked), asked.level)
    highest = float(np.max(answers.first))
    return FirstPrice(average=smooth.average, demand=curve, as_answered=ignored, highest=highest)


def _listed(
    answers: GaborGrangerAnswers, intervals: Intervals, reach: tuple[float, float], *, level: float
) -> AskedPrices | None:
    """Return the law-free curve at the prices asked, None where they are too many for it."""
    prices = answers.prices
    if prices.size > min(_MOST_PRICES, np.isfinite(answers.price).sum() / ANSWERS_PER_PRICE):
        return None
    return AskedPrices.of(turnbull(intervals), intervals, price=prices, reach=reach, level=level)


def _complete(answers: GaborGrangerAnswers, intervals: Intervals, smooth: SmoothDemand) -> bool:
    """Whether everybody's willingness is known between two neighbouring prices, and no first price pulls it."""
    up_to_lower = np.searchsorted(answers.prices, intervals.lower, "right")
    below_upper = np.searchsorted(answers.prices, intervals.upper, "left")
    return bool((up_to_lower == below_upper).all()) and not pulls(smooth.average)


def _spread(smooth: SmoothDemand, asked: Asked) -> Estimate | None:
    label = asked.label("scale of log willingness, curves without a bend averaged", unit="log")
    return smooth.average.scale(label, draws=asked.resamples, seed=asked.seed)


def _smooth_curve(smooth: SmoothDemand | None, level: float) -> Demand | None:
    if smooth is None:
        return None
    price = np.geomspace(smooth.lowest, smooth.highest, _GRID)
    share, (low, high) = smooth.share(price), smooth.band(price, level)
    return Demand(price=price, share=share, low=np.minimum(low, share), high=np.maximum(high, share))


def _models(averaged: Average) -> list[dict[str, Any]]:
    return [
        {
            "law": one.law.name,
            "kind": one.kind,
            "weight": float(weight),
            "median": one.median,
            "log_likelihood": one.log_likelihood,
        }
        for one, weight in zip(averaged.fits, averaged.weights, strict=True)
    ]
