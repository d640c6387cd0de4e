"""Answers read with shares of buyers that were measured, and are known no better than the purchases behind them.

The answers are read with the best guess of the shares and again with draws of what else they may be. An interval
then holds both doubts: that of the respondents, who are a sample, and that of the shares.

Notation
--------
x : a price or a share as the best guess has it       a : how far its interval reaches to one side
x_d : the same by draw d of the shares                σ : the standard deviation of the x_d, z the normal quantile
``√(a² + z² σ²)`` : how far it reaches then; prices on the log scale
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Caveat, Estimate
from models.progress import silent
from models.surveys._base import Asked, Demand, Its, Reading, SurveyMethod
from models.surveys._intent_calibration import IntentCalibration, Shares
from models.surveys._ladders import ASSUMED

FEW = 30
"""Customers and prospects below which the shares lean on what is usual."""
_SILENT = 0.1
"""More draws than this share without a number leave the number itself without one."""
_FIRST = 0.1  # of the time goes into the best guess


def read_calibrated(
    method: Callable[[Shares], SurveyMethod[Its]],
    answers: Its,
    asked: Asked,
    calibration: IntentCalibration,
) -> Reading:
    """Read answers by a method whose intents were calibrated by purchases.

    Parameters
    ----------
    method
        Makes the method for shares of buyers.
    answers, asked
        As of the method.
    calibration
        What purchases tell of the shares.

    Raises
    ------
    NotEstimable
        ``intents_do_not_tell``, where those who say that they would buy do so no more often than others; and what
        the method raises.
    """
    if calibration.shares[0] <= calibration.shares[-1]:
        text = "those who answered 5 bought no more often than those who answered 1"
        raise NotEstimable("intents_do_not_tell", text)
    found = method(calibration.shares).read(answers, asked.part(0.0, _FIRST))
    if ASSUMED not in {caveat.code for caveat in found.caveats}:
        return found  # nobody answered by intents
    quick = replace(asked, resamples=1, progress=silent)
    again = []
    for done, shares in enumerate(calibration.draws, start=1):
        again.append(_read(method, shares, answers, quick))
        asked.part(_FIRST, 1.0).progress(done, len(calibration.draws))
    kept = tuple(caveat for caveat in found.caveats if caveat.code != ASSUMED)
    return replace(
        found,
        typical=_wider(found.typical, [each.typical if each else None for each in again]),
        spread=found.spread and _wider(found.spread, [each.spread if each else None for each in again]),
        points=_all_wider(found.points, [each.points if each else {} for each in again]),
        best_price=_all_wider(found.best_price, [each.best_price if each else {} for each in again]),
        demand=_wider_demand(found.demand, again, asked.level),
        caveats=(*_caveats(calibration), *kept),
        details={**found.details, "intent_calibration": calibration.to_json()},
    )


def _read(
    method: Callable[[Shares], SurveyMethod[Its]], shares: Shares, answers: Its, asked: Asked
) -> Reading | None:
    """Read with a draw of the shares; None where they tell no intent from another, or leave nothing to be read."""
    if shares[0] <= shares[-1]:
        return None
    try:
        return method(shares).read(answers, asked)
    except NotEstimable:
        return None


def _all_wider(found: Mapping[str, Estimate], again: Sequence[Mapping[str, Estimate]]) -> dict[str, Estimate]:
    return {name: _wider(estimate, [each.get(name) for each in again]) for name, estimate in found.items()}


def _wider(found: Estimate, again: Sequence[Estimate | None]) -> Estimate:
    """Widen the interval of a price, or of the spread of prices."""
    if found.value is None or found.low is None or found.high is None or found.value <= 0:
        return found
    values = [each.value for each in again if each is not None and each.value is not None and each.value > 0]
    if len(values) < (1 - _SILENT) * len(again):
        return Estimate.unknown(
            "calibration_too_rough", unit=found.unit, n=found.n, level=found.level, method=found.method
        )
    reach = _quantile(found.level) * float(np.std(np.log(values)))
    below, above = np.log(found.value / max(found.low, 1e-300)), np.log(found.high / found.value)
    low, high = np.exp([-np.hypot(below, reach), np.hypot(above, reach)]) * found.value
    return replace(found, low=float(min(low, found.low)), high=float(max(high, found.high)))


def _wider_demand(found: Demand | None, again: Sequence[Reading | None], level: float) -> Demand | None:
    """Widen the band of a demand curve."""
    curves = [each.demand for each in again if each is not None and each.demand is not None]
    if found is None or not curves:
        return found
    shares = np.array([np.interp(found.price, each.price, each.share) for each in curves])
    reach: Floats = _quantile(level) * shares.std(axis=0)
    low = np.maximum(found.share - np.hypot(found.share - found.low, reach), 0)
    high = np.minimum(found.share + np.hypot(found.high - found.share, reach), 1)
    return replace(found, low=low, high=high)


def _quantile(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))


def _caveats(calibration: IntentCalibration) -> tuple[Caveat, ...]:
    told = ", ".join(f"{share:.2f}" for share in calibration.shares)
    text = (
        f"of those who answer 5, 4, 3, 2, 1, {told} are taken to buy, as {calibration.clusters} did or did not who were"
        " offered a price that they had judged; whether they were asked before or after is not in the data"
    )
    found = (Caveat("measured_calibration", text),)
    if calibration.clusters >= FEW:
        return found
    few = f"only {calibration.clusters} were offered a price that they had judged: the shares lean on the usual ones"
    return (*found, Caveat("few_realised_purchases", few))
