"""How far the price asked first pulls the answers to later ones (Herriges & Shogren 1996), in words and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from models.censored.averaging import Average
from models.censored.parametric import Fit
from models.estimate import Caveat
from models.surveys._base import Asked

LARGE = 0.1
"""A pull of this share of the way, likelier than none, is told of."""
_METHOD = "pull of log willingness towards the first price"


def pulls(average: Average) -> bool:
    """Whether the models with a pull are likelier than those without."""
    return average.pulled > 0.5


def shown(average: Average, asked: Asked) -> dict[str, Any]:
    """Return the pull as an estimate, the weight of the models that have it, and the median without it."""
    best = average.best(pulled=True)
    label = asked.label(_METHOD, unit="share")
    if best is None:
        n = average.fits[0].clusters
        return {"pull": label.unknown("first_price_not_varied", n=n).to_json(), "weight": 0.0}
    value, low, high = pull_of(best, asked.level)
    plain = average.best(pulled=False)
    ignored = {} if plain is None else {"median_if_ignored": plain.median}
    return {
        "pull": label.known(value, low, high, n=best.clusters).to_json(),
        "weight": average.pulled,
        **ignored,
    }


def pull_of(pulled: Fit, level: float) -> tuple[float, float, float]:
    """Return γ and its interval, Student's t on log κ, by the delta method from the two slopes."""
    steep, flat = pulled.theta[2], pulled.theta[1]
    slope = np.array([0.0, -1 / flat, 1 / steep])
    error = float(np.sqrt(slope @ pulled.covariance @ slope))
    reach = error * float(special.stdtrit(max(pulled.clusters - 1, 1), (1 + level) / 2))
    value, low, high = (float(-np.expm1(-(np.log(steep / flat) + by))) for by in (0.0, -reach, reach))
    return value, low, high


def caveats(average: Average) -> tuple[Caveat, ...]:
    """Warn where the first price pulls the answers a long way."""
    best = average.best(pulled=True)
    if best is None or not pulls(average):
        return ()
    pull, *_ = pull_of(best, 0.9)
    if abs(pull) < LARGE:
        return ()
    plain = average.best(pulled=False)
    ignored = "" if plain is None else f"; taken as they are, the median would be {plain.median:.3g}"
    message = (
        f"answers lie {pull:.0%} of the way towards the first price asked; this is removed, and the demand that "
        f"remains, above all at the highest prices, rests on how the first prices were varied{ignored}"
    )
    return (Caveat("first_price_pulls", message),)
