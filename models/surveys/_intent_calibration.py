"""What share of those who answer 5 … 1 really buy, learned from realised purchases.

Notation
--------
n, k : (5,) pairs and purchases at each intent, 5 first        m : (5,) prior shares, a : pairs that the prior is worth
q : (5,) the shares, falling from 5 down to 1

At each intent the purchases are binomial with a Beta(a m, a (1 - m)) prior; q is the nearest falling sequence to
the five posterior means, weights n + a. The bands are quantiles of posterior draws, each made to fall likewise.

The pairs must come from the price to which the intent belongs: a respondent who said 4 at 100 and was offered
150 tells nothing of the 4. Who was not made an offer is no "did not buy".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats, vector
from models.errors import InvalidInput, NotEstimable
from models.estimate import Estimate, Label
from models.surveys._isotonic import rising

CONVENTION = (0.7, 0.5, 0.3, 0.1, 0.0)
"""Newton, Miller & Smith's (1993) scale as tools use it; no measurement of it was found."""
_PRIOR_PAIRS = 4.0
_DRAWS = 2_000


@dataclass(frozen=True)
class IntentCalibration:
    """The shares of buyers from intent 5 down to 1, and the estimate of each with its interval."""

    shares: tuple[float, float, float, float, float]
    estimates: tuple[Estimate, ...]


def calibrate_intents(
    intent: Floats, bought: NDArray[np.bool_], *, level: float = 0.9, seed: int = 0
) -> IntentCalibration:
    """Estimate the shares of buyers from pairs of stated intent and realised purchase.

    Parameters
    ----------
    intent
        Shape (n,), whole numbers 1–5: what each said about a price.
    bought
        Shape (n,): whether they bought when they were offered that price.
    level
        Of the shares' intervals.
    seed
        Of the posterior draws.

    Raises
    ------
    InvalidInput
        If an intent is not 1, 2, 3, 4 or 5, or the lengths differ.
    NotEstimable
        ``no_realised_purchases``, without any pair.

    Examples
    --------
    >>> said, did = np.array([5.0] * 100 + [3.0] * 100), np.arange(200) % 100 < 40
    >>> did[100:] = np.arange(100) < 10
    >>> [round(share, 2) for share in calibrate_intents(said, did).shares]
    [0.41, 0.41, 0.11, 0.1, 0.0]
    """
    intent = vector("intent", intent)
    happened = vector("bought", bought, n=intent.size)
    if intent.size == 0:
        raise NotEstimable(
            "no_realised_purchases", "needs respondents who were offered the price they judged"
        )
    if not np.isin(intent, [1, 2, 3, 4, 5]).all() or not np.isin(happened, [0, 1]).all():
        raise InvalidInput("intent must be 1, 2, 3, 4 or 5, and bought 0 or 1")
    place = (5 - intent).astype(np.intp)
    pairs, bought_there = np.bincount(place, minlength=5), np.bincount(place, happened, 5)
    yes = bought_there + _PRIOR_PAIRS * np.array(CONVENTION)
    no = pairs - bought_there + _PRIOR_PAIRS * (1 - np.array(CONVENTION))
    shares = _falling((yes / (yes + no))[None, :], yes + no)[0]
    rng = np.random.default_rng(seed)
    # The convention's share of 0 would otherwise be certain where nobody bought.
    drawn = _falling(rng.beta(np.maximum(yes, 0.5), no, size=(_DRAWS, 5)), yes + no)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    label = Label(unit="share", method="isotonic means of beta-binomial posteriors", level=level)
    estimates = tuple(
        label.known(float(share), float(low[i]), float(high[i]), n=int(pairs[i]))
        for i, share in enumerate(shares)
    )
    five = tuple(map(float, shares))
    return IntentCalibration((five[0], five[1], five[2], five[3], five[4]), estimates)


def _falling(rows: Floats, weights: Floats) -> Floats:
    return rising(rows[:, ::-1], weights[::-1])[:, ::-1]
