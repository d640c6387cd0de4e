"""The published conventions of gross, net and logo retention, each by its name: on one ledger they differ by 20 points.

Notation
--------
z_0 … z_w : (n,) what customers pay a month at w + 1 month-ends      a = z_0, b = z_w
[·] : 1 where it holds, else 0      x, y : z of neighbouring month-ends, x the earlier
E, C, L, R : Σ over customers and months of expansion, contraction, churn (lost) and reactivation

Every convention θ is a function of sums over customers. What a customer adds to the error of θ is its part in the
first derivative, d = Σ_j ∂θ/∂(sum j) · (what it adds to sum j); its size s is its share of what retention is measured
on, and r = θ + d ÷ s is what became of it. The interval is that of Σ s r (`models.retention.pooled_variance`).

A quick ratio has its own interval (`models.retention.quick_ratio`), shares of customers the mid-P interval.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate, Label
from models.proportions import mid_p
from models.retention.convention_sums import Sums, features_of, sums_of
from models.retention.ledger import Ints
from models.retention.pooled_variance import Shares, interval
from models.retention.quick_ratio import ends_of_ratio

FEWEST_CUSTOMERS = 5
"""Customers at the start of the window below which no interval is given, and so no number."""
Over = Literal["opening", "survivors", "each", "largest", "steps", "counted", "flows"]
"""Whose sizes s a convention has: a ÷ Σ a; that of those with b > 0; the same for all with a > 0; max z ÷ Σ a; the
largest share of any month-end, max x ÷ Σ x; none, since customers are counted; those of flows, max z."""
_STEP = 1e-6
_FEWEST_LOSSES = 3


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to count retention.

    Parameters
    ----------
    formula
        In the notation above.
    used_by
        Who publishes or computes it so, and what it does.
    of
        The number, shape (draws,), from the sums.
    over
        Whose sizes; see `Over`.
    least, most
        Between which it lies whatever happens.
    """

    formula: str
    used_by: str
    of: Callable[[Sums], Floats]
    over: Over = "opening"
    least: float = 0.0
    most: float = np.inf


def _net(of: Sums, regained: Floats) -> Floats:
    return 1 + (of.expansion - of.contraction - of.churn + regained) / of.opening


CONVENTIONS: Mapping[str, Convention] = {
    "nrr_endpoint": Convention(
        "Σ b [a > 0] ÷ Σ a", "SaaS Capital and most filers in the US; the default",
        lambda of: of.closing / of.opening,
    ),
    "nrr_without_winbacks": Convention(
        "Σ b [all z > 0] ÷ Σ a", "strict: whoever left stays lost", lambda of: of.unbroken / of.opening,
    ),
    "nrr_movements_with_reactivation": Convention(
        "1 + (E - C - L + R) ÷ Σ a", "dashboards' net churn over a year; counts what newcomers of the year did",
        lambda of: _net(of, of.reactivation), "largest", -np.inf,
    ),
    "nrr_movements": Convention(
        "1 + (E - C - L) ÷ Σ a", "calculators: start + expansion - contraction - churn",
        lambda of: _net(of, np.zeros(1)), "largest", -np.inf,
    ),
    "nrr_compounded": Convention(
        "Π over months of Σ y [x > 0] ÷ Σ x", "monthly tools, annualised",
        lambda of: (of.step_closing / of.step_opening).prod(axis=1), "steps",
    ),
    "nrr_average_month": Convention(
        "(mean over months of Σ y [x > 0] ÷ Σ x) ^ w", "the mean month, annualised",
        lambda of: (of.step_closing / of.step_opening).mean(axis=1) ** of.step_opening.shape[1], "steps",
    ),
    "nrr_survivors": Convention(
        "Σ b [a > 0] ÷ Σ a [b > 0]", "dollar-based net expansion of those who stayed; hides churn",
        lambda of: of.closing / of.of_survivors, "survivors",
    ),
    "nrr_mean_of_ratios": Convention(
        "mean of b ÷ a", "naive dashboards: a small customer counts as much as a large one",
        lambda of: of.ratios / of.customers, "each",
    ),
    "grr_endpoint": Convention(
        "Σ min(a, b) ÷ Σ a", "capped customer by customer; the default", lambda of: of.kept / of.opening, most=1.0,
    ),
    "grr_capped_in_total": Convention(
        "min(1, NRR)", "capped at 100 % in total: expansion hides churn",
        lambda of: of.closing / of.opening, most=1.0,
    ),
    "grr_movements_of_base": Convention(
        "1 - (C + L of those with a > 0) ÷ Σ a", "start - contraction - churn; who shrinks twice counts twice",
        lambda of: 1 - of.base_losses / of.opening, least=-np.inf, most=1.0,
    ),
    "grr_movements": Convention(
        "1 - (C + L) ÷ Σ a", "the same on dashboards' totals; can fall below 0",
        lambda of: 1 - (of.contraction + of.churn) / of.opening, "largest", -np.inf, 1.0,
    ),
    "grr_compounded": Convention(
        "Π over months of Σ min(x, y) ÷ Σ x", "monthly tools, annualised",
        lambda of: (of.step_kept / of.step_opening).prod(axis=1), "steps", most=1.0,
    ),
    "grr_lowest": Convention(
        "Σ min(z_0, …, z_w) ÷ Σ a", "due diligence: what was lost is never credited back",
        lambda of: of.lowest / of.opening, most=1.0,
    ),
    "logo_endpoint": Convention(
        "#{a > 0, b > 0} ÷ #{a > 0}", "the default", lambda of: of.staying / of.customers, "counted",
    ),
    "logo_never_lapsed": Convention(
        "#{all z > 0} ÷ #{a > 0}", "whoever left once is lost", lambda of: of.never_lapsed / of.customers, "counted",
    ),
    "quick_ratio_with_reactivation": Convention(
        "(new + E + R) ÷ (C + L)", "growth over losses, winbacks as growth",
        lambda of: (of.new + of.expansion + of.reactivation) / (of.contraction + of.churn), "flows",
    ),
    "quick_ratio": Convention(
        "(new + E) ÷ (C + L)", "growth over losses",
        lambda of: (of.new + of.expansion) / (of.contraction + of.churn), "flows",
    ),
}  # fmt: skip


