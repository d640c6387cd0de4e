"""Revenue kept after past raises, those who left counted as 0: each wave beside those who were there and not told.

Notation
--------
b_it : bill of customer i at the end of month t, 0 after it left      g_i : month in which it was told a raise
x_it = b_it ÷ b_i,g-1 : what is left of the bill before a wave g, for those with b_i,g-1 > 0
K₁(h) : mean x_i,g+h of those told in g
ρ_s = Σ x_i,s+1 ÷ Σ x_is over those not told up to s + 1      K₀(h) = ρ_g-1 ⋯ ρ_g+h-1
effect(h) = Σ_g n_g (K₁ - K₀) ÷ Σ_g n_g

Who is told in g was there until g: whoever left before could not be told, and would stand among those never told. One
regression over all months reads that as an effect of raises (immortal time: Suissa 2008). So each wave is compared
with those who were there with it, and these count up to the month before they are told themselves, as in a life table.
A difference of shares of revenue; customers count alike, whatever they pay. Errors are by customer, from the influence
of each on K₁ (left out one at a time) and, by the delta method, on ρ.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Label
from models.pricing.raises.roll_out import Path, RollOut
from models.pricing.raises.staggered import Effect
from models.pricing.raises.trends import NOTHING_BEFORE

FEWEST_CONTROLS = 10


class RevenueKept:
    """Estimates what raises did to revenue kept.

    Parameters
    ----------
    label
        Unit and level of the effect.

    Examples
    --------
    Of 60 customers half are told a tenth more in month 2; two of them leave for it:

    >>> since = np.repeat([2, 2**31], 30)
    >>> bill = np.full((60, 5), 100.0)
    >>> bill[:30, 2:] = 110.0
    >>> bill[:2, 2:] = 0.0
    >>> round(RevenueKept().fit(RollOut(bill, since)).effect.value, 4)
    0.0267
    """

    def __init__(self, *, label: Label | None = None) -> None:
        self.label = label or Label(unit="share", method="waves beside those there and not told")

    def fit(self, bills: RollOut) -> Effect:
        """Estimate from bills, NaN or 0 where a customer is not there; nothing is said of trends before.

        Raises
        ------
        NotEstimable
            ``no_past_raises`` where nobody is told within the months, ``nobody_untreated`` where fewer than
            ten others are there in the month after.
        """
        bill, since, months = np.nan_to_num(bills.outcome), bills.since, bills.outcome.shape[1]
        waves = [int(g) for g in np.unique(since[(since > 0) & (since < months)])]
        parts = [(g, *_wave(bill, since, g)) for g in waves if ((since == g) & (bill[:, g - 1] > 0)).any()]
        if not parts:
            raise NotEstimable(
                "no_past_raises", "nobody who was there the month before is seen after a raise"
            )
        told, summed = np.zeros(months), np.zeros(months)
        influence = np.zeros((since.size, months))
        for _, own, gap, moves in parts:
            told[: gap.size] += own
            summed[: gap.size] += own * gap
            influence[:, : gap.size] += moves
        seen = np.flatnonzero(told)
        if not seen.size:
            raise NotEstimable(
                "nobody_untreated",
                f"fewer than {FEWEST_CONTROLS} were there and not told: nothing to compare with",
            )
        used = [(g, own) for g, own, gap, _ in parts if gap.size]
        raised = sum(own for _, own in used)
        error = np.sqrt((influence[:, seen] ** 2).sum(axis=0)) / told[seen]
        path = Path(seen, summed[seen] / told[seen], error, told[seen].astype(np.int64))
        value = float(summed.sum() / told.sum())
        whole = float(np.sqrt((influence.sum(axis=1) ** 2).sum()) / told.sum())
        reach = float(special.stdtrit(max(raised - 1, 1), (1 + self.label.level) / 2)) * whole
        there = (bill[:, [g - 1 for g, _ in used]] > 0) & (since[:, None] > [g for g, _ in used])
        return Effect(
            effect=self.label.known(value, value - reach, value + reach, n=raised),
            path=path, before=NOTHING_BEFORE, two_way=np.nan, raised=raised, waves=len(used),
            controls=int(there.any(axis=1).sum()), cells=int(told.sum()),
        )  # fmt: skip


def _wave(bill: Floats, since: np.ndarray, g: int) -> tuple[int, Floats, Floats]:
    """Return how many were told, K₁ - K₀ by month, and n_g times the influence of each customer on it, (n, h)."""
    there = bill[:, g - 1] > 0
    left = np.divide(bill[:, g - 1 :], bill[:, [g - 1]], out=np.zeros((since.size, bill.shape[1] - g + 1)),
                     where=there[:, None])  # fmt: skip
    own = there & (since == g)
    free = there[:, None] & (since[:, None] > np.arange(g, bill.shape[1]))
    later, before = np.where(free, left[:, 1:], 0.0), np.where(free, left[:, :-1], 0.0)
    many, few = later.sum(axis=0), before.sum(axis=0)
    known = (free.sum(axis=0) >= FEWEST_CONTROLS) & (many > 0) & (few > 0)
    h = int(np.cumprod(known).sum())
    kept = np.cumprod(many[:h] / few[:h])
    by_free = kept * np.cumsum(later[:, :h] / many[:h] - before[:, :h] / few[:h], axis=1)
    told = left[own, 1 : h + 1]
    moves = -int(own.sum()) * by_free
    gap: Floats = told.mean(axis=0) - kept
    # From the mean of the others; alone it has none, and all that it differs by counts as doubt.
    moves[own] += (told - told.mean(axis=0)) * len(told) / (len(told) - 1) if len(told) > 1 else gap
    return int(own.sum()), gap, moves
