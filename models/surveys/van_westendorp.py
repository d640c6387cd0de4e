"""Van Westendorp's price sensitivity meter: the four prices where two cumulative curves cross.

Notation
--------
tc, ch, ex, te : (n,) the prices at which a respondent finds it too cheap, cheap, expensive, too expensive

====  ==========================================  =====================================================
PMC   point of marginal cheapness                 too cheap meets not cheap (narrower: meets expensive)
PME   point of marginal expensiveness             too expensive meets not expensive (narrower: cheap)
IDP   indifference price point                    cheap meets expensive
OPP   optimal price point                         too cheap meets too expensive
====  ==========================================  =====================================================

Conventions: ``inclusive`` counts the price answered as (too) cheap, tc ≥ p; ``strict`` only prices below it,
tc > p. Too expensive and expensive include it in both. ``original`` is van Westendorp's (1976) range of
acceptable prices from PMC to PME, ``narrower`` the one that later tools draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.surveys._base import Asked, Demand, Reading, SurveyMethod
from models.surveys._crossings import Crossing, placed
from models.surveys._curves import curves
from models.surveys._paths import Paths
from models.surveys._price_sensitivity import (
    Intransitive,
    PriceSensitivity,
    cautions,
    spread,
    typical,
)
from models.surveys._resampled_demand import ResampledDemand

Convention = Literal["inclusive", "strict"]
Range = Literal["original", "narrower"]
Intersection = Literal["interval", "min", "max", "mean", "median"]

TOO_CHEAP, CHEAP, EXPENSIVE, TOO_EXPENSIVE = range(4)
_PAIRS = {
    "original": {"pmc": (TOO_CHEAP, CHEAP), "pme": (EXPENSIVE, TOO_EXPENSIVE)},
    "narrower": {"pmc": (TOO_CHEAP, EXPENSIVE), "pme": (CHEAP, TOO_EXPENSIVE)},
}
_ALWAYS = {"opp": (TOO_CHEAP, TOO_EXPENSIVE), "idp": (CHEAP, EXPENSIVE)}
CONSIDERATION = Caveat(
    "consideration_is_not_purchase",
    "the demand curve counts who finds the price neither too cheap nor too expensive: they would consider it, "
    "which says nothing about how many buy; ask for purchase intents (Newton-Miller-Smith)",
)


class VanWestendorp(SurveyMethod[PriceSensitivity]):
    """Reads the four points out of answers to the four questions.

    Parameters
    ----------
    convention, range
        Which published rule; see the module.
    intersection
        The value where curves coincide: the stretch's middle (``interval``), or the ``min``, ``max``, ``mean`` or
        ``median`` of the answered prices on it. The stretch itself is the estimate's `plateau`.
    intransitive
        What becomes of answers out of order: see `models.surveys._price_sensitivity`.

    Examples
    --------
    >>> rows = {
    ...     "respondent_id": np.arange(40), "too_cheap": np.linspace(5, 25, 40), "cheap": np.linspace(10, 40, 40),
    ...     "expensive": np.linspace(20, 70, 40), "too_expensive": np.linspace(30, 90, 40),
    ... }
    >>> reading = VanWestendorp().read(PriceSensitivity.of(rows), Asked(unit="EUR/month"))
    >>> [(name, round(point.value)) for name, point in reading.points.items()]
    [('pmc', 19), ('opp', 27), ('idp', 33), ('pme', 52)]
    """

    title = "Van Westendorp"
    answers = PriceSensitivity

    def __init__(
        self,
        *,
        convention: Convention = "inclusive",
        range: Range = "original",  # noqa: A002  the name that the API promises
        intersection: Intersection = "interval",
        intransitive: Intransitive = "model",
    ) -> None:
        chosen = {
            convention: Convention,
            range: Range,
            intersection: Intersection,
            intransitive: Intransitive,
        }
        for name, names in chosen.items():
            if name not in get_args(names):
                raise InvalidInput(f"{name!r} is none of {', '.join(get_args(names))}")
        self.convention, self.range, self.intersection, self.intransitive = (
            convention, range, intersection, intransitive,
        )  # fmt: skip

    def read(self, answers: PriceSensitivity, asked: Asked) -> Reading:
        """Read points, demand and prices out of the answers."""
        treated = answers.treated(self.intransitive)
        unknown = asked.label(self._says()).unknown(CONSIDERATION.code, n=treated.clusters)
        reach, demand = considered(treated, asked)
        points = self.points(treated, asked)
        drawn = curves(treated, inclusive=self.convention == "inclusive", points=points.values())
        return Reading(
            about="willingness",
            respondents=len(answers.respondents),
            clusters=answers.clusters,
            typical=typical(treated, asked),
            spread=spread(treated, asked),
            points=points,
            best_price={"reach": reach, "revenue": unknown, "profit": unknown},
            demand=demand,
            flags=answers.flags(),
            caveats=(CONSIDERATION, *cautions(treated)),
            details={"curves": drawn},
        )

    def points(self, treated: PriceSensitivity, asked: Asked) -> dict[str, Estimate]:
        """Return the four points of answers that have been treated, as they are."""
        prices, places = placed(treated.prices)
        if self.convention == "inclusive":
            places[:, [TOO_CHEAP, CHEAP]] += 1
        pairs = _PAIRS[self.range] | _ALWAYS
        found = {}
        for name in ("pmc", "opp", "idp", "pme"):
            first, second = pairs[name]
            who = treated.asked_too_cheap if first == TOO_CHEAP else np.ones(len(places), dtype=np.bool_)
            crossing = Crossing(prices, places[who, first], places[who, second])
            found[name] = self._point(crossing, treated.only(who), asked.label(self._says()))
        return found

    def _says(self) -> str:
        treatment = {"model": "modelled", "drop": "dropped", "keep": "kept"}[self.intransitive]
        where = {"interval": "middle"}.get(self.intersection, self.intersection)
        return (
            f"Van Westendorp, {self.convention}, {self.range} range, {where} where curves coincide, "
            f"answers out of order {treatment}"
        )

    def _point(self, crossing: Crossing, answers: PriceSensitivity, label: Label) -> Estimate:
        """Return one crossing with its stretch."""
        if len(answers.respondents) == 0:
            return label.unknown("not_asked", n=0)
        left, right = crossing.stretch(answers.weights)
        value = self._value(crossing.prices, left, right)
        estimate = crossing.estimate(answers.weights, cluster=answers.cluster, value=value, label=label)
        return replace(estimate, plateau=(left, right)) if left < right else estimate

    def _value(self, prices: Floats, left: float, right: float) -> float:
        if self.intersection == "interval" or left == right:
            return (left + right) / 2
        there = prices[(prices >= left) & (prices <= right)]
        choose: dict[str, Callable[[Floats], Any]] = {
            "min": np.min, "max": np.max, "mean": np.mean, "median": np.median,
        }  # fmt: skip
        return float(choose[self.intersection](there))


def considered(answers: PriceSensitivity, asked: Asked) -> tuple[Estimate, Demand]:
    """Return the price that most would consider, and the share that would, price by price."""
    label = asked.label("highest smoothed share of those who would consider the price, resampled by customer")
    lower = answers.asked_too_cheap
    if lower.any():
        answers = answers.only(lower)
    bought_from = answers.prices[:, TOO_CHEAP] if lower.any() else answers.prices[:, CHEAP]
    upto = answers.prices[:, TOO_EXPENSIVE]
    # Kept answers may have it too expensive before it stops being too cheap: they consider no price.
    ever = (bought_from <= upto).astype(np.float64)
    low, high = np.minimum(bought_from, upto), np.maximum(bought_from, upto)
    before = np.zeros_like(ever) if lower.any() else ever
    paths = Paths(
        prices=np.column_stack([low, low, high, high]),
        chances=np.column_stack([before, ever, ever, np.zeros_like(ever)]),
        weights=answers.weights,
    )
    demand = ResampledDemand(paths, cluster=answers.cluster, asked=asked)
    reach = demand.best_reach(label) if lower.any() else label.unknown("not_asked", n=0)
    return reach, demand.demand()
