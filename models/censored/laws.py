"""The laws that the log of willingness may follow: log-normal, log-logistic and Weibull willingness.

Notation
--------
S, F, f, f′ : survival, distribution, density and its derivative of the standard law; z₅₀ its median
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats

FAR = 700.0
"""In place of an infinite z: every law's tail has vanished there, and nothing overflows."""


@dataclass(frozen=True)
class Law:
    """A standard law on the line, its density log-concave.

    Upper and lower tail, density, its derivative as a multiple of it, the z that a share of people is above,
    and the mean of willingness as a multiple of exp(m - z₅₀/s), given the slope s.
    """

    name: str
    upper: Callable[[Floats], Floats]
    lower: Callable[[Floats], Floats]
    density: Callable[[Floats], Floats]
    bend: Callable[[Floats], Floats]
    above: Callable[[float], float]
    mean: Callable[[Floats], Floats]

    @property
    def z_half(self) -> float:
        """z₅₀, the standard law's median."""
        return float(self.above(0.5))

    def survival(self, z: Floats) -> Floats:
        """Return S at any z, infinite ones too."""
        return self.upper(np.clip(z, -FAR, FAR))

    def mean_at(self, location: float, slope: float) -> float:
        """Return the mean willingness given its log median and slope; infinite where the tail is too long."""
        with np.errstate(over="ignore"):
            return float(np.exp(location - self.z_half / slope) * self.mean(np.array(slope)))


LAWS = (
    Law(
        "log-normal",
        upper=lambda z: special.ndtr(-z),
        lower=special.ndtr,
        density=lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi),
        bend=lambda z: -z,
        above=lambda share: -special.ndtri(share),
        mean=lambda slope: np.exp(0.5 / slope**2),
    ),
    Law(
        "log-logistic",
        upper=lambda z: special.expit(-z),
        lower=special.expit,
        density=lambda z: special.expit(z) * special.expit(-z),
        bend=lambda z: -np.tanh(z / 2),
        above=lambda share: -special.logit(share),
        mean=lambda slope: np.where(slope > 1, 1 / np.sinc(1 / np.maximum(slope, 1 + 1e-12)), np.inf),
    ),
    Law(
        "Weibull",
        upper=lambda z: np.exp(-np.exp(z)),
        lower=lambda z: -np.expm1(-np.exp(z)),
        density=lambda z: np.exp(z - np.exp(z)),
        bend=lambda z: 1 - np.exp(z),
        above=lambda share: float(np.log(-np.log(share))),
        mean=lambda slope: special.gamma(1 + 1 / slope),
    ),
)
