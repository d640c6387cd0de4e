"""A belief about a positive quantity: normal on the log scale, read from an estimate or written as one.

Notation
--------
m, s : mean and standard deviation of the log          z : the normal quantile of an interval's level
An interval [low, high] at a level is read as ``s = log(high / low) / 2z``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.errors import InvalidInput
from models.estimate import Estimate, Label

LEAST_SD = 1e-6
"""Where all customers are alike an interval has no width; a ten-thousandth of a per cent stands for it."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a positive quantity.

    Parameters
    ----------
    mean
        Of its log.
    sd
        Of its log, ≥ 0; 0 is a fixed figure.

    Examples
    --------
    >>> usual = Belief.within(0.03, 0.40, level=0.9)
    >>> round(usual.median, 2), round(usual.sd, 2)
    (0.11, 0.79)
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and np.isfinite(self.sd) and self.sd >= 0):
            raise InvalidInput(f"a belief needs a finite mean and sd ≥ 0, got {(self.mean, self.sd)}")

    @property
    def median(self) -> float:
        """The quantity's median, > 0."""
        return float(np.exp(self.mean))

    @classmethod
    def within(cls, low: float, high: float, *, level: float) -> Belief:
        """Return the belief whose central interval of probability `level` is [low, high].

        Raises
        ------
        InvalidInput
            Unless 0 < low ≤ high and 0 < level < 1.
        """
        if not (0 < low <= high < np.inf and 0 < level < 1):
            raise InvalidInput(f"needs 0 < low ≤ high and a level in (0, 1), got {(low, high, level)}")
        return cls(float(np.log(low) + np.log(high)) / 2, float(np.log(high) - np.log(low)) / (2 * _z(level)))

    @classmethod
    def of(cls, estimate: Estimate, *, name: str = "the estimate") -> Belief:
        """Return what a known estimate says, with its value as the median.

        Raises
        ------
        InvalidInput
            If the estimate is unknown or its value is not positive.
        """
        value, low, high = estimate.value, estimate.low, estimate.high
        if value is None or low is None or high is None or value <= 0:
            raise InvalidInput(f"{name} must be known and positive, got {estimate}")
        z = _z(estimate.level)
        if low <= 0:  # the typical customer may gain nothing, which has no log: the delta method stands in
            return cls(float(np.log(value)), (high - low) / (2 * z * value))
        return cls(float(np.log(value)), max(float(np.log(high / low)) / (2 * z), LEAST_SD))

    def estimate(self, label: Label, *, n: int) -> Estimate:
        """Return the belief as an estimate: its median and central interval."""
        reach = _z(label.level) * self.sd
        low, high = float(np.exp(self.mean - reach)), float(np.exp(self.mean + reach))
        return label.known(self.median, low, high, n=n)


def _z(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))
