"""How often customers leave, shrink and grow in a month, by age and size, and by how much: with the doubt about it.

Notation
--------
z : (T, n) MRR at month-ends      a customer-month: z > 0 at its beginning
E_c, X_c : customer-months in cell c, and how many of them ended in an event (leaving, shrinking, growing)
s : the situation by contract, free, inside a term, at the end of a short or of a long one (`renewal_calendar`)
w : months of leaving that a month in it stands for, 1, 1, 3 and 12
r : the rate of all cells of a situation, r ~ Gamma(ΣX + ½, max(ΣE, 36 ÷ w))      r_c : the rate of a cell
m_t, X_t : events expected and seen in month t      v = max(0, Σ ((X_t - m_t)² - m_t) ÷ Σ m_t²)

    r_c | r ~ Beta(X_c + 1, E_c + 1 ÷ r - X_c - 1):  each cell is pulled towards the common rate by one event
    a month multiplies all rates by one number, Gamma with mean 1 and variance v: good and bad months, waves of raises

Cells are bands of age for leaving (young customers leave more), and thirds of size for all three events; where terms
bind customers, there are as many again for each situation, with a rate of their own in common: at the end of a term
customers leave ten times as often as inside it. What nobody has been up for yet is believed to happen about as often as
half an event in 36 months of leaving.

By how much customers of a size grow and shrink is resampled from what was seen, weighed anew in every draw (the
Bayesian bootstrap: Rubin 1981), one usual step added, so that a book in which nobody ever grew is not said to be unable
to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import TooFewCustomers
from models.retention.ledger import Ints
from models.retention.renewal_calendar import FREE, USUAL_MONTHS, new_situations

AGE_BANDS = (0, 3, 6, 12, 24)
"""Months since the first bill from which each band begins."""
RECENT_MONTHS = 24
FEWEST_MONTHS = 36
"""Customer-months below which nothing is said about rates."""
_SIZES = 3
_STEPS = 64
_USUAL = {"grows": 0.15, "shrinks": -0.15}
"""Log steps believed before any was seen, with the weight of one."""
_FEWEST_STEPS = 10
"""Steps of customers of one size from which on these are theirs."""
_STEPS_WEIGHED = 500
"""Steps seen from which on weighing them anew changes nothing that matters."""
_LEAST_VARIANCE, _MOST_VARIANCE = 0.05, 20.0


@dataclass(frozen=True, eq=False)
class Event:
    """One thing that may happen to a customer in a month, in draws.

    Parameters
    ----------
    rate
        Shape (draws, cells): chance in a month; cells in order of the situation.
    variance
        v, of what good and bad months multiply rates by.
    steps
        Shape (draws, sizes, 64): log steps of MRR to choose from, by the customer's size; none for leaving.
    """

    rate: Floats
    variance: float
    steps: Floats

    def months(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw what future months multiply the rates by, shape (draws, count), mean 1."""
        shape = 1 / self.variance
        drawn: Floats = rng.gamma(shape, self.variance, (self.rate.shape[0], count))
        return drawn


