"""Laws of willingness fitted to intervals by maximum likelihood, straight, bent, or as the first price moves them.

Notation
--------
x, z : log price, and the point z(x) of a standard law such that the share S(z(x)) pays that price
P = S(z_L) - S(z_U) : the chance of an interval        θ : (q,) coefficients, z = Xθ, X (n, q)
straight   z = -θ₀ + θ₁ x                       two parameters: median and slope
bent       z = -θ₀ + θ₁ x + Σ θⱼ vⱼ(x)          v natural cubic splines, one for each inner knot
pulled     z = -θ₀ + θ₁ a + θ₂ (x - a)          a the log of the price shown first, κ = θ₂ / θ₁, γ = 1 - 1/κ
shifted    as pulled, and + θ₃ at every price asked later; δ = -θ₃ / θ₂

Bent curves are those of Royston & Parmar (2002): they fit what no law fits, and are straight beyond the outer
knots. The pull is that of Herriges & Shogren (1996): after a was shown, people answer from ``(1-γ) x + γ a`` in
place of x. A price that is asked later then tells whether willingness is above ``a + κ (x - a)``, and about a itself
nothing changes: one formula serves first and later answers. Whoever is asked again may also say no more readily,
whatever the price: the shift of Alberini, Kanninen & Carson (1997), here beside the pull as in Whitehead (2002), adds
δ to what later answers come from. All are linear in θ and the laws' densities log-concave, so that the
log-likelihood is concave (Burridge 1981) and Newton's method finds its only maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.censored.intervals import Intervals
from models.censored.laws import FAR, LAWS, Law
from models.checks import Floats
from models.clusters import require_effective
from models.errors import NotEstimable, TooFewCustomers

LEAST_CLUSTERS = 5
"""With fewer independent answers an error of a curve is a guess."""
_LEAST_EFFECTIVE = 3.0  # one weight of 1,000 among sixty answers: 90 % intervals held the truth in 10 of 100
_STEPS = 60
_SAME = 1e-9  # logs of one price may differ in their last digit
_FLAT = 0.05  # a z that moves by less over all prices asked is no falling demand
KINDS = ("straight", "bent", "bent twice", "pulled", "shifted")
MOVED = ("pulled", "shifted")
"""Kinds in which the price shown first moves the answers to later ones."""
_INNER_KNOTS = {"bent": (0.5,), "bent twice": (0.33, 0.67)}


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
        Log prices of the splines' knots, rising; none where the curve is straight.
    kind
        One of `KINDS`.
    log_likelihood, per_weight
        As weighted, and per unit of weight.
    clusters
        Independent clusters that carry the fit.
    """

    law: Law
    theta: Floats
    covariance: Floats
    knots: tuple[float, ...]
    kind: str
    log_likelihood: float
    per_weight: float
    clusters: int

    @property
    def pulled(self) -> bool:
        """Whether θ₂ is the slope of prices asked after the first."""
        return self.kind in MOVED

    @property
    def median(self) -> float:
        """The willingness that half of the people have at least, money."""
        return self.price_at(0.5)

    @property
    def mean(self) -> float:
        """The mean willingness of a curve without a bend, infinite where the tail is too long for one."""
        return self.law.mean_at((self.theta[0] + self.law.z_half) / self.theta[1], self.theta[1])

    @property
    def scale(self) -> float:
        """The scale of log willingness of a curve without a bend: half the way from its 84 % to its 16 % point."""
        return (self.law.above(0.1587) - self.law.above(0.8413)) / 2 / float(self.theta[1])

    @property
    def error_of_log_scale(self) -> float:
        """The standard error of the log of `scale`."""
        return float(np.sqrt(self.covariance[1, 1]) / self.theta[1])

    def survival(self, price: Floats) -> Floats:
        """Return the share whose willingness is at least each price > 0, the pull removed."""
        x = np.log(price)
        z = -self.theta[0] + self.theta[1] * x
        if self.knots:
            z += splines(x, self.knots) @ self.theta[2:]
        return self.law.survival(z)

    def price_at(self, share: float) -> float:
        """Return the price that `share` of people, in (0, 1), would pay."""
        x = (self.law.above(share) + self.theta[0]) / self.theta[1]
        if not self.knots:
            return float(np.exp(x))
        reach = self.knots[-1] - self.knots[0]
        grid = np.exp(np.linspace(self.knots[0] - 3 * reach, self.knots[-1] + 3 * reach, 4001))
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
        One of `KINDS`.

    Raises
    ------
    TooFewCustomers
        Below `LEAST_CLUSTERS` clusters.
    NotEstimable
        ``weights_too_unequal`` where hardly anybody's answer counts;
        ``no_spread`` where one price divides all answers, so that no spread of willingness is to be seen;
        ``demand_not_falling`` where as many accept high prices as low ones; ``too_few_prices`` for a bent curve.

    Examples
    --------
    >>> answers = Intervals(
    ...     lower=np.array([0.0, 10, 10, 10, 10, 20]), upper=np.array([10.0, 20, 20, 20, 20, np.inf]),
    ...     weight=np.ones(6), cluster=np.arange(6))
    >>> round(fit(answers).median, 2)
    14.14
    """
    answered = intervals.weight > 0
    if intervals.lower[answered].max() <= intervals.upper[answered].min():
        raise NotEstimable("no_spread", "one price divides all answers: ask about higher and lower ones")
    if intervals.clusters < LEAST_CLUSTERS:
        raise TooFewCustomers(needed=LEAST_CLUSTERS, got=intervals.clusters)
    require_effective(intervals.weight, intervals.cluster, least=_LEAST_EFFECTIVE)
    knots = _knots(intervals, _INNER_KNOTS.get(kind, ()))
    design = _Design.of(intervals, knots=knots, kind=kind)
    theta = _maximum(law, design)
    if not _falls(theta, knots, intervals, pulled=kind in MOVED):
        raise NotEstimable("demand_not_falling", "as many accept the high prices asked as the low ones")
    value, gradients, hessian = _likelihood(law, design, theta)
    bread = np.linalg.inv(-hessian - intervals.missing(gradients))
    scores = intervals.by_cluster(intervals.weight[:, None] * gradients)
    count = intervals.clusters
    meat = scores.T @ scores * count / max(count - 1, 1)
    return Fit(
        law=law, theta=theta, covariance=bread @ meat @ bread, knots=knots, kind=kind,
        log_likelihood=value, per_weight=value / float(intervals.weight.sum()), clusters=count,
    )  # fmt: skip


def splines(x: Floats, knots: tuple[float, ...]) -> Floats:
    """Return v, one column an inner knot: cubics that bend there and are straight beyond the outer knots."""
    low, *inner, high = knots

    def cube(knot: float) -> Floats:
        past: Floats = np.maximum(x - knot, 0.0) ** 3
        return past

    left = [(high - knot) / (high - low) for knot in inner]
    bent = [
        cube(knot) - share * cube(low) - (1 - share) * cube(high)
        for knot, share in zip(inner, left, strict=True)
    ]
    return np.stack(bent, axis=-1) / (high - low) ** 2


def _knots(intervals: Intervals, inner: tuple[float, ...]) -> tuple[float, ...]:
    """Return the knots: inner ones at these quantiles of the distinct bounds, outer ones just inside the last."""
    if not inner:
        return ()
    knots = tuple(np.quantile(np.log(intervals.bounds), [0.05, *inner, 0.95]).tolist())
    # Each parameter needs a price of its own, and one more to be wrong at.
    if intervals.bounds.size < len(knots) + 2 or not (np.diff(knots) > 0).all():
        raise NotEstimable("too_few_prices", "the answers divide at too few prices to show a bent curve")
    return knots


def _falls(theta: Floats, knots: tuple[float, ...], intervals: Intervals, *, pulled: bool) -> bool:
    """Whether z rises, clearly over all prices and somewhat at both of its straight ends."""
    low, high = np.log(intervals.bounds[[0, -1]])
    slopes = [theta[1], theta[2] if pulled else theta[1]]
    rise = theta[1] * (high - low)
    if knots:
        far = knots[-1] + 1.0
        bend = splines(np.array([low, high, far, far + 1.0]), knots) @ theta[2:]
        rise += bend[1] - bend[0]
        slopes.append(theta[1] + bend[3] - bend[2])
    return bool(min(slopes) > 0 and rise > _FLAT)


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
    def of(cls, intervals: Intervals, *, knots: tuple[float, ...], kind: str) -> _Design:
        """Lay out the rows of one kind of curve."""
        anchor = np.log(intervals.anchor) if kind in MOVED and intervals.anchor is not None else None
        with np.errstate(divide="ignore"):
            ends = np.log(intervals.lower), np.log(intervals.upper)
        shifts = kind == "shifted"
        rows = [_rows(end, anchor=anchor, shifts=shifts, knots=knots) for end in ends]
        offsets = [np.where(np.isfinite(end), 0.0, np.sign(end) * FAR) for end in ends]
        bounds = np.log(intervals.bounds)
        # No |z| above 4 at the start: every interval then has a chance that is not lost to rounding.
        slope = 4 / max(float(np.abs(bounds - bounds.mean()).max()), 0.05)
        more = [slope, 0.0][: 1 + shifts] if kind in MOVED else [0.0] * max(len(knots) - 2, 0)
        start = np.array([slope * float(bounds.mean()), slope, *more])
        return cls(rows[0], rows[1], offsets[0], offsets[1], intervals.weight, start)


def _rows(end: Floats, *, anchor: Floats | None, shifts: bool, knots: tuple[float, ...]) -> Floats:
    finite = np.isfinite(end)
    x = np.where(finite, end, 0.0)
    columns = [-np.ones_like(x), x if anchor is None else anchor]
    if anchor is not None:
        columns.append(x - anchor)
        if shifts:
            columns.append((np.abs(x - anchor) > _SAME).astype(np.float64))
    if knots:
        columns += list(splines(x, knots).T)
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
