"""Log-normal, log-logistic and Weibull willingness by maximum likelihood from intervals.

Notation
--------
z = s (x - m) + z₅₀ : where x = log price; m the log of the median, s > 0 the slope, S(z₅₀) = ½
S, F, f, f′ : survival, distribution, density and its derivative of the standard law
P = S(z_L) - S(z_U) : the chance of an interval        θ : (q,) the linear coefficients, z = Xθ
γ : how far answers are pulled towards the price shown first, a

The pull is that of Herriges & Shogren (1996): after a was shown, people answer from ``(1-γ) x + γ a`` in place of
x. A price p that is asked later then tells whether x is above ``a + κ (p - a)`` with κ = 1 / (1-γ), and about a itself
nothing changes: so one formula serves first and later answers. With ``z = -θ₀ + θ₁ a + θ₂ (p - a)`` (or
``-θ₀ + θ₁ p`` without a pull) z is linear in θ, and since the three densities are log-concave the
log-likelihood is concave in θ (Burridge 1981): Newton's method finds its only maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.censored.intervals import Intervals
from models.checks import Floats
from models.errors import NotEstimable

_STEPS = 60
_FAR = 700.0  # in place of an infinite z: every law's tail has vanished there, and nothing overflows


@dataclass(frozen=True)
class Law:
    """A standard law on the line.

    Upper and lower tail, density, its derivative as a multiple of it, the z that a share of people is above,
    and the mean of willingness as a multiple of exp(m - z₅₀/s), given s.
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

    def mean_at(self, location: float | Floats, slope: float | Floats) -> Floats:
        """Return the mean willingness, infinite where the tail is too long for one."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(location - self.z_half / slope) * self.mean(np.asarray(slope)))


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


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted law of willingness.

    Parameters
    ----------
    law
        Of log willingness, standardised.
    location
        Log of the median, log money.
    log_slope
        log s; the log of willingness has standard deviation 1/s if it is normal.
    log_pull
        log κ = -log(1-γ); None where the fit has no pull.
    covariance
        Of (location, log_slope[, log_pull]), cluster-robust.
    log_likelihood
        Weighted, as given.
    per_weight
        The log-likelihood per unit of weight.
    clusters
        Independent clusters that carry the fit.
    """

    law: Law
    location: float
    log_slope: float
    log_pull: float | None
    covariance: Floats
    log_likelihood: float
    per_weight: float
    clusters: int

    @property
    def parameters(self) -> Floats:
        """Location, log slope and, where there is a pull, its log κ."""
        pull = () if self.log_pull is None else (self.log_pull,)
        return np.array([self.location, self.log_slope, *pull])

    @property
    def pull(self) -> float | None:
        """γ, the share of the way that answers are pulled towards the price shown first."""
        return None if self.log_pull is None else float(-np.expm1(-self.log_pull))

    @property
    def mean(self) -> float:
        """The mean willingness, infinite where the tail is too long for one."""
        return float(self.law.mean_at(self.location, np.exp(self.log_slope)))

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0, pull removed."""
        return survival(self.law, price, location=self.location, slope=np.exp(self.log_slope))

    def price_at(self, share: float) -> float:
        """Return the price that `share` of people, in (0, 1), would pay."""
        z = self.law.above(share) - self.law.z_half
        return float(np.exp(self.location + z / np.exp(self.log_slope)))


def survival(law: Law, price: Floats, *, location: float | Floats, slope: float | Floats) -> Floats:
    """Return S at prices > 0 for one curve, or for as many as `location` and `slope` broadcast to."""
    z = law.z_half + slope * (np.log(price) - location)
    return law.upper(np.clip(z, -_FAR, _FAR))


def fit(intervals: Intervals, law: Law = LAWS[0], *, pulled: bool = False) -> Fit:
    """Fit a law to intervals by maximum likelihood.

    Parameters
    ----------
    intervals
        The answers.
    law
        One of `LAWS`.
    pulled
        Whether the pull towards the price shown first is estimated too.

    Raises
    ------
    NotEstimable
        ``one_price`` where fewer than two prices divide the answers, ``no_spread`` where the likelihood has no
        maximum: some price divides all answers, or demand does not fall with the price.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 20]), upper=np.array([10, 20, 20, np.inf]),
    ...     weight=np.ones(4), cluster=np.arange(4))
    >>> round(fit(answers).price_at(0.5), 2)
    14.14
    """
    if intervals.bounds.size < 2:
        raise NotEstimable("one_price", "answers about one price show no curve: ask about at least two")
    design = _Design.of(intervals, pulled=pulled)
    theta = _maximum(law, design)
    value, gradients, hessian = _likelihood(law, design, theta)
    bread = np.linalg.inv(-hessian)
    scores = intervals.by_cluster(gradients)
    count = intervals.clusters
    meat = scores.T @ scores * count / max(count - 1, 1)
    parameters, jacobian = _natural(law, theta)
    return Fit(
        law=law, location=float(parameters[0]), log_slope=float(parameters[1]),
        log_pull=float(parameters[2]) if pulled else None,
        covariance=jacobian @ bread @ meat @ bread @ jacobian.T,
        log_likelihood=value, per_weight=value / float(intervals.weight.sum()), clusters=count,
    )  # fmt: skip


@dataclass(frozen=True)
class _Design:
    """Rows of X for both ends of each interval, their infinite ends as offsets, and the weights."""

    lower: Floats
    upper: Floats
    lower_offset: Floats
    upper_offset: Floats
    weight: Floats
    start: Floats

    @classmethod
    def of(cls, intervals: Intervals, *, pulled: bool) -> _Design:
        anchor = np.log(intervals.anchor) if pulled and intervals.anchor is not None else None
        with np.errstate(divide="ignore"):
            ends = np.log(intervals.lower), np.log(intervals.upper)
        rows, offsets = zip(*(_rows(end, anchor) for end in ends), strict=True)
        bounds = np.log(intervals.bounds)
        slope = 2 / max(float(np.std(bounds)), 0.05)
        start = np.array([slope * bounds.mean(), slope, slope][: rows[0].shape[1]])
        return cls(rows[0], rows[1], offsets[0], offsets[1], intervals.weight, start)


def _rows(end: Floats, anchor: Floats | None) -> tuple[Floats, Floats]:
    finite = np.isfinite(end)
    x = np.where(finite, end, 0.0)
    columns = [-np.ones_like(x), x] if anchor is None else [-np.ones_like(x), anchor, x - anchor]
    return np.stack(columns, axis=1) * finite[:, None], np.where(finite, 0.0, np.sign(end) * _FAR)


def _maximum(law: Law, design: _Design) -> Floats:
    """Climb the concave log-likelihood by Newton's steps, halved until they rise."""
    theta = design.start
    value, gradients, hessian = _likelihood(law, design, theta)
    for _ in range(_STEPS):
        gradient = gradients.sum(axis=0)
        try:
            step = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            break
        gain = float(gradient @ step)
        if 0 <= gain < 1e-16 * (1 + abs(value)):
            return theta
        size, reached = 1.0, _likelihood(law, design, theta + step)
        while not reached[0] >= value and size > 1e-6:
            size /= 2
            reached = _likelihood(law, design, theta + size * step)
        theta, (value, gradients, hessian) = theta + size * step, reached
        if gain < 1e-10 * (1 + abs(value)) and size < 1:
            return theta  # as near as rounding lets it come
    raise NotEstimable("no_spread", "demand does not fall gradually over the prices asked: ask more prices")


