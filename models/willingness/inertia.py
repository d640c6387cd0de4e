"""Inertia: how far above what it would pay anew a customer stays all the same.

Nobody has measured it for business software as such: that nine companies of ten lie between 0 and 25 % is a
judgement. A company that also sells to those who choose anew learns its own from the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate
from models.willingness.beliefs import Belief

INERTIA = Belief.within(1.0, 1.25, level=0.9)
"""exp(ι) a priori."""


@dataclass(frozen=True, slots=True)
class Inertia:
    """What is believed of exp(ι), and what people who choose anew would pay, where that is known.

    `anew` shows in `RenewalReading.inertia` alone: it must not enter willingness twice.
    """

    factor: Belief = INERTIA
    anew: Estimate | None = None

    def learnt(self, threshold: Belief) -> Belief:
        """Return the posterior of exp(ι): its prior and ``threshold ÷ anew``, by their precisions."""
        if self.anew is None or not self.anew.known or self.factor.sd == 0:
            return self.factor
        anew = Belief.of(self.anew, name="willingness of those who choose anew")
        variance = threshold.sd**2 + anew.sd**2
        gain = self.factor.sd**2 / (self.factor.sd**2 + variance)
        mean = self.factor.mean + gain * (threshold.mean - anew.mean - self.factor.mean)
        return Belief(mean, self.factor.sd * float(np.sqrt(1 - gain)))
