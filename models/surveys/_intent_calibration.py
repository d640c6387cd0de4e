"""What share of those who answer 5 … 1 really buy, learned from realised purchases.

Notation
--------
n, k : (5,) pairs and purchases at each intent, 5 first, each cluster worth one pair
m : (5,) prior shares, a : pairs that the prior is worth
q : (5,) the shares, falling from 5 down to 1

At each intent the purchases are binomial with a Beta(a m, a (1 - m)) prior; q is the nearest falling sequence to
the five posterior means, weights n + a. The bands are quantiles of posterior draws, each made to fall likewise.

The pairs must come from the price to which the intent belongs: a respondent who said 4 at 100 and was offered
150 tells nothing of the 4. Who was not made an offer is no "did not buy". And both ends of an offer must be there
to be seen: of people who are known only because they bought, everybody bought, whatever they had said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats, vector
from models.clusters import Codes
from models.errors import InvalidInput, NotEstimable
from models.estimate import Estimate, Label
from models.surveys._isotonic import rising

Shares = tuple[float, float, float, float, float]
"""Shares of buyers, from intent 5 down to 1."""
CONVENTION: Shares = (0.7, 0.5, 0.3, 0.1, 0.0)
"""Newton, Miller & Smith's (1993) scale as tools use it; no measurement of it was found."""
_PRIOR_PAIRS = 4.0
_DRAWS = 2_000
_KEPT = 32
"""Draws that answers are read again with: enough for a standard deviation good to an eighth."""


@dataclass(frozen=True)
class IntentCalibration:
    """Shares of buyers by intent, from 5 down to 1, as purchases tell them.

    Parameters
    ----------
    shares
        The best guess, falling.
    estimates
        The same, each with its interval.
    draws
        What else the shares may be: posterior draws, each falling.
    clusters
        How many independent customers and prospects they rest on.
    """

    shares: Shares
    estimates: tuple[Estimate, ...]
    draws: tuple[Shares, ...]
    clusters: int

    def to_json(self) -> dict[str, Any]:
        """Return how many it rests on, and the share of each intent, 5 first."""
        intents = [{"intent": 5 - at, "buys": each.to_json()} for at, each in enumerate(self.estimates)]
        return {"rests_on": "quotes", "customers": self.clusters, "intents": intents}


def calibrate_intents(
    intent: Floats,
    bought: NDArray[np.bool_],
    *,
    cluster: Codes | None = None,
    level: float = 0.9,
    seed: int = 0,
) -> IntentCalibration:
    """Estimate the shares of buyers from pairs of stated intent and realised purchase.

    Parameters
    ----------
    intent
        Shape (n,), whole numbers 1–5: what each said about a price.
    bought
        Shape (n,): whether they bought when they were offered that price.
    cluster
        Shape (n,), codes 0 …: pairs of one customer or prospect count as one pair together; None: each counts.
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
    cluster = np.arange(intent.size) if cluster is None else cluster
    weight = 1 / np.bincount(cluster)[cluster]
    place = (5 - intent).astype(np.intp)
    pairs = np.bincount(place, weight, 5)
    bought_there = np.bincount(place, weight * happened, 5)
    yes = bought_there + _PRIOR_PAIRS * np.array(CONVENTION)
    no = pairs - bought_there + _PRIOR_PAIRS * (1 - np.array(CONVENTION))
    shares = _falling((yes / (yes + no))[None, :], yes + no)[0]
    rng = np.random.default_rng(seed)
    # The convention's share of 0 would otherwise be certain where nobody bought.
    drawn = _falling(rng.beta(np.maximum(yes, 0.5), no, size=(_DRAWS, 5)), yes + no)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    label = Label(unit="share", method="isotonic means of beta-binomial posteriors", level=level)
    there = [int(np.unique(cluster[place == at]).size) for at in range(5)]
    estimates = tuple(
        label.known(float(share), float(low[i]), float(high[i]), n=there[i]) for i, share in enumerate(shares)
    )
    draws = tuple(_five(row) for row in drawn[:_KEPT])
    return IntentCalibration(_five(shares), estimates, draws, int(np.unique(cluster).size))


def _five(row: Floats) -> Shares:
    first, second, third, fourth, fifth = row.tolist()
    return first, second, third, fourth, fifth


def _falling(rows: Floats, weights: Floats) -> Floats:
    return rising(rows[:, ::-1], weights[::-1])[:, ::-1]