@dataclass(frozen=True, eq=False)
class MonthlyRates:
    """Rates of the three events, in the same draws.

    Parameters
    ----------
    leaves, grows, shrinks
        The events.
    size_cuts
        Shape (2,): MRR from which customers are of the second and of the third size, minor units.

    Examples
    --------
    >>> z = np.full((25, 200), 1000)
    >>> z[12:, :60] = 0
    >>> age = np.repeat(np.arange(30, 55)[:, None], 200, axis=1)
    >>> rates = MonthlyRates.fit(z, age, draws=400, seed=0)
    >>> round(float(rates.leaves.rate.mean(axis=0)[-1]), 3)
    0.015
    """

    leaves: Event
    grows: Event
    shrinks: Event
    size_cuts: Floats

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.leaves.rate.shape[0])

    @classmethod
    def fit(cls, z: Ints, age: Ints, *, situation: Ints | None = None, draws: int, seed: int) -> MonthlyRates:
        """Read the rates off the latest months of a book.

        Parameters
        ----------
        z
            Shape (T, n): MRR at month-ends, minor units.
        age
            Shape (T, n): months since the first bill, ≥ 0; whatever before it.
        situation
            Shape (T, n): of each customer in the month that ends then; None: nobody is bound.
        draws, seed
            Of the posterior.

        Raises
        ------
        TooFewCustomers
            Below 36 customer-months.
        """
        recent, old = z[-RECENT_MONTHS - 1 :], age[-RECENT_MONTHS - 1 : -1]
        x, y = recent[:-1], recent[1:]
        there = x > 0
        if int(there.sum()) < FEWEST_MONTHS:
            raise TooFewCustomers(needed=FEWEST_MONTHS, got=int(there.sum()))
        cuts = np.quantile(x[there], [1 / 3, 2 / 3])
        size = np.searchsorted(cuts, x, side="right").astype(np.int64)
        now = np.full_like(size, FREE) if situation is None else situation[-len(x) :]
        weighing = (1,) if situation is None else USUAL_MONTHS
        steps = np.log(np.maximum(y, 1) / np.maximum(x, 1))
        seen = _Seen(there, steps, size, np.array(weighing), draws, np.random.default_rng(seed))
        kept, cell = there & (y > 0), _by_size(now, size)
        return cls(
            leaves=seen.event(there & (y == 0), _cell(now, old, size), cells=len(AGE_BANDS) * _SIZES),
            grows=seen.event(kept & (y > x), cell, cells=_SIZES, usual=_USUAL["grows"]),
            shrinks=seen.event(kept & (y < x), cell, cells=_SIZES, usual=_USUAL["shrinks"]),
            size_cuts=cuts,
        )

    def size(self, mrr: Floats) -> Ints:
        """Return the size of customers who pay so much, 0–2."""
        return np.searchsorted(self.size_cuts, mrr, side="right").astype(np.int64)

    def cells(self, age: Ints, size: Ints, situation: Ints) -> tuple[Ints, Ints]:
        """Return the cells of leaving, and those of growing and shrinking; ages in months, sizes 0–2."""
        return _cell(situation, age, size), _by_size(situation, size)

    def left_of_first_bill(self, months: int, term: int = 0) -> Floats:
        """Return what is left of a first bill of middling size after 0 … months - 1, on average, (draws, months).

        Of customers whose terms are of so many months; 0: not bound.
        """
        age = np.arange(max(months - 1, 0))
        size = np.full(age.size, 1)
        leaving, moving = self.cells(age, size, new_situations(term, age.size))
        month = 1 - self.leaves.rate[:, leaving]
        for event in (self.grows, self.shrinks):
            grown = (np.exp(event.steps[:, 1]) - 1).mean(axis=1)
            month = month + event.rate[:, moving] * grown[:, None]
        left = np.ones((self.draws, months))
        left[:, 1:] = np.maximum(month, 0.0).cumprod(axis=1)
        return left


def _by_size(situation: Ints, size: Ints) -> Ints:
    return (situation * _SIZES + size).astype(np.int64)


def _cell(situation: Ints, age: Ints, size: Ints) -> Ints:
    band = np.searchsorted(AGE_BANDS, np.maximum(age, 0), side="right") - 1
    return _by_size(situation * len(AGE_BANDS) + band, size)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Customer-months (T, n), the log steps that MRR took in them, sizes, w by situation, and the lot of the draws."""

    there: NDArray[np.bool_]
    steps: Floats
    size: Ints
    weighing: Ints
    draws: int
    rng: np.random.Generator

    def event(
        self, happened: NDArray[np.bool_], cell: Ints, *, cells: int, usual: float | None = None
    ) -> Event:
        """Return the posterior of an event (T, n), whose rate differs by cell (T, n), so many in each situation."""
        shape = (self.weighing.size, cells)
        exposed, events = (
            np.bincount(cell[those], minlength=self.weighing.size * cells).reshape(shape).astype(np.float64)
            for those in (self.there, happened)
        )
        seen = events.sum(axis=1, keepdims=True) + 0.5
        months = np.maximum(exposed.sum(axis=1), FEWEST_MONTHS / self.weighing)[:, None]
        common = np.minimum(self.rng.gamma(seen, 1 / months, (self.draws, *seen.shape)), 0.5)
        rate = self.rng.beta(events + 1, np.maximum(exposed - events, 0) + 1 / common - 1)
        chance = ((events + 1) / (exposed + months / seen)).ravel()
        expected = np.where(self.there, chance[cell], 0.0).sum(axis=1)
        surplus = ((happened.sum(axis=1) - expected) ** 2 - expected).sum() / max(
            float((expected**2).sum()), 1e-12
        )
        steps = np.zeros((self.draws, 0, 0))
        if usual is not None:
            taken, size = self.steps[happened], self.size[happened]
            of_size = [taken[size == each] for each in range(_SIZES)]
            # Where few of a size took a step, those of all sizes did.
            known = [own if own.size >= _FEWEST_STEPS else taken for own in of_size]
            steps = np.stack([self._resampled(each, usual) for each in known], axis=1)
        return Event(
            rate.reshape(self.draws, -1), float(np.clip(surplus, _LEAST_VARIANCE, _MOST_VARIANCE)), steps
        )

    def _resampled(self, steps: Floats, usual: float) -> Floats:
        """Return steps to choose from, (draws, 64), by the Bayesian bootstrap."""
        known = np.append(steps, usual)
        weight = (
            self.rng.standard_exponential((self.draws, known.size)) if known.size <= _STEPS_WEIGHED else None
        )
        if weight is None:
            return known[self.rng.integers(0, known.size, (self.draws, _STEPS))]
        share = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
        at = (self.rng.random((self.draws, _STEPS, 1)) > share[:, None, :]).sum(axis=2)
        resampled: Floats = known[np.minimum(at, known.size - 1)]
        return resampled
