"""Newton, Miller & Smith's extension: how likely people are to buy at their cheap and at their expensive price.

Notation
--------
π : the share of buyers among those with an intent: 5 (very likely) … 1 (very unlikely)

A respondent buys with chance 0 from the too expensive price on, π(intent) at the expensive and at the cheap price,
and, below the too cheap one, 0 (or 1, where no price is too low: then demand only falls); straight lines join them.
Where the too-cheap question was not asked, the chance below the cheap price is that at it.

Best prices come from smoothed demand (`models.surveys._resampled_demand`); `details` has those of the curve as
answered, which Newton, Miller & Smith (1993) read off, and which single answers move.
"""

from __future__ import annotations

from typing import Any, ClassVar, get_args

import numpy as np

from models.errors import InvalidInput, NotEstimable
from models.surveys._base import Asked, Reading, SurveyMethod
from models.surveys._intent_calibration import CONVENTION
from models.surveys._ladders import assumed, check_calibration
from models.surveys._paths import Paths
from models.surveys._peak import AnsweredCurve
from models.surveys._price_sensitivity import (
    INTENTS,
    QUESTIONS,
    Intransitive,
    PriceSensitivity,
    cautions,
    typical,
)
from models.surveys._resampled_demand import ResampledDemand


class PurchaseSensitivity(PriceSensitivity):
    """The four price questions with both purchase intents."""

    required: ClassVar[tuple[str, ...]] = (*QUESTIONS[1:], *INTENTS)


class NewtonMillerSmith(SurveyMethod[PurchaseSensitivity]):
    """Reads demand, and the best prices by reach, revenue and profit, out of price questions with intents.

    Parameters
    ----------
    intent_calibration
        Five shares of buyers, from intent 5 down to 1. None: learn them first, by `calibrate_intents`.
    too_cheap_buys
        The chance to buy below the too-cheap price: 0, or 1.
    intransitive
        What becomes of answers out of order: see `models.surveys._price_sensitivity`. A path needs an order:
        ``keep`` models them too.

    Examples
    --------
    >>> rows = {
    ...     "respondent_id": [f"r{i}" for i in range(40)],
    ...     "too_cheap": np.linspace(5, 15, 40), "cheap": np.linspace(10, 30, 40),
    ...     "expensive": np.linspace(20, 60, 40), "too_expensive": np.linspace(30, 90, 40),
    ...     "intent_cheap": np.full(40, 5), "intent_expensive": np.full(40, 3),
    ... }
    >>> answers = PurchaseSensitivity.of({name: np.array(column) for name, column in rows.items()})
    >>> reading = NewtonMillerSmith().read(answers, Asked(unit="EUR/month", unit_cost=10))
    >>> [round(reading.best_price[goal].value) for goal in ("reach", "revenue", "profit")]
    [23, 32, 36]
    """

    title = "Newton-Miller-Smith"
    answers = PurchaseSensitivity

    def __init__(
        self,
        *,
        intent_calibration: tuple[float, float, float, float, float] | None = CONVENTION,
        too_cheap_buys: float = 0.0,
        intransitive: Intransitive = "model",
    ) -> None:
        if too_cheap_buys not in (0, 1):
            raise InvalidInput(f"too_cheap_buys must be 0 or 1, got {too_cheap_buys}")
        if intransitive not in get_args(Intransitive):
            raise InvalidInput(f"{intransitive!r} is none of {', '.join(get_args(Intransitive))}")
        self.intent_calibration = intent_calibration and check_calibration(tuple(intent_calibration))
        self.too_cheap_buys, self.intransitive = float(too_cheap_buys), intransitive

    def read(self, answers: PurchaseSensitivity, asked: Asked) -> Reading:
        """Read demand and best prices out of the answers.

        Raises
        ------
        NotEstimable
            ``no_intents``, if nobody gave both intents; ``no_realised_purchases``, if the calibration is None.
        """
        given = answers.only(answers.intent_given)
        if len(given.respondents) == 0:
            raise NotEstimable(
                "no_intents", "nobody gave purchase intents at the cheap and the expensive price"
            )
        treated = given.treated("drop" if self.intransitive == "drop" else "model")
        paths = self.paths(treated)
        demand = ResampledDemand(paths, cluster=treated.cluster, asked=asked)
        label = asked.label("highest smoothed demand (Newton-Miller-Smith), resampled by customer")
        n, reach = treated.clusters, demand.best_reach(label)
        if self.too_cheap_buys or not treated.asked_too_cheap.any():
            reach = label.unknown("reach_falls_with_price", n=n)
        profit = label.unknown("no_unit_cost", n=n)
        if asked.unit_cost is not None:
            profit = demand.best_margin(label, cost=asked.unit_cost)
        return Reading(
            about="willingness",
            respondents=len(given.respondents),
            clusters=given.clusters,
            typical=typical(treated, asked),
            best_price={
                "revenue": demand.best_margin(label), "reach": reach, "profit": profit,
            },
            demand=demand.demand(),
            flags=answers.flags(),
            caveats=(assumed(self.intent_calibration or ()), *cautions(treated)),
            details={"as_answered": as_answered(paths, asked.unit_cost)},
        )  # fmt: skip

    def paths(self, answers: PriceSensitivity) -> Paths:
        """Return everybody's chance to buy over prices; answers in order, intents given."""
        if self.intent_calibration is None:
            raise NotEstimable("no_realised_purchases", "give intent_calibration, or learn it from purchases")
        shares = self.intent_calibration[::-1]
        cheap, expensive = np.interp(answers.intents, [1, 2, 3, 4, 5], shares).T
        asked, prices = answers.asked_too_cheap, answers.prices.copy()
        prices[~asked, 0] = prices[~asked, 1]
        first = np.where(asked, self.too_cheap_buys, cheap)
        chances = np.column_stack([first, cheap, expensive, np.zeros_like(cheap)])
        return Paths(prices=prices, chances=chances, weights=answers.weights)


def as_answered(paths: Paths, unit_cost: float | None) -> dict[str, Any]:
    """Return the best prices of the curve that the answers make, JSON-ready, with what each brings."""
    curve = AnsweredCurve(paths)
    peaks = {"reach": curve.reach(), "revenue": curve.margin()}
    if unit_cost is not None:
        peaks["profit"] = curve.margin(unit_cost)
    return {
        goal: {"price": peak.price, "until": peak.until, "per_respondent": peak.brings}
        for goal, peak in peaks.items()
    }
