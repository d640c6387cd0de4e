"""What raises that came in waves did: each customer after its raise beside what it would have been without one.

Notation
--------
y_it : outcome of customer i in month t, NaN where it was not there      g_i : month of its raise, or `NEVER`
y_it(0) = α_i + λ_t + ε_it : without a raise; fitted on cells with t < g_i      τ_it = y_it - α_i - λ_t, where t ≥ g_i
τ(h) : mean of τ_it over cells with t - g_i = h      ATT : mean over all cells with t ≥ g_i
v_it : how much a cell weighs in an estimate, which is Σ v_it y_it

Imputation (Borusyak, Jaravel & Spiess 2024; Gardner 2022). Plain two-way fixed effects, which compare those raised late
with those raised early and call the difference an effect, are computed to be shown beside it, never to be used.

Errors are by customer: Σ_i (Σ_t v_it e_it)², where e is the residual, and of a raised cell what τ_it differs from the
mean of the others of its wave and month (Borusyak et al. 2024, §4.3, left out one at a time). Waves of fewer than
`FEWEST_OF_WAVE` are taken together by months since the raise. Differences between customers' effects count as noise,
so that intervals are for customers like these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.pricing.raises.roll_out import Path, RollOut
from models.pricing.raises.trends import Before, before_raises
from models.pricing.raises.two_way import TwoWay
from models.retention.ledger import Ints

FEWEST_OF_WAVE = 5
LEADS = 6
_APART = 1e-8


@dataclass(frozen=True, eq=False)
class Effect:
    """What raises did.

    Parameters
    ----------
    effect
        The ATT.
    path
        τ(h).
    before
        γ and its test.
    two_way
        What plain two-way fixed effects would say: a warning.
    raised, waves, controls, cells
        Customers, waves and cells of raised ones that the ATT rests on; customers with a cell that is not raised yet.
    """

    effect: Estimate
    path: Path
    before: Before
    two_way: float
    raised: int
    waves: int
    controls: int
    cells: int


class Imputation:
    """Estimates what raises did from customers who were not raised, or not yet.

    Parameters
    ----------
    leads
        Months before raises that are compared, at most; fewer where fewer can be.
    label
        Unit and level of the effect.

    Examples
    --------
    Of 90 customers a third is raised in month 4, a third in month 7; the effect grows by 0.02 a month:

    >>> from models.pricing.raises.roll_out import NEVER
    >>> rng = np.random.default_rng(0)
    >>> since = np.repeat([4, 7, NEVER], 30)
    >>> after = np.arange(12) - since[:, None]
    >>> y = rng.normal(size=(90, 1)) + 0.01 * np.arange(12) + 0.02 * np.maximum(after + 1, 0)
    >>> found = Imputation().fit(RollOut(y, since))
    >>> np.round(found.path.value[:3], 6).tolist(), round(found.two_way, 3) < round(found.effect.value, 3)
    ([0.02, 0.04, 0.06], True)
    """

    def __init__(self, *, leads: int = LEADS, label: Label | None = None) -> None:
        self.leads = leads
        self.label = label or Label(unit="log", method="imputation")

    def fit(self, panel: RollOut) -> Effect:
        """Estimate.

        Raises
        ------
        NotEstimable
            ``no_past_raises`` where no cell comes after a raise; ``no_months_before`` where those raised were not
            there before; ``nobody_untreated`` where nobody who is not raised (yet) can be compared with.
        """
        free = TwoWay(panel.present & (panel.after < 0))
        told = _told(panel, free)
        unit, month = free.effects(panel.outcome)
        gap = np.where(panel.present, panel.outcome - unit[:, None] - month, 0.0)
        path, influence = _path(panel, free, told, gap)
        cells = np.bincount(panel.after[told], minlength=path.month.size)
        share = cells[path.month] / cells.sum()
        who = np.flatnonzero(told.any(axis=1))
        value, error = float(share @ path.value), float(np.sqrt(((share @ influence) ** 2).sum()))
        reach = float(special.stdtrit(max(who.size - 1, 1), (1 + self.label.level) / 2)) * error
        return Effect(
            effect=self.label.known(value, value - reach, value + reach, n=who.size),
            path=path,
            before=before_raises(panel, free, self.leads),
            two_way=_two_way(panel),
            raised=who.size,
            waves=int(np.unique(panel.since[who]).size),
            controls=int(free.cells.any(axis=1).sum()),
            cells=int(cells.sum()),
        )


def _told(panel: RollOut, free: TwoWay) -> NDArray[np.bool_]:
    """Return the raised cells whose outcome without a raise is known, (n, T)."""
    raised = panel.present & (panel.after >= 0)
    if not raised.any():
        raise NotEstimable("no_past_raises", "no customer is seen after a raise")
    if not free.cells[raised.any(axis=1)].any():
        raise NotEstimable("no_months_before", "of those raised, nobody is seen before the raise")
    told: NDArray[np.bool_] = raised & free.tied
    if not told.any():
        raise NotEstimable(
            "nobody_untreated",
            "after the first raise nobody is left who was not raised: nothing to compare with",
        )
    return told


def _path(panel: RollOut, free: TwoWay, told: NDArray[np.bool_], gap: Floats) -> tuple[Path, Floats]:
    """Return τ(h) of months that have one, and each customer's influence on it, (k, n)."""
    n, months = told.shape
    who, at = np.nonzero(told)
    since = panel.after[who, at]
    month, code, count = np.unique(since, return_inverse=True, return_counts=True)
    weight = 1 / count[code]
    value: Floats = np.bincount(code, weights=weight * gap[who, at]).astype(np.float64)
    unit_sums, month_sums = np.zeros((month.size, n)), np.zeros((month.size, months))
    unit_sums[code, who] = weight
    np.add.at(month_sums, (code, at), weight)
    _, by_month = free.solve(unit_sums, month_sums)
    # Residuals of a customer's unraised cells sum to 0, so that only the months' part of v moves.
    influence = -by_month @ np.where(free.cells, gap, 0.0).T
    influence[code, who] += weight * _apart(panel.since[who], at, code, gap[who, at])
    error = np.sqrt((influence**2).sum(axis=1))
    return Path(month, value, error, count), influence


def _apart(since: Ints, at: NDArray[np.intp], code: NDArray[np.intp], effect: Floats) -> Floats:
    """Return by how much each cell's effect differs from the mean of the others of its group."""
    wave = since.astype(np.int64) * (int(at.max()) + 1) + at
    _, group, count = np.unique(wave, return_inverse=True, return_counts=True)
    few = count[group] < FEWEST_OF_WAVE
    group = np.where(few, count.size + code, group)
    size = np.bincount(group)[group]
    mean = (np.bincount(group, weights=effect) / np.maximum(np.bincount(group), 1))[group]
    # Alone in its group a cell has nothing to differ from: its whole effect counts as doubt.
    apart: Floats = np.where(size > 1, (effect - mean) * size / np.maximum(size - 1, 1), effect)
    return apart


def _two_way(panel: RollOut) -> float:
    """Return the coefficient of "raised" beside unit and month effects on all cells; NaN where there is none."""
    every = TwoWay(panel.present)
    raised = every.residual((panel.after >= 0).astype(np.float64))
    weight = float((raised**2).sum())
    return (
        float((raised * np.where(panel.present, panel.outcome, 0.0)).sum() / weight)
        if weight > _APART
        else np.nan
    )
