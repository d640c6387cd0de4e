"""Who leaves at a new bill, by what customers would pay: a rule for `models.pricing.rating.behaviour`.

Notation
--------
ω, ι : what a customer would pay for one unit, and inertia (`by_customer`); one draw of what is uncertain of everybody
is one scenario
b, a : what a unit costs the customer today, and what it would cost

    P(leave) = P(ω exp(ι) < a | ω exp(ι) ≥ b) = 1 - Φ(-z_a) ÷ Φ(-z_b)  where a > b, else 0

with z_p the least Z at which p is paid. At today's price nobody leaves: that a customer is there is given. In each
scenario every customer leaves or stays by lot, so that the band holds the count itself and not its mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.pricing.rating.rounding import Ints
from models.willingness.by_customer import CommonDraws

_BLOCK = 4096
"""Customers at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, eq=False)
class WillingnessLeaving:
    """The rule for n customers of whom it is known what they pay today.

    Parameters
    ----------
    common
        What is uncertain of everybody; with the n customers' x.
    paid
        Shape (n,): b, money per unit, above 0.
    per_amount
        Shape (n,): by which a bill after, as `respond` has it, becomes a.
    level
        Share of scenarios that the band holds.
    seed
        Of who leaves in a scenario.

    Examples
    --------
    >>> from models.estimate import Estimate
    >>> from models.willingness.by_customer import Population, draw_common
    >>> median = Estimate(value=10.0, low=9.9, high=10.1, level=0.9, n=80, unit="EUR/posting")
    >>> spread = Estimate(value=0.5, low=0.49, high=0.51, level=0.9, n=80, unit="log")
    >>> rng, alike = np.random.default_rng(0), np.zeros(1000)
    >>> common = draw_common(Population(median, spread), log_worth=alike, draws=100, rng=rng)
    >>> rule = WillingnessLeaving(common, paid=alike + 10, per_amount=alike + 1)
    >>> shares = [rule(alike, alike + price).mean() for price in (9, 10, 11, 20)]
    >>> np.round(shares, 2)
    array([0.  , 0.  , 0.13, 0.79])
    """

    common: CommonDraws
    paid: Floats
    per_amount: Floats
    level: float = 0.9
    seed: int = 0

    def __call__(self, _before: Ints, after: Ints, /) -> NDArray[np.bool_]:
        """Return who leaves in which scenario, shape (draws, n)."""
        asked = after * self.per_amount
        leaves = np.zeros((self.common.middle.size, asked.size), dtype=np.bool_)
        for start in range(0, asked.size, _BLOCK):
            here = slice(start, start + _BLOCK)
            lot = np.random.default_rng((self.seed, start)).random(leaves[:, here].shape)
            rises = asked[here] > self.paid[here]
            at = start + np.flatnonzero(rises)
            leaves[:, at] = lot[:, rises] < self._probability(at, asked[at])
        return leaves

    def band(self, outcomes: Floats, /) -> tuple[float, float]:
        """Return the central interval of the draws, at outcomes that were drawn."""
        tail = (1 - self.level) / 2
        low = np.quantile(outcomes, tail, method="lower")
        return float(low), float(np.quantile(outcomes, 1 - tail, method="higher"))

    def _probability(self, at: NDArray[np.intp], asked: Floats) -> Floats:
        """Return P(leave), (draws, customers), of the customers at these places whose price rises."""
        common = self.common.only(at)
        pays, would = special.ndtr(-common.least(self.paid[at])), special.ndtr(-common.least(asked))
        # Where hardly anybody would pay as much as today, one more step is one too many.
        leave: Floats = 1 - would / np.maximum(pays, 1e-300)
        return leave
