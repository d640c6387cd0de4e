"""What would sell: shares, revenue and profit of products against competitors and buying nothing.

Notation
--------
J : offers, one of which may be "none"          G : candidate price lists          B : draws of the population
s : (B, G, J) the share of people who take each offer, ``Σ_m π_m exp(u_mj) / Σ_i exp(u_mi)``
gain of a list ``Σ_own (p_j - c_j) s_j``, money per person in the market
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checks import Floats
from models.choice.preferences import Population, Preferences
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.resampling import estimate_from_quantiles


@dataclass(frozen=True, eq=False, kw_only=True)
class BestPrices:
    """The list of prices that earns most, out of the candidates.

    Parameters
    ----------
    place
        Its row among the candidates: the one with the highest expected gain.
    gain
        What it earns, money per person in the market.
    probability
        Shape (G,): how likely each candidate is the best.
    regret
        What certainty about people's tastes would add to the gain on average, money per person: what more
        answers are worth at most.
    """

    place: int
    gain: Estimate
    probability: Floats
    regret: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Market:
    """Offers that people choose from, once each.

    Parameters
    ----------
    people
        Who chooses.
    offers
        Shape (J, K): attributes and today's prices; competitors and "none" included.
    own
        Which of them are ours; "none" is nobody's.
    cost
        Shape (J,): the unit cost of each, money; only our own matter.

    Examples
    --------
    Everybody has the same taste; two equal products at equal prices share the market:

    >>> one = Population(np.array([[[-1.0, 0.5]]]), np.ones((1, 1)))
    >>> people = Preferences(names=("price", "fast"), price=0, none=None, best=one, drawn=one,
    ...                      respondents=9, clusters=9)
    >>> market = Market(people=people, offers=np.array([[2.0, 1.0], [2.0, 1.0]]), own=(0,), cost=np.zeros(2))
    >>> market.shares(Label(unit="share"))[0].value
    0.5
    """

    people: Preferences
    offers: Floats
    own: tuple[int, ...]
    cost: Floats

    def __post_init__(self) -> None:
        J, K = self.offers.shape
        if len(self.people.names) != K or self.cost.shape != (J,):
            raise InvalidInput(f"offers need {len(self.people.names)} columns and a cost each, got {(J, K)}")
        if not self.own or not set(self.own) <= set(range(J)):
            raise InvalidInput(f"own must name some of the {J} offers, got {self.own}")

    def shares(self, label: Label) -> list[Estimate]:
        """Estimate the share of people who take each offer at today's prices."""
        prices = self.offers[None, :, self.people.price]
        best, drawn = (self.taken(each, prices)[:, 0] for each in (self.people.best, self.people.drawn))
        return [
            estimate_from_quantiles(float(value), draws, n=self.people.clusters, label=label)
            for value, draws in zip(best[0], drawn.T, strict=True)
        ]

    def taken(self, people: Population, prices: Floats) -> Floats:
        """Return the share that takes each offer under each list of prices (G, J): shape (B, G, J)."""
        unpriced = self.offers.copy()
        unpriced[:, self.people.price] = 0
        return np.array(
            [
                _shares(beta @ unpriced.T, beta[:, self.people.price], share, prices)
                for beta, share in zip(people.beta, people.share, strict=True)
            ]
        )

    def gains(self, people: Population, prices: Floats, *, profit: bool = True) -> Floats:
        """Return what our offers earn per person in the market, over cost or not, shape (B, G)."""
        own = list(self.own)
        margin = prices[:, own] - (self.cost[own] if profit else 0)
        earned: Floats = (self.taken(people, prices)[..., own] * margin).sum(axis=2)
        return earned

    def best(self, candidates: Floats, label: Label, *, profit: bool = True) -> BestPrices:
        """Choose among candidate lists of prices (G, J), with how sure the choice is.

        Parameters
        ----------
        candidates
            Every combination that may be set: competitors' columns usually stay, tiers may move together.
        label
            Of the gain.
        profit
            Whether the gain is over cost; else it is revenue.
        """
        expected = self.gains(self.people.best, candidates, profit=profit)[0]
        drawn = self.gains(self.people.drawn, candidates, profit=profit)
        place = int(np.argmax(expected))
        wins = np.bincount(np.argmax(drawn, axis=1), minlength=len(candidates))
        return BestPrices(
            place=place,
            gain=estimate_from_quantiles(
                float(expected[place]), drawn[:, place], n=self.people.clusters, label=label
            ),
            probability=wins / len(drawn),
            regret=float((drawn.max(axis=1) - drawn[:, place]).mean()),
        )


def _shares(unpriced: Floats, slope: Floats, share: Floats, prices: Floats) -> Floats:
    """Return the shares of one population: utilities (M, J) without price, slopes (M,), shares (M,)."""
    utility = unpriced[:, None, :] + slope[:, None, None] * prices
    utility -= utility.max(axis=2, keepdims=True)
    power = np.exp(utility, out=utility)
    power /= power.sum(axis=2, keepdims=True)
    total: Floats = np.tensordot(share, power, axes=1)
    return total
