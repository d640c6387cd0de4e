"""How the price asked first moves the answers to later ones, in words, numbers and two demand curves.

Later answers may lean towards the first price (Herriges & Shogren 1996), and be fewer yeses whatever the price
(Alberini, Kanninen & Carson 1997). With both removed, demand rests on first answers, taken at face value; as answered,
all answers count alike. Where the two curves are farther apart than their bands, both are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from models.censored.averaging import Average
from models.censored.parametric import Fit
from models.checks import Floats
from models.estimate import Caveat, Estimate, Label
from models.surveys._base import Asked, Demand

LARGE = 0.1
"""A pull or a shift of this share, likelier than none, is told of."""
_PULL = "pull of log willingness towards the first price"
_SHIFT = "willingness behind later answers over that behind first ones, less 1"
_NOT_VARIED, _UNBOUNDED = "first_price_not_varied", "answers_do_not_bound_it"
_TELLING = 1e3  # an interval that reaches farther than by this factor tells nothing


@dataclass(frozen=True, eq=False, kw_only=True)
class FirstPrice:
    """What the first price did to the answers.

    Parameters
    ----------
    average
        The models, with and without an effect of the first price.
    demand, as_answered
        The demand of all models, and of those that take every answer as it is, at the same prices; None where the
        first price has no effect.
    highest
        The highest price that anybody was asked first.
    """

    average: Average
    demand: Demand | None
    as_answered: Demand | None
    highest: float

    @cached_property
    def best(self) -> Fit | None:
        """The likeliest model in which the first price has an effect."""
        return self.average.best(pulled=True)

    @cached_property
    def apart(self) -> Demand | None:
        """The demand as answered on the longest stretch where its band never meets the other's; None without any."""
        mine, plain = self.demand, self.as_answered
        if mine is None or plain is None:
            return None
        there = (plain.low > mine.high) | (plain.high < mine.low)
        if not there.any():
            return None
        ends = np.flatnonzero(np.diff(there, prepend=False, append=False)).reshape(-1, 2)
        first, after = ends[np.argmax(ends[:, 1] - ends[:, 0])]
        return Demand(**{column.name: getattr(plain, column.name)[first:after] for column in fields(plain)})

    def to_json(self, asked: Asked) -> dict[str, Any]:
        """Return pull and shift, the weight of the models that have them, and what would be said without them."""
        best, plain = self.best, self.average.best(pulled=False)
        pull = asked.label(_PULL, unit="share")
        if best is None:
            n = self.average.fits[0].clusters
            unknown = {"pull": pull, "shift": asked.label(_SHIFT, unit="share")}
            return {name: each.unknown(_NOT_VARIED, n=n).to_json() for name, each in unknown.items()} | {
                "weight": 0.0
            }
        found: dict[str, Any] = {
            "pull": pull_of(best, pull).to_json(),
            "shift": self._shift(asked).to_json(),
            "weight": self.average.pulled,
        }
        if plain is not None:
            found["median_if_ignored"] = plain.median
        if self.as_answered is not None:
            found["demand_if_ignored"] = self.as_answered.to_json()
        if self.apart is not None:
            found["apart"] = {"from": float(self.apart.price[0]), "to": float(self.apart.price[-1])}
        return found

    def _shift(self, asked: Asked) -> Estimate:
        label = asked.label(_SHIFT, unit="share")
        shifted = self.average.best(pulled=True, kind="shifted")
        if shifted is None:
            return label.unknown("not_identified", n=self.average.fits[0].clusters)
        return shift_of(shifted, label)

    def caveats(self) -> tuple[Caveat, ...]:
        """Warn where the first price moves the answers a long way, and where that decides the demand."""
        if self.best is None or not pulls(self.average):
            return ()
        label = Label(unit="share", method=_PULL)
        effects = _pulled(pull_of(self.best, label).value)
        if self.best.kind == "shifted":
            effects += _shifted(shift_of(self.best, label).value)
        if not effects:
            return ()
        plain = self.average.best(pulled=False)
        ignored = "" if plain is None else f"; taken as they are, the median would be {plain.median:.3g}"
        message = (
            f"answers to later prices {' and '.join(effects)}; this is removed, and the demand that remains rests on "
            f"the first answers, none of them above {self.highest:g}{ignored}{self._disagreement()}"
        )
        return (Caveat("first_price_pulls", message),)

    def _disagreement(self) -> str:
        """Say where the two curves are farther apart than chance explains."""
        if self.apart is None or self.demand is None:
            return ""
        at = self.apart.price[-1]
        mine, theirs = (float(np.interp(at, each.price, each.share)) for each in (self.demand, self.apart))
        return (
            f". The two demand curves do not meet between {self.apart.price[0]:.3g} and {at:.3g}, where chance no "
            f"longer explains it: at {at:.3g} {mine:.0%} would buy, as answered {theirs:.0%}. Both are shown; "
            "which is right, real purchases would tell"
        )


def _pulled(pull: float | None) -> list[str]:
    large = pull is not None and abs(pull) >= LARGE
    return [f"lie {pull:.0%} of the way towards the first price asked"] if large else []


def _shifted(shift: float | None) -> list[str]:
    if shift is None:
        return ["are alike whatever the price, or nearly so"]
    less = "less" if shift < 0 else "more"
    return [f"are those of people who would pay {abs(shift):.0%} {less}"] if abs(shift) >= LARGE else []


def pulls(average: Average) -> bool:
    """Whether the models with an effect of the first price are likelier than those without."""
    return average.pulled > 0.5


def pull_of(pulled: Fit, label: Label) -> Estimate:
    """Estimate γ, its interval Student's t on log κ by the delta method from the two slopes."""
    flat, steep = pulled.theta[1:3]
    middle, error = np.log(steep / flat), _error(pulled, [0.0, -1 / flat, 1 / steep], label.level)
    if not error < np.log(_TELLING):
        return label.unknown(_UNBOUNDED, n=pulled.clusters)
    value, low, high = (float(-np.expm1(-(middle + by))) for by in (0.0, -error, error))
    return label.known(value, low, high, n=pulled.clusters)


def shift_of(shifted: Fit, label: Label) -> Estimate:
    """Estimate ``exp δ - 1``, its interval Student's t on δ, in a model that has a shift."""
    steep, later = shifted.theta[2:4]
    error = _error(shifted, [0.0, 0.0, later / steep**2, -1 / steep], label.level)
    if not error < np.log(_TELLING):
        return label.unknown(_UNBOUNDED, n=shifted.clusters)
    value, low, high = (float(np.expm1(-later / steep + by)) for by in (0.0, -error, error))
    return label.known(value, low, high, n=shifted.clusters)


def _error(pulled: Fit, slope: list[float], level: float) -> float:
    """Return how far an interval reaches, from the slope of a figure in the first coefficients."""
    along: Floats = np.pad(slope, (0, pulled.theta.size - len(slope)))
    return float(
        np.sqrt(along @ pulled.covariance @ along)
        * special.stdtrit(max(pulled.clusters - 1, 1), (1 + level) / 2)
    )
