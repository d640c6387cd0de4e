"""Laws of willingness fitted to intervals by maximum likelihood, straight, bent, or with a pull.

Notation
--------
x, z : log price, and the point z(x) of a standard law such that the share S(z(x)) pays that price
P = S(z_L) - S(z_U) : the chance of an interval        θ : (q,) coefficients, z = Xθ, X (n, q)
straight   z = -θ₀ + θ₁ x                       two parameters: median and slope
bent       z = -θ₀ + θ₁ x + θ₂ v(x)             v a natural cubic spline with one inner knot
pulled     z = -θ₀ + θ₁ a + θ₂ (x - a)          a the log of the price shown first, κ = θ₂ / θ₁, γ = 1 - 1/κ

Bent curves are those of Royston & Parmar (2002): they fit what no law fits, and are straight beyond the outer
knots. The pull is that of Herriges & Shogren (1996): after a was shown, people answer from ``(1-γ) x + γ a`` in
place of x. A price that is asked later then tells whether willingness is above ``a + κ (x - a)``, and about a itself
nothing changes: one formula serves first and later answers. All three are linear in θ and the laws' densities
log-concave, so that the log-likelihood is concave (Burridge 1981) and Newton's method finds its only maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.censored.intervals import Intervals
from models.censored.laws import FAR, LAWS, Law
from models.checks import Floats
from models.errors import NotEstimable

_STEPS = 60
_BOUNDS_TO_BEND = 5
Knots = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted curve.

    Parameters
    ----------
    law
        Of log willingness.
    theta, covariance
        Shapes (q,) and (q, q), the covariance cluster-robust.
    knots
        Log prices of the spline's knots; None where the curve is straight.
    pulled
        Whether θ₂ is the slope of prices asked after the first.
    log_likelihood, per_weight
        As weighted, and per unit of weight.
    clusters
        Independent clusters that carry the fit.
    """

    law: Law
    theta: Floats
    covariance: Floats
    knots: Knots | None
    pulled: bool
    log_likelihood: float
    per_weight: float
    clusters: int

    @property
    def kind(self) -> str:
        """``straight``, ``bent`` or ``pulled``."""
        return "pulled" if self.pulled else "straight" if self.knots is None else "bent"

    @property
    def median(self) -> float:
        """The willingness that half of the people have at least, money."""
        return self.price_at(0.5)

    @property
    def mean(self) -> float:
        """The mean willingness of a curve without a bend, infinite where the tail is too long for one."""
        return self.law.mean_at((self.theta[0] + self.law.z_half) / self.theta[1], self.theta[1])

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0, the pull removed."""
        x = np.log(price)
        z = -self.theta[0] + self.theta[1] * x
        if self.knots is not None:
            z += self.theta[2] * spline(x, self.knots)
        return self.law.survival(z)

    def price_at(self, share: float) -> float:
        """Return the price that `share` of people, in (0, 1), would pay."""
        x = (self.law.above(share) + self.theta[0]) / self.theta[1]
        if self.knots is None:
            return float(np.exp(x))
        reach = self.knots[2] - self.knots[0]
        grid = np.exp(np.linspace(self.knots[0] - 3 * reach, self.knots[2] + 3 * reach, 4001))
        return float(grid[np.argmax(self.survival(grid) <= share)])


def fit(intervals: Intervals, law: Law = LAWS[0], *, kind: str = "straight") -> Fit:
    """Fit a law to intervals by maximum likelihood.

    Parameters
    ----------
    intervals
        The answers; `anchor` must be known where `kind` is ``pulled``.
    law
        One of `LAWS`.
    kind
        ``straight``, ``bent`` or ``pulled``.

    Raises
    ------
    NotEstimable
        ``too_few_prices`` where fewer prices than parameters divide the answers, ``no_spread`` where the likelihood
        has no maximum: one price divides all answers, or demand does not fall with the price.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 20]), upper=np.array([10, 20, 20, np.inf]),
    ...     weight=np.ones(4), cluster=np.arange(4))
    >>> round(fit(answers).median, 2)
    14.14
    """
    if intervals.bounds.size < (_BOUNDS_TO_BEND if kind == "bent" else 2):
        raise NotEstimable("too_few_prices", "the answers divide at too few prices to show a curve: ask more")
    knots = _knots(intervals) if kind == "bent" else None
    design = _Design.of(intervals, knots=knots, pulled=kind == "pulled")
    theta = _maximum(law, design)
    value, gradients, hessian = _likelihood(law, design, theta)
    bread = np.linalg.inv(-hessian - intervals.missing(gradients))
    scores = intervals.by_cluster(intervals.weight[:, None] * gradients)
    count = intervals.clusters
    meat = scores.T @ scores * count / max(count - 1, 1)
    return Fit(
        law=law, theta=theta, covariance=bread @ meat @ bread, knots=knots, pulled=kind == "pulled",
        log_likelihood=value, per_weight=value / float(intervals.weight.sum()), clusters=count,
    )  # fmt: skip


def spline(x: Floats, knots: Knots) -> Floats:
    """Return v(x): a cubic between the outer knots, bent at the inner one, straight outside."""
    low, inner, high = knots
    left = (high - inner) / (high - low)
    cubes = (np.maximum(x - knot, 0.0) ** 3 for knot in (inner, low, high))
    at_inner, at_low, at_high = cubes
    bent: Floats = (at_inner - left * at_low - (1 - left) * at_high) / (high - low) ** 2
    return bent


def _knots(intervals: Intervals) -> Knots:
    """Return the knots: the inner one where half of the bounds lie below, the outer ones past a twentieth."""
    ends = np.concatenate([intervals.lower, intervals.upper])
    ends = np.log(ends[(ends > 0) & np.isfinite(ends)])
    low, inner, high = (float(knot) for knot in np.quantile(ends, [0.05, 0.5, 0.95]))
    if not low < inner < high:
        raise NotEstimable("too_few_prices", "the answers divide at too few prices to show a bent curve")
    return low, inner, high


@dataclass(frozen=True)
class _Design:
    """Rows of X for both ends of each interval, infinite ends as offsets of z, the weights, and where to start."""

    lower: Floats
    upper: Floats
    lower_offset: Floats
    upper_offset: Floats
    weight: Floats
    start: Floats

    @classmethod
    def of(cls, intervals: Intervals, *, knots: Knots | None, pulled: bool) -> _Design:
        anchor = np.log(intervals.anchor) if pulled and intervals.anchor is not None else None
        with np.errstate(divide="ignore"):
            ends = np.log(intervals.lower), np.log(intervals.upper)
        rows = [_rows(end, anchor=anchor, knots=knots) for end in ends]
        offsets = [np.where(np.isfinite(end), 0.0, np.sign(end) * FAR) for end in ends]
        bounds = np.log(intervals.bounds)
        slope = 2 / max(float(np.std(bounds)), 0.05)
        third = [slope] if pulled else [] if knots is None else [0.0]
        start = np.array([slope * float(bounds.mean()), slope, *third])
        return cls(rows[0], rows[1], offsets[0], offsets[1], intervals.weight, start)


def _rows(end: Floats, *, anchor: Floats | None, knots: Knots | None) -> Floats:
    finite = np.isfinite(end)
    x = np.where(finite, end, 0.0)
    columns = [-np.ones_like(x), x if anchor is None else anchor]
    if anchor is not None:
        columns.append(x - anchor)
    if knots is not None:
        columns.append(spline(x, knots))
    return np.stack(columns, axis=1) * finite[:, None]


def _maximum(law: Law, design: _Design) -> Floats:
    """Climb the concave log-likelihood by Newton's steps, halved until they rise."""
    theta = design.start
    value, gradients, hessian = _likelihood(law, design, theta)
    for _ in range(_STEPS):
        gradient = design.weight @ gradients
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
        if not reached[0] >= value:
            if gain < 1e-10 * (1 + abs(value)):
                return theta  # as near as rounding lets it come
            break
        theta, (value, gradients, hessian) = theta + size * step, reached
    raise NotEstimable("no_spread", "demand does not fall gradually over the prices asked: ask more prices")


def _likelihood(law: Law, design: _Design, theta: Floats) -> tuple[float, Floats, Floats]:
    """Return the log-likelihood, each row's gradient (n, q) and the Hessian (q, q); -∞ where a P is not > 0."""
    z_low = np.clip(design.lower @ theta + design.lower_offset, -FAR, FAR)
    z_high = np.clip(design.upper @ theta + design.upper_offset, -FAR, FAR)
    # The difference of the smaller tails keeps its digits.
    right = z_low > 0
    chance = np.where(right, law.upper(z_low) - law.upper(z_high), law.lower(z_high) - law.lower(z_low))
    if not (chance > 0).all():
        return -np.inf, np.empty((0, theta.size)), np.empty((0, theta.size))
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
    return float(design.weight @ np.log(chance)), gradient, hessian
