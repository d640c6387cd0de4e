"""The bridge of the value that customers realise, as that of MRR, and how much of its growth went along with revenue.

Notation
--------
v₀, v₁ : (n,) value a month then and now, whole minor units, NaN where unknown; it may be below 0
x₀, x₁ : (n,) MRR then and now, whole minor units

    opening + new - lost + grown - shrunk + now known - no longer known = closing

opening, closing : Σ v₀ [x₀ > 0], Σ v₁ [x₁ > 0], known ones
new, lost : Σ v₁ [x₀ = 0 < x₁], Σ v₀ [x₁ = 0 < x₀]
grown, shrunk : max(v₁ - v₀, 0), max(v₀ - v₁, 0) of who pays at both ends with both known; who pays at both with one
    known counts as now known, or as no longer known
captured = Σ (x₁ - x₀) ÷ Σ (v₁ - v₀) of those with both; its interval is Fieller's (1954), customers being the units
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from models.checks import Floats, share, vector
from models.errors import InvalidInput
from models.estimate import Estimate, Label
from models.retention.ledger import Ints

FEWEST = 10


@dataclass(frozen=True, slots=True)
class ValueBridge:
    """Lines of the bridge, whole minor units a month, and what MRR did beside them.

    Parameters
    ----------
    opening, closing
        Value at both ends.
    new, lost, grown, shrunk, now_known, no_longer_known
        Its lines; of all but grown and shrunk any sign, since customers may lose by a product.
    mrr_where_grown, mrr_where_shrunk
        By how much MRR changed at customers whose value grew, and at the others.
    retained
        How many pay at both ends with both values known.
    """

    opening: int
    new: int
    lost: int
    grown: int
    shrunk: int
    now_known: int
    no_longer_known: int
    closing: int
    mrr_where_grown: int
    mrr_where_shrunk: int
    retained: int


def value_bridge(then: ArrayLike, now: ArrayLike, paid: Ints, pays: Ints) -> ValueBridge:
    """Sum the bridge of value between two month-ends.

    Parameters
    ----------
    then, now
        v₀ and v₁, shape (n,), NaN where unknown.
    paid, pays
        x₀ and x₁, shape (n,), ≥ 0.

    Raises
    ------
    InvalidInput
        Where shapes differ.

    Examples
    --------
    >>> bridge = value_bridge([100, 50, np.nan], [130, np.nan, 20], np.array([10, 5, 0]), np.array([12, 0, 3]))
    >>> bridge.opening, bridge.new, bridge.lost, bridge.grown, bridge.closing, bridge.mrr_where_grown
    (150, 20, 50, 30, 150, 2)
    """
    before, after, both, known = _ends(then, now, paid, pays)
    had, have, change = np.nan_to_num(before), np.nan_to_num(after), np.nan_to_num(after - before)
    moved = pays - paid

    def total(amount: Floats | Ints, chosen: NDArray[np.bool_]) -> int:
        return int(np.rint(amount[chosen]).sum())

    return ValueBridge(
        opening=total(had, paid > 0), closing=total(have, pays > 0),
        new=total(have, (paid == 0) & (pays > 0)), lost=total(had, (paid > 0) & (pays == 0)),
        grown=total(change, known & (change > 0)), shrunk=-total(change, known & (change < 0)),
        now_known=total(have, both & ~np.isfinite(before)), no_longer_known=total(had, both & ~np.isfinite(after)),
        mrr_where_grown=total(moved, known & (change > 0)), mrr_where_shrunk=total(moved, known & (change <= 0)),
        retained=int(known.sum()),
    )  # fmt: skip


def captured(then: ArrayLike, now: ArrayLike, paid: Ints, pays: Ints, *, level: float = 0.9) -> Estimate:
    """Return the share of the value added at retained customers that their MRR rose by.

    Parameters
    ----------
    then, now, paid, pays
        As for `value_bridge`.
    level
        Coverage of the interval.

    Returns
    -------
    Unit ``share``, any sign; ``insufficient_customers`` below ten, ``no_value_added`` where value did not grow, and
    ``interval_unbounded`` where it may not have.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> added = rng.normal(100, 50, 200).round()
    >>> paid = np.full(200, 1000)
    >>> pays = paid + (0.1 * added + rng.normal(0, 5, 200)).round().astype(int)
    >>> found = captured(np.zeros(200), added, paid, pays)
    >>> found.low < 0.1 < found.high
    True
    """
    share("level", level)
    before, after, _, known = _ends(then, now, paid, pays)
    added, more = (after - before)[known], (pays - paid)[known].astype(np.float64)
    label = Label(unit="share", method="change of MRR ÷ change of value, Fieller's interval", level=level)
    n = added.size
    if n < FEWEST:
        return label.unknown("insufficient_customers", n=n)
    x, y = float(added.mean()), float(more.mean())
    if x <= 0:
        return label.unknown("no_value_added", n=n)
    q = float(special.stdtrit(n - 1, (1 + level) / 2)) ** 2
    xx, xy, _, yy = (np.cov(added, more) / n).ravel().tolist()
    a, b, c = x**2 - q * xx, x * y - q * xy, y**2 - q * yy
    if a <= 0:
        return label.unknown("interval_unbounded", n=n)
    root = float(np.sqrt(max(b**2 - a * c, 0.0)))
    return label.known(y / x, float(b - root) / a, float(b + root) / a, n=n)


def _ends(
    then: ArrayLike, now: ArrayLike, paid: Ints, pays: Ints
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return both values, who pays at both ends, and of whom of those both values are known."""
    before, after = (np.asarray(each, dtype=np.float64) for each in (then, now))
    if not before.shape == after.shape == paid.shape == pays.shape:
        raise InvalidInput("values and MRR must be of the same customers")
    for name, each in (("then", before), ("now", after)):
        vector(name, np.nan_to_num(each, nan=0.0))
    both = (paid > 0) & (pays > 0)
    return before, after, both, both & np.isfinite(before) & np.isfinite(after)
