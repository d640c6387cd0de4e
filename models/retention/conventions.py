"""The published conventions of gross, net and logo retention, each by its name: on one ledger they differ by 20 points.

Notation
--------
z_0 … z_w : (n,) what customers pay a month at w + 1 month-ends      a = z_0, b = z_w
[·] : 1 where it holds, else 0      x, y : z of neighbouring month-ends, x the earlier
E, C, L, R : Σ over customers and months of expansion, contraction, churn (lost) and reactivation

Every convention is a function of sums over customers, so that one weighing of customers serves all of them; weights
drawn again and again give their intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.estimate import Estimate, Label
from models.resampling import EXACT_LIMIT, bootstrap_weights, estimate_from_quantiles, linear_draws
from models.retention.ledger import Ints

FEWEST_CUSTOMERS = 5
"""Customers at the start of the window below which no interval is given, and so no number."""
_DRAWS = 400
_USABLE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over customers, shape (draws,) each; of each step between month-ends, (draws, w).

    Parameters
    ----------
    opening, closing, kept, lowest
        Σ a, Σ b [a > 0], Σ min(a, b) and Σ min(z_0, …, z_w).
    unbroken
        Σ b [all z > 0].
    of_survivors, ratios
        Σ a [b > 0] and Σ b ÷ a [a > 0].
    customers, staying, never_lapsed
        #{a > 0}, #{a > 0, b > 0} and #{all z > 0}.
    base_losses
        Contraction and churn of those with a > 0.
    new, expansion, contraction, churn, reactivation
        E, C, L, R, and what customers brought who never paid before.
    step_opening, step_closing, step_kept
        Σ x, Σ y [x > 0] and Σ min(x, y) of each step.
    """

    opening: Floats
    closing: Floats
    kept: Floats
    lowest: Floats
    unbroken: Floats
    of_survivors: Floats
    ratios: Floats
    customers: Floats
    staying: Floats
    never_lapsed: Floats
    base_losses: Floats
    new: Floats
    expansion: Floats
    contraction: Floats
    churn: Floats
    reactivation: Floats
    step_opening: Floats
    step_closing: Floats
    step_kept: Floats


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
    """

    formula: str
    used_by: str
    of: Callable[[Sums], Floats]


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
        lambda of: _net(of, of.reactivation),
    ),
    "nrr_movements": Convention(
        "1 + (E - C - L) ÷ Σ a", "calculators: start + expansion - contraction - churn",
        lambda of: _net(of, np.zeros(1)),
    ),
    "nrr_compounded": Convention(
        "Π over months of Σ y [x > 0] ÷ Σ x", "monthly tools, annualised",
        lambda of: (of.step_closing / of.step_opening).prod(axis=1),
    ),
    "nrr_average_month": Convention(
        "(mean over months of Σ y [x > 0] ÷ Σ x) ^ w", "the mean month, annualised",
        lambda of: (of.step_closing / of.step_opening).mean(axis=1) ** of.step_opening.shape[1],
    ),
    "nrr_survivors": Convention(
        "Σ b [a > 0] ÷ Σ a [b > 0]", "dollar-based net expansion of those who stayed; hides churn",
        lambda of: of.closing / of.of_survivors,
    ),
    "nrr_mean_of_ratios": Convention(
        "mean of b ÷ a", "naive dashboards: a small customer counts as much as a large one",
        lambda of: of.ratios / of.customers,
    ),
    "grr_endpoint": Convention(
        "Σ min(a, b) ÷ Σ a", "capped customer by customer; the default", lambda of: of.kept / of.opening,
    ),
    "grr_capped_in_total": Convention(
        "min(1, NRR)", "capped at 100 % in total: expansion hides churn",
        lambda of: np.minimum(of.closing / of.opening, 1.0),
    ),
    "grr_movements_of_base": Convention(
        "1 - (C + L of those with a > 0) ÷ Σ a", "start - contraction - churn; who shrinks twice counts twice",
        lambda of: 1 - of.base_losses / of.opening,
    ),
    "grr_movements": Convention(
        "1 - (C + L) ÷ Σ a", "the same on dashboards' totals; can fall below 0",
        lambda of: 1 - (of.contraction + of.churn) / of.opening,
    ),
    "grr_compounded": Convention(
        "Π over months of Σ min(x, y) ÷ Σ x", "monthly tools, annualised",
        lambda of: (of.step_kept / of.step_opening).prod(axis=1),
    ),
    "grr_lowest": Convention(
        "Σ min(z_0, …, z_w) ÷ Σ a", "due diligence: what was lost is never credited back",
        lambda of: of.lowest / of.opening,
    ),
    "logo_endpoint": Convention(
        "#{a > 0, b > 0} ÷ #{a > 0}", "the default", lambda of: of.staying / of.customers,
    ),
    "logo_never_lapsed": Convention(
        "#{all z > 0} ÷ #{a > 0}", "whoever left once is lost", lambda of: of.never_lapsed / of.customers,
    ),
    "quick_ratio_with_reactivation": Convention(
        "(new + E + R) ÷ (C + L)", "growth over losses, winbacks as growth",
        lambda of: (of.new + of.expansion + of.reactivation) / (of.contraction + of.churn),
    ),
    "quick_ratio": Convention(
        "(new + E) ÷ (C + L)", "growth over losses", lambda of: (of.new + of.expansion) / (of.contraction + of.churn),
    ),
}  # fmt: skip


def by_every_convention(
    month_ends: Ints,
    paid_before: NDArray[np.bool_],
    *,
    level: float = 0.9,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return retention over one window by every convention, with intervals from a bootstrap by customer.

    Parameters
    ----------
    month_ends
        Shape (w + 1, n): z, money ≥ 0.
    paid_before
        Shape (n,): who paid at any time before the window.
    level
        Coverage of the intervals.
    seed
        Of the draws.

    Returns
    -------
    By the convention's name. Unknown are: all of them with fewer than `FEWEST_CUSTOMERS` at the start
    (``insufficient_customers``), those that divide by nothing (``nothing_lost``, ``nobody_stayed``), and quick ratios
    of which more than a tenth of the draws do (``too_few_losses``).

    Examples
    --------
    >>> z = np.array([[100, 100, 100, 100, 100, 100], [100, 120, 0, 80, 100, 100]])
    >>> found = by_every_convention(z, np.zeros(6, dtype=bool))
    >>> [round(found[name].value, 3) for name in ("nrr_endpoint", "grr_endpoint", "logo_endpoint")]
    [0.833, 0.8, 0.833]
    """
    features = _features(np.asarray(month_ends, dtype=np.int64), paid_before)
    w = len(month_ends) - 1
    base = int((month_ends[0] > 0).sum())
    whole = _sums(features.sum(axis=1)[None], w)
    drawn = _sums(_drawn(features, seed=seed), w) if base >= FEWEST_CUSTOMERS else None
    found = {}
    for name, convention in CONVENTIONS.items():
        label = Label(
            unit="share" if "quick" not in name else "ratio", method=convention.formula, level=level
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(convention.of(whole)[0])
            draws = None if drawn is None else convention.of(drawn)
        if draws is None:
            found[name] = label.unknown("insufficient_customers", n=base)
        elif not np.isfinite(value):
            found[name] = label.unknown("nobody_stayed" if "survivors" in name else "nothing_lost", n=base)
        elif "quick" in name and np.isfinite(draws).mean() < _USABLE:
            found[name] = label.unknown("too_few_losses", n=base)
        else:
            found[name] = estimate_from_quantiles(value, draws, n=base, label=label)
    return found


def _drawn(features: Floats, *, seed: int) -> Floats:
    """Return the sums of bootstrap samples of customers, shape (draws, features)."""
    n = features.shape[1]
    if n > EXACT_LIMIT:
        mean = features.mean(axis=1)
        sums: Floats = n * linear_draws(mean, features, draws=_DRAWS, seed=seed)
        return sums
    weights = bootstrap_weights(n, draws=_DRAWS, seed=seed)
    drawn: Floats = weights @ features.T
    return drawn


def _features(z: Ints, paid_before: NDArray[np.bool_]) -> Floats:
    """Return what every customer adds to each of the sums, shape (features, n), in the order of `Sums`."""
    a, b, x, y = z[0], z[-1], z[:-1], z[1:]
    there, here = a > 0, b > 0
    began = (x == 0) & (y > 0)
    ever = np.logical_or.accumulate(x > 0, axis=0) | paid_before
    lost = np.where(y == 0, x, 0)
    shrunk = np.where((x > 0) & (y > 0), np.maximum(x - y, 0), 0)
    unbroken = (z > 0).all(axis=0)
    ratio = np.divide(b, a, out=np.zeros(a.size), where=there)
    single = [
        a, b * there, np.minimum(a, b), z.min(axis=0), b * unbroken, a * here, ratio, there, there & here, unbroken,
        (lost + shrunk).sum(axis=0) * there,
        (y * (began & ~ever)).sum(axis=0),
        np.where((x > 0) & (y > 0), np.maximum(y - x, 0), 0).sum(axis=0),
        shrunk.sum(axis=0),
        lost.sum(axis=0),
        (y * (began & ever)).sum(axis=0),
    ]  # fmt: skip
    return np.vstack([np.array(single, dtype=np.float64), x, y * (x > 0), np.minimum(x, y)])


def _sums(total: Floats, w: int) -> Sums:
    """Name sums, shape (draws, features)."""
    single = total.shape[1] - 3 * w
    steps = [total[:, single + k * w : single + (k + 1) * w] for k in range(3)]
    return Sums(*total[:, :single].T, *steps)
