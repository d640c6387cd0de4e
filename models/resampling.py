"""Where intervals come from: a bootstrap by customer that all metrics and all scores share.

Customers are the independent units: their months are not. Every draw reweights the same customers for every
metric, so that comparisons between metrics are paired.

Notation
--------
n : customers          B : draws          W : (B, n) how often each draw contains each customer
t : a statistic        h : (n,) its influence function, so that t(W) ≈ t + Σ (W - 1) h / n

Up to `EXACT_LIMIT` customers each statistic is computed anew on every row of W. Above it the draws come from
the normal distribution that the influence functions imply, covariance ``h hᵀ / n²`` (the infinitesimal
jackknife: Efron 1982, ch. 6): a test shows that the two agree to within 1 % at that size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats, share
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.noise import noise

EXACT_LIMIT = 5_000
_CELLS = 1_500_000  # W is made in slices of about 12 MB


def bootstrap_weights(n: int, *, draws: int, seed: int) -> Floats:
    """Draw how often each customer stands in each bootstrap sample.

    Parameters
    ----------
    n
        Customers, ≥ 1.
    draws
        Bootstrap samples.
    seed
        The same seed gives the same weights.

    Returns
    -------
    Shape (draws, n), each row sums to n.
    """
    if n < 1:
        raise InvalidInput(f"n must be ≥ 1, got {n}")
    chosen = np.random.default_rng(seed).integers(0, n, size=(draws, n), dtype=np.int64)
    chosen += np.arange(draws)[:, None] * n
    return np.bincount(chosen.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)


def slices(n: int, draws: int) -> Iterator[slice]:
    """Cut the draws into stretches whose weights fit comfortably into memory."""
    step = max(1, _CELLS // max(n, 1))
    for start in range(0, draws, step):
        yield slice(start, min(draws, start + step))


def linear_draws(values: Floats, influence: Floats, *, draws: int, seed: int) -> Floats:
    """Draw statistics jointly from the normal distribution that their influence functions imply.

    Parameters
    ----------
    values
        Shape (s,): the statistics on the whole sample.
    influence
        Shape (s, n): the influence on each of each customer, centred in place; rows with NaN give NaN draws.

    Returns
    -------
    Shape (draws, s).
    """
    n = influence.shape[1]
    low, high = influence.min(axis=1), influence.max(axis=1)  # NaN where any is
    usable = np.isfinite(low) & np.isfinite(high) & np.isfinite(values)
    # A statistic that no customer moves stays where it is, to the last bit: ties must survive.
    moves = usable & (high > low)
    # All rows, unusable ones too: to choose among them first would copy them, which takes longer than the product.
    with np.errstate(invalid="ignore"):
        influence -= influence.mean(axis=1, keepdims=True)
        covariance = (influence @ influence.T)[np.ix_(moves, moves)] / n**2
    drawn = np.tile(np.where(usable, values, np.nan), (draws, 1))
    drawn[:, moves] += noise(covariance, draws, np.random.default_rng(seed))
    return drawn


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale on which a statistic's sampling distribution is closest to symmetric.

    `low` and `high` bound what the statistic can be; `kind` is ``identity``, ``log`` or ``fisher`` (artanh).
    """

    kind: str = "identity"
    low: float = -np.inf
    high: float = np.inf

    def to(self, values: Floats) -> Floats:
        """Transform statistics to the symmetric scale."""
        if self.kind == "log":
            return np.log(np.maximum(values, 1e-300))
        if self.kind == "fisher":
            return np.arctanh(np.clip(values, -1 + 1e-12, 1 - 1e-12))
        return values

    def back(self, values: Floats) -> Floats:
        """Transform back and keep within what the statistic can be."""
        natural = {"log": np.exp, "fisher": np.tanh}.get(self.kind, np.asarray)(values)
        return np.clip(natural, self.low, self.high)


def estimate_from_draws(
    value: float, draws: Floats, *, n: int, label: Label, scale: Scale | None = None
) -> Estimate:
    """Make an estimate whose interval is Student's t around the value, on the statistic's symmetric scale.

    The standard error is half of the central 68 % of the draws, which a few wild draws cannot inflate. Draws
    that are not finite count against the number: below 90 % usable ones it is declared not estimable.

    Parameters
    ----------
    value
        The statistic on the whole sample.
    draws
        Shape (B,): its bootstrap draws.
    n
        Customers that carry it; the t distribution has n - 1 degrees of freedom.
    label
        What the estimate is of, and its interval's level.
    scale
        The symmetric scale; default: the statistic's own.
    """
    share("level", label.level)
    usable = draws[np.isfinite(draws)]
    if not np.isfinite(value) or n < 2 or usable.size < 0.9 * max(draws.size, 1):
        return label.unknown("insufficient_customers", n=n)
    scale, middle = scale or Scale(), np.array([value])
    if scale.kind == "fisher":
        # Ranks of n customers tell a correlation from 1 only by whole swaps: half a swap is as near as it gets.
        nearest = 1 - 6 / (n**3 - n)
        usable, middle = np.clip(usable, -nearest, nearest), np.clip([value], -nearest, nearest)
    centre = float(scale.to(middle)[0])
    low, high = np.quantile(scale.to(usable), [0.1587, 0.8413])
    reach = float(special.stdtrit(n - 1, (1 + label.level) / 2)) * (high - low) / 2
    ends = scale.back(np.array([centre - reach, centre + reach]))
    return label.known(value, float(ends[0]), float(ends[1]), n=n)


def estimate_from_quantiles(value: float, draws: Floats, *, n: int, label: Label) -> Estimate:
    """Make an estimate whose interval is cut from the draws themselves, as medians and other quantiles need.

    The cut is a little wider than the central `level` share, by the factor √(n / (n - 1)) t / z in normal
    quantiles: plain percentile intervals are too short in small samples (Hesterberg 2015, §4.3).

    Parameters
    ----------
    value
        The statistic on the whole sample.
    draws
        Shape (B,): its bootstrap draws.
    n
        Customers that carry it.
    label
        What the estimate is of, and its interval's level.
    """
    share("level", label.level)
    usable = draws[np.isfinite(draws)]
    if not np.isfinite(value) or n < 2 or usable.size < 0.9 * max(draws.size, 1):
        return label.unknown("insufficient_customers", n=n)
    tail = float(special.ndtr(-np.sqrt(n / (n - 1)) * special.stdtrit(n - 1, (1 + label.level) / 2)))
    low, high = (float(end) for end in np.quantile(usable, [tail, 1 - tail]))
    estimate = label.known(value, low, high, n=n)
    if low <= value <= high:
        return estimate
    return estimate.warned(Caveat("skewed_draws", "the bootstrap draws lie mostly to one side of the value"))