def by_every_convention(
    month_ends: Ints,
    paid_before: NDArray[np.bool_],
    *,
    level: float = 0.9,
    names: Collection[str] = tuple(CONVENTIONS),
) -> dict[str, Estimate]:
    """Return retention over one window by conventions, with intervals that hold where few customers carry them.

    Parameters
    ----------
    month_ends
        Shape (w + 1, n): z, money ≥ 0.
    paid_before
        Shape (n,): who paid at any time before the window.
    level
        Coverage of the intervals.
    names
        The conventions that are wanted; all by default.

    Returns
    -------
    By the convention's name. Unknown are: all of them with fewer than `FEWEST_CUSTOMERS` at the start
    (``insufficient_customers``), those that divide by nothing (``nothing_lost``, ``nobody_stayed``), and quick ratios
    of which fewer than three customers carry the losses (``too_few_losses``).

    Examples
    --------
    >>> z = np.array([[100, 100, 100, 100, 100, 100], [100, 120, 0, 80, 100, 100]])
    >>> found = by_every_convention(z, np.zeros(6, dtype=bool))
    >>> [round(found[name].value, 3) for name in ("nrr_endpoint", "grr_endpoint", "logo_endpoint")]
    [0.833, 0.8, 0.833]
    """
    z = np.asarray(month_ends, dtype=np.int64)
    book = _Book(z, features_of(z, paid_before), {})
    return {name: _estimate(book, name, level) for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """Month-ends z, what customers add to the sums (features, n), and their sizes, by kind, once they are known."""

    z: Ints
    features: Floats
    sizes: dict[Over, tuple[NDArray[np.intp], Shares]]

    def sized(self, over: Over) -> tuple[NDArray[np.intp], Shares]:
        """Return the places of the customers that have a size of this kind, and their shares."""
        if over not in self.sizes:
            part = _parts(self.z, over)
            places = np.flatnonzero(part > 0)
            self.sizes[over] = places, Shares.of(part[places], part[places])
        return self.sizes[over]


def _parts(z: Ints, over: Over) -> Floats:
    """Return s, shape (n,); 0 for customers that have no part."""
    a, total = z[0].astype(np.float64), float(z[0].sum())
    if over in ("largest", "flows"):
        return np.asarray(z.max(axis=0) / total)
    if over == "steps":
        sums = z[:-1].sum(axis=1, keepdims=True)
        return np.asarray((z[:-1] / np.maximum(sums, 1)).max(axis=0))
    if over == "survivors":
        a = a * (z[-1] > 0)
    if over == "each":
        a = (a > 0).astype(np.float64)
    return np.asarray(a / a.sum())


def _estimate(book: _Book, name: str, level: float) -> Estimate:
    convention = CONVENTIONS[name]
    label = Label(
        unit="share" if convention.over != "flows" else "ratio", method=convention.formula, level=level
    )
    w, base = len(book.z) - 1, int((book.z[0] > 0).sum())
    total = book.features.sum(axis=1)
    if base < FEWEST_CUSTOMERS:
        return label.unknown("insufficient_customers", n=base)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(convention.of(sums_of(total[None], w))[0])
    if not np.isfinite(value):
        return label.unknown("nothing_lost" if convention.over == "flows" else "nobody_stayed", n=base)
    if convention.over == "counted":
        return label.known(value, *mid_p(round(value * base), base, level), n=base)
    places, shares = book.sized(convention.over)
    if places.size < FEWEST_CUSTOMERS:
        return label.unknown("insufficient_customers", n=places.size)
    if convention.over == "flows":
        return _quick_ratio(book, name, label, n=base)
    added = _slopes(convention, total, w) @ book.features
    low, high = interval(shares, value + added[places] / shares.part, value, level=level)
    value = min(value, convention.most)
    return label.known(value, max(low, convention.least), min(high, convention.most), n=base)


def _quick_ratio(book: _Book, name: str, label: Label, *, n: int) -> Estimate:
    places, shares = book.sized("flows")
    each = sums_of(book.features[:, places].T, len(book.z) - 1)
    gains = each.new + each.expansion + each.reactivation * name.endswith("with_reactivation")
    losses = each.contraction + each.churn
    if np.count_nonzero(losses) < _FEWEST_LOSSES:
        return label.unknown("too_few_losses", n=n)
    scale = shares.part * float(book.z[0].sum())
    low, high = ends_of_ratio(shares, gains / scale, losses / scale, level=label.level)
    return label.known(float(gains.sum() / losses.sum()), low, high, n=n)


def _slopes(convention: Convention, total: Floats, w: int) -> Floats:
    """Return ∂θ/∂(sum j), shape (features,), by differences to either side."""
    step = _STEP * np.where(total > 0, total, total[0])
    above, below = (convention.of(sums_of(total + sign * np.diag(step), w)) for sign in (1, -1))
    slopes: Floats = (above - below) / (2 * step)
    return slopes
