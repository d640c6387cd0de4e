"""What a point of net retention is worth to a company's price: a sourced range, an old line, and what confounds both.

Notation
--------
N : net retention in points (100 = 100 %)      m : price of the company ÷ annual recurring revenue      g : growth
b : by how much m rises with a point of N

    Δvalue = b × ARR for each point;   the line of 2021: m = 5 + 0.7 (N - 100)

Between companies m rises with N largely because N goes with g: on 35 public ones of June 2021 the slope of 0.45 falls
to 0.03 once growth stands beside it (`slopes`). A range from surveys of prices paid is therefore an upper view of what
retention alone does, and a dated one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.checks import share, vector
from models.errors import InvalidInput, TooFewCustomers
from models.estimate import Estimate, Label

FEWEST_COMPANIES = 8


@dataclass(frozen=True, slots=True)
class MultiplePerPoint:
    """By how much the revenue multiple rises with a point of net retention.

    Parameters
    ----------
    value, low, high
        b and the range that its sources span, multiples of annual revenue per point.
    source, dated
        Who says so, and of when it is.
    """

    value: float
    low: float
    high: float
    source: str
    dated: str

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.value <= self.high:
            raise InvalidInput(f"needs 0 ≤ low ≤ value ≤ high, got {self.low}, {self.value} and {self.high}")

    def of_points(
        self, points: float, *, yearly_revenue: float, currency: str, level: float = 0.9
    ) -> Estimate:
        """Return what so many points are worth, money; below 0 for points lost.

        The range is not an interval of a sample, whatever its level: it is as wide as sources differ.

        Examples
        --------
        >>> worth = USUAL.of_points(1.0, yearly_revenue=10e6, currency="USD")
        >>> worth.low, worth.value, worth.high
        (2000000.0, 2500000.0, 4000000.0)
        """
        ends = sorted(points * each * yearly_revenue for each in (self.low, self.high))
        method = f"{self.value:g}× annual revenue per point, as sources differ"
        label = Label(unit=currency, method=method, level=level)
        return label.known(points * self.value * yearly_revenue, ends[0], ends[1], n=0)


USUAL = MultiplePerPoint(
    0.25,
    0.2,
    0.4,
    "surveys of prices paid for private and public companies: 0.2 to 0.4 per point",
    "2022-2026",
)
PEAK = MultiplePerPoint(0.7, 0.7, 0.7, "a line in circulation in 2021, at the top of the market", "2021")


def multiple_of_2021(net_retention: float) -> float:
    """Return the revenue multiple on the line of 2021.

    Parameters
    ----------
    net_retention
        N ÷ 100, a share > 0: 1.05 is 105 %.

    Examples
    --------
    >>> [round(multiple_of_2021(each), 2) for each in (1.00, 1.01, 1.05)]
    [5.0, 5.7, 8.5]
    """
    if net_retention <= 0:
        raise InvalidInput(f"net retention must be > 0, got {net_retention}")
    return max(5.0 + PEAK.value * 100 * (net_retention - 1), 0.0)


@dataclass(frozen=True)
class Slopes:
    """How the multiple goes with net retention between companies: alone, and beside growth.

    Parameters
    ----------
    alone
        Multiples per point of N, growth left out.
    beside_growth
        The same among companies of equal growth.
    growth
        Multiples per point of growth, among companies of equal N.
    """

    alone: Estimate
    beside_growth: Estimate
    growth: Estimate


def slopes(net_retention: ArrayLike, growth: ArrayLike, multiple: ArrayLike, *, level: float = 0.9) -> Slopes:
    """Regress multiples on retention, without growth and with it (least squares, Student's t).

    Parameters
    ----------
    net_retention, growth
        Shape (n,): shares, 1.2 = 120 % and 0.3 = 30 % a year.
    multiple
        Shape (n,): price ÷ annual revenue.
    level
        Coverage of the intervals.

    Raises
    ------
    TooFewCustomers
        With fewer than 8 companies.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> growth = rng.uniform(0.1, 0.6, 60)
    >>> net = 1 + 0.3 * growth + rng.normal(0, 0.03, 60)
    >>> found = slopes(net, growth, 4 + 40 * growth + rng.normal(0, 1, 60))
    >>> found.alone.low > 0.5, found.beside_growth.low < 0 < found.beside_growth.high
    (True, True)
    """
    share("level", level)
    n, g = vector("net_retention", net_retention), vector("growth", growth)
    m = vector("multiple", multiple, n=n.size)
    if n.size < FEWEST_COMPANIES:
        raise TooFewCustomers(needed=FEWEST_COMPANIES, got=n.size)
    one = np.ones(n.size)
    (alone,) = _least_squares(np.column_stack([one, 100 * n]), m, level)
    beside, own = _least_squares(np.column_stack([one, 100 * n, 100 * g]), m, level)
    return Slopes(alone, beside, own)


def _least_squares(design: np.ndarray, told: np.ndarray, level: float) -> list[Estimate]:
    """Return the slopes, without the first column's."""
    found, *_ = np.linalg.lstsq(design, told, rcond=None)
    freedom = told.size - design.shape[1]
    noise = float(((told - design @ found) ** 2).sum()) / freedom
    errors = np.sqrt(np.diag(noise * np.linalg.inv(design.T @ design)))
    reach = float(special.stdtrit(freedom, (1 + level) / 2)) * errors
    label = Label(unit="multiple/point", method="least squares over companies", level=level)
    return [
        label.known(float(b), float(b - e), float(b + e), n=told.size)
        for b, e in zip(found[1:], reach[1:], strict=True)
    ]
