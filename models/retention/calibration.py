"""Whether predicted chances come true: predicted beside observed in groups of similar chances, out of time.

Judge on months after those that the model learned from: on its own months every logit with a constant looks right.

Notation
--------
p_i, y_i : (m,) predicted chance of row i, and whether it happened          G : groups of about equally many rows
p̄_g, ȳ_g : the mean chance and the share that happened in a group; Wilson's interval around ȳ_g
O / E = Σ y ÷ Σ p : above 1 more happens than was predicted
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.checks import share, vector
from models.errors import InvalidInput, NotEstimable
from models.estimate import Estimate, Label
from models.proportions import wilson


@dataclass(frozen=True)
class CalibrationGroup:
    """Rows of similar chances.

    Parameters
    ----------
    expected
        p̄, the mean predicted chance.
    observed
        ȳ, the share that happened, with a binomial interval; n are the rows.
    """

    expected: float
    observed: Estimate

    @property
    def holds(self) -> bool:
        """Whether the interval of what happened holds what was predicted."""
        low, high = self.observed.low, self.observed.high
        return low is not None and high is not None and low <= self.expected <= high


@dataclass(frozen=True)
class Calibration:
    """How predicted chances came true.

    Parameters
    ----------
    groups
        From the lowest chances to the highest.
    observed_to_expected
        O / E, with an exact Poisson interval; unit ``ratio``.
    """

    groups: tuple[CalibrationGroup, ...]
    observed_to_expected: Estimate


def calibration(
    predicted: ArrayLike, happened: ArrayLike, *, groups: int = 10, level: float = 0.9
) -> Calibration:
    """Compare predicted chances with what happened.

    Parameters
    ----------
    predicted
        Shape (m,), chances 0–1, made before the rows were seen. Rows of one customer that leaves at most once may be
        taken as independent: given the past, each month is a draw of its own.
    happened
        Shape (m,), 0 or 1.
    groups
        How many to aim at, ≥ 1. Equal chances stay together, so there may be fewer.
    level
        Coverage of the intervals.

    Raises
    ------
    InvalidInput
        Where an argument breaks the above.
    NotEstimable
        ``no_rows``, or ``nothing_expected`` where all chances are 0.

    Examples
    --------
    >>> found = calibration([0.1] * 50 + [0.4] * 50, [1] * 5 + [0] * 45 + [1] * 35 + [0] * 15, groups=2)
    >>> [(round(group.expected, 2), group.observed.value, group.holds) for group in found.groups]
    [(0.1, 0.1, True), (0.4, 0.7, False)]
    """
    share("level", level)
    chance = vector("predicted", predicted, low=0)
    event = vector("happened", np.asarray(happened, dtype=np.float64), n=chance.size, low=0)
    if (chance > 1).any() or not np.isin(event, (0, 1)).all() or groups < 1:
        raise InvalidInput("needs chances from 0 to 1, what happened as 0 or 1, and 1 group or more")
    if chance.size == 0:
        raise NotEstimable("no_rows", "there is nothing to compare")
    total, expected = float(event.sum()), float(chance.sum())
    if expected <= 0:
        raise NotEstimable("nothing_expected", "all predicted chances are 0")
    # Rows up to a quantile are a group, so that equal chances stay together.
    inner = np.quantile(chance, np.linspace(0, 1, groups + 1)[1:-1], method="lower")
    _, group = np.unique(np.searchsorted(inner, chance, side="left"), return_inverse=True)
    rows = np.bincount(group).astype(np.float64)
    happens, expects = np.bincount(group, event) / rows, np.bincount(group, chance) / rows
    low, high = wilson(happens, rows, float(special.ndtri((1 + level) / 2)))
    label = Label(unit="share", method="share that happened, Wilson's interval", level=level)
    found = tuple(
        CalibrationGroup(each, label.known(*ends, n=int(count)))
        for each, *ends, count in zip(*(a.tolist() for a in (expects, happens, low, high, rows)), strict=True)
    )
    tail = (1 - level) / 2
    ends = (
        special.gammaincinv(max(total, 1e-300), tail) if total else 0.0,
        special.gammaincinv(total + 1, 1 - tail),
    )
    ratio = Label(unit="ratio", method="observed ÷ expected, exact Poisson interval", level=level)
    return Calibration(
        found, ratio.known(total / expected, *(float(end) / expected for end in ends), n=chance.size)
    )