def _likelihood(law: Law, design: _Design, theta: Floats) -> tuple[float, Floats, Floats]:
    """Return the log-likelihood, each row's gradient (n, q) and the Hessian (q, q); -∞ where a slope is not > 0."""
    q = theta.size
    if not (theta[1:] > 0).all():
        return -np.inf, np.empty((0, q)), np.empty((0, q))
    z_low = np.clip(design.lower @ theta + design.lower_offset, -_FAR, _FAR)
    z_high = np.clip(design.upper @ theta + design.upper_offset, -_FAR, _FAR)
    # The difference of the smaller tails keeps its digits.
    right = z_low > 0
    chance = np.where(right, law.upper(z_low) - law.upper(z_high), law.lower(z_high) - law.lower(z_low))
    chance = np.maximum(chance, 1e-300)
    f_low, f_high = law.density(z_low) / chance, law.density(z_high) / chance
    gradient = f_high[:, None] * design.upper - f_low[:, None] * design.lower
    bend_low, bend_high = (
        (design.weight * f * law.bend(z))[:, None] for f, z in ((f_low, z_low), (f_high, z_high))
    )
    hessian = (
        (bend_high * design.upper).T @ design.upper
        - (bend_low * design.lower).T @ design.lower
        - (design.weight[:, None] * gradient).T @ gradient
    )
    return float(design.weight @ np.log(chance)), design.weight[:, None] * gradient, hessian


def _natural(law: Law, theta: Floats) -> tuple[Floats, Floats]:
    """Return (location, log slope[, log κ]) and their derivatives by θ: on these scales θ is closest to normal."""
    level, slope = theta[0] + law.z_half, theta[1]
    parameters = [level / slope, np.log(slope)]
    jacobian = [[1 / slope, -level / slope**2, 0.0], [0.0, 1 / slope, 0.0], [0.0, -1 / slope, 0.0]]
    if theta.size > 2:
        parameters.append(np.log(theta[2] / slope))
        jacobian[2][2] = 1 / theta[2]
    q = theta.size
    return np.array(parameters), np.array(jacobian)[:q, :q]
