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

from models.checks import Floats
from models.errors import InvalidInput
from models.estimate import Estimate, Label

LEAST_SD = 1e-6
"""Where all customers are alike an interval has no width; a ten-thousandth of a per cent stands for it."""

_NOTHING = 1e-3  # of the prior's precision: what data add below that is rounding


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

    def without(self, prior: Belief) -> Belief | None:
        """Return what data alone say, where this is what they say with a prior; None where they say nothing."""
        if self.sd == 0 or prior.sd == 0 or self.sd**-2 - prior.sd**-2 <= _NOTHING * prior.sd**-2:
            return None
        precision = self.sd**-2 - prior.sd**-2
        mean = (self.mean * self.sd**-2 - prior.mean * prior.sd**-2) / precision
        return Belief(mean, float(precision**-0.5))

    def estimate(self, label: Label, *, n: int) -> Estimate:
        """Return the belief as an estimate: its median and central interval."""
        reach = _z(label.level) * self.sd
        low, high = float(np.exp(self.mean - reach)), float(np.exp(self.mean + reach))
        return label.known(self.median, low, high, n=n)


@dataclass(frozen=True, slots=True)
class Joint:
    """What is believed of the median and the spread of willingness together: normal on both logs.

    Examples
    --------
    >>> both = Joint(Belief(2.3, 0.1), Belief(-0.5, 0.2), correlation=0.5)
    >>> both.covariance.round(3)
    array([[0.01, 0.01],
           [0.01, 0.04]])
    """

    median: Belief
    spread: Belief
    correlation: float

    @classmethod
    def of(cls, mean: Floats, covariance: Floats) -> Joint:
        """Return the belief with this mean (2,) and covariance (2, 2) of the logs."""
        one, other = np.sqrt(np.diag(covariance)).tolist()
        correlation = float(covariance[0, 1]) / (one * other)
        return cls(Belief(float(mean[0]), one), Belief(float(mean[1]), other), correlation)

    @property
    def mean(self) -> Floats:
        """Shape (2,)."""
        return np.array([self.median.mean, self.spread.mean])

    @property
    def covariance(self) -> Floats:
        """Shape (2, 2)."""
        shared = self.correlation * self.median.sd * self.spread.sd
        return np.array([[self.median.sd**2, shared], [shared, self.spread.sd**2]])

    def without(self, spread: Belief) -> Joint | None:
        """Return what data alone say, where this is what they say with a prior of the spread; None where nothing.

        A fiftieth of the prior stays: where data say nothing of the spread, the median is then still finite.
        """
        if spread.sd == 0:
            return self
        precision = np.linalg.inv(self.covariance)
        taken = 0.98 * spread.sd**-2
        pull = precision @ self.mean - [0.0, taken * spread.mean]
        precision[1, 1] -= taken
        if np.linalg.eigvalsh(precision)[0] <= 0:
            return None
        covariance = np.linalg.inv(precision)
        return Joint.of(covariance @ pull, covariance)

    def divided_by(self, factor: Belief) -> Joint:
        """Return the belief of the median ÷ an independent factor."""
        covariance = self.covariance + np.diag([factor.sd**2, 0.0])
        return Joint.of(self.mean - np.array([factor.mean, 0.0]), covariance)


def _z(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))
