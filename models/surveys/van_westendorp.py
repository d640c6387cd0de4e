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
from models.estimate import Caveat, Estimate
from models.order_statistics import SortedSample
from models.surveys._base import Asked, Reading, SurveyMethod
from models.surveys._crossings import Crossing, Side
from models.surveys._price_sensitivity import Intransitive, PriceSensitivity

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
        points = {
            name: self._point(treated, pair, asked) for name, pair in (_PAIRS[self.range] | _ALWAYS).items()
        }
        unknown = asked.label(self._says()).unknown(CONSIDERATION.code, n=treated.clusters)
        return Reading(
            about="willingness",
            respondents=len(answers.respondents),
            clusters=answers.clusters,
            typical=typical(treated, asked),
            points=points,
            best_price={"revenue": unknown, "profit": unknown},
            flags=answers.flags(),
            caveats=(CONSIDERATION,),
        )

    def _says(self) -> str:
        treatment = {"model": "modelled", "drop": "dropped", "keep": "kept"}[self.intransitive]
        return f"Van Westendorp, {self.convention}, {self.range} range, answers out of order {treatment}"

    def _point(self, answers: PriceSensitivity, pair: tuple[int, int], asked: Asked) -> Estimate:
        """Return one crossing with its stretch."""
        label = asked.label(self._says())
        if TOO_CHEAP in pair:
            answers = answers.only(answers.asked_too_cheap)
            if len(answers.respondents) == 0:
                return label.unknown("not_asked", n=0)
        known = answers.prices[np.isfinite(answers.prices)]
        first, second = (
            Side(answers.prices[:, at], upwards=self.convention == "inclusive" and at <= CHEAP) for at in pair
        )
        crossing = Crossing(first, second, prices=np.unique(known))
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


def typical(answers: PriceSensitivity, asked: Asked) -> Estimate:
    """Return the median respondent's willingness to pay: the middle, on logs, of expensive and too expensive."""
    most = np.sqrt(answers.prices[:, EXPENSIVE] * answers.prices[:, TOO_EXPENSIVE])
    middle = float(SortedSample(most).median(answers.weights[None, :])[0])
    crossing = Crossing(Side(most), Side(most), prices=np.unique(most))
    label = asked.label("median over respondents of the geometric middle of expensive and too expensive")
    return crossing.estimate(answers.weights, cluster=answers.cluster, value=middle, label=label)
