"""What the book will pay: customers leave, grow, shrink and come month by month, in draws that share their doubts.

Notation
--------
Z_h : (draws, n) what today's customers pay h months from now      r_c, v, steps : `monthly_rates`
A_h : (draws, H) what customers who come in month h pay at first   `new_business`
s_a : (draws,) what is left, on average, of the first bill of a customer a months after it came; of customers on terms
      its renewals come at their ends (`renewal_calendar`), terms being those of who came lately

    MRR_h = Σ Z_h + Σ_j A_j s_(h-j)
    NRR_h = Σ Z_h [a > 0] ÷ Σ a,   GRR_h = Σ min(a, Z_h) ÷ Σ a,   a : MRR w months before month h, known for h ≤ w

In every draw each customer has its own luck and all have the same good and bad months. A customer that leaves does not
come back: those who did are part of who comes. What is not foreseen: a price that nobody has decided yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput
from models.retention.ledger import Ints
from models.retention.levers import AS_BEFORE, Levers, Referring, repriced
from models.retention.monthly_rates import RECENT_MONTHS, Event, MonthlyRates
from models.retention.new_business import NewBusiness
from models.retention.renewal_calendar import FREE, NewTerms, RenewalCalendar

_LEAST_RATE, _MOST_RATE = 1e-12, 0.9
_LASTING = 0.1
"""Standard deviation of what the chances to leave change by for good: tomorrow's are not quite yesterday's."""
_FOLLOWED = 1_500
"""Customers who are followed one by one; of more, the smaller ones are followed for one another."""


@dataclass(frozen=True, eq=False)
class Paths:
    """Futures of a book, money in minor units.

    Parameters
    ----------
    mrr
        Shape (draws, H): all customers together.
    existing
        Shape (draws, H): today's customers.
    net, gross
        Shape (draws, min(H, w)): NRR and GRR of the windows that begin before today.
    """

    mrr: Floats
    existing: Floats
    net: Floats
    gross: Floats


@dataclass(frozen=True, eq=False)
class BookOutlook:
    """A book and what is known of how it moves.

    Parameters
    ----------
    z
        Shape (w, q): MRR at the latest w month-ends of those who paid at any of them, minor units.
    age
        Shape (q,): months since the first bill.
    weight
        Shape (q,): how many customers each stands for.
    places
        Shape (q,): which customers of the book these are.
    rates, new
        In equally many draws.
    calendar
        When those who are followed can leave; None: nobody is bound.
    new_terms
        Of those who are yet to come.
    """

    z: Ints
    age: Ints
    weight: Floats
    places: NDArray[np.intp]
    rates: MonthlyRates
    new: NewBusiness
    calendar: RenewalCalendar | None = None
    new_terms: NewTerms | None = None

    @classmethod
    def of(
        cls,
        z: Ints,
        age: Ints,
        *,
        calendar: RenewalCalendar | None = None,
        window: int = 12,
        draws: int = 400,
        seed: int = 0,
    ) -> BookOutlook:
        """Read everything off a book.

        Parameters
        ----------
        z
            Shape (T, n): MRR at month-ends, minor units; T ≥ `window`.
        age
            Shape (T, n): months since the first bill; below 0 before it.
        calendar
            Of the same customers and month-ends; None: all can leave at any time.
        window
            w, months.
        draws, seed
            Of the posterior.

        Raises
        ------
        InvalidInput
            If the book is shorter than the window.
        TooFewCustomers
            Below 36 customer-months.

        Examples
        --------
        >>> z = np.full((25, 200), 1000)
        >>> z[12:, :60] = 0
        >>> outlook = BookOutlook.of(z, np.repeat(np.arange(30, 55)[:, None], 200, axis=1))
        >>> ahead = outlook.paths(12)
        >>> round(float(ahead.existing[:, -1].mean() / z[-1].sum()), 2), ahead.net.shape
        (0.85, (400, 12))
        """
        if len(z) < window:
            raise InvalidInput(f"a window of {window} months needs as many month-ends, got {len(z)}")
        calendar = calendar if calendar is not None and calendar.binds else None
        rates = MonthlyRates.fit(
            z, age, situation=None if calendar is None else calendar.past, draws=draws, seed=seed
        )
        came = (z[1:] > 0) & (z[:-1] == 0)
        lately = came[-RECENT_MONTHS:]
        bills = z[1:][-RECENT_MONTHS:][lately].astype(np.float64)
        new = NewBusiness.fit(came.sum(axis=1), bills, draws=draws, seed=seed + 1)
        latest = z[-window:]
        kept, weight = _standing_for_all(latest, np.random.default_rng((seed, 3)))
        outlook = cls(latest[:, kept], age[-1, kept], weight, kept, rates, new)
        if calendar is None:
            return outlook
        terms = NewTerms.of(calendar.term[np.nonzero(lately)[1]], bills, draws=draws, seed=seed + 2)
        return replace(outlook, calendar=calendar.of(kept), new_terms=terms)

    def paths(
        self, months: int, *, seed: int = 0, levers: Levers = AS_BEFORE, referring: Referring | None = None
    ) -> Paths:
        """Simulate the next months.

        The same seed gives the same luck: what levers change is then their own doing. `referring` lets them compound
        through customers who bring others.
        """
        rng = np.random.default_rng(seed)
        rates = _moved(self.rates, levers)
        shocks = [event.months(months, rng) for event in (rates.leaves, rates.grows, rates.shrinks)]
        shocks[0] = shocks[0] * np.exp(_LASTING * rng.standard_normal((rates.draws, 1)))
        state = np.tile(self.z[-1].astype(np.float64), (rates.draws, 1))
        state = repriced(state, levers, np.random.default_rng((seed, 4)))
        existing, net, gross = [], [], []
        for month in range(months):
            now = _Month(
                rates, self.age + month, self._situation(month + 1), [each[:, month] for each in shocks]
            )
            state = now.passes(state, rng)
            existing.append(state @ self.weight)
            if month < len(self.z):
                base = self.z[month].astype(np.float64)
                total = max(float(base @ self.weight), 1e-300)
                net.append(state @ (self.weight * (base > 0)) / total)
                gross.append(np.minimum(state, base) @ self.weight / total)
        today = np.stack(existing, axis=1)
        brought = self.new.arrivals(months, np.random.default_rng((seed, 2)), factor=levers.arrivals)
        later = _later(brought, self._left(rates, months), today, referring)
        return Paths(today + later, today, np.stack(net, axis=1), np.stack(gross, axis=1))

    def _situation(self, month: int) -> Ints:
        return np.full(self.age.size, FREE) if self.calendar is None else self.calendar.ahead(month)

    def _left(self, rates: MonthlyRates, months: int) -> Floats:
        if self.new_terms is None:
            return rates.left_of_first_bill(months)
        left = [rates.left_of_first_bill(months, int(term)) for term in self.new_terms.terms]
        mixed: Floats = np.einsum("dk,kdh->dh", self.new_terms.share, np.stack(left))
        return mixed


def quantiles_of_draws(draws: Floats, level: float) -> tuple[float, float, float]:
    """Return the lower end, the middle and the upper end of draws (m,).

    The ends are where the next draw lies outside with the chance 1 - level, which is a little farther out than the
    share of these draws says.

    Examples
    --------
    >>> [round(each, 2) for each in quantiles_of_draws(np.arange(99.0), 0.8)]
    [9.0, 49.0, 89.0]
    """
    at = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = np.quantile(draws, at, method="weibull").tolist()
    return low, middle, high


def _later(brought: Floats, left: Floats, today: Floats, referring: Referring | None) -> Floats:
    """Return what customers pay who are yet to come, shape (draws, months)."""
    months = brought.shape[1]
    later = np.zeros_like(brought)
    for month in range(months):
        bills = brought[:, [month]]
        if referring is not None and month:
            # With more revenue than on the other path, as much more is recommended.
            more = (today + later)[:, [month - 1]] / np.maximum(referring.beside[:, [month - 1]], 1e-300)
            bills = bills * (1 + referring.share * (more - 1))
        later[:, month:] += bills * left[:, : months - month]
    return later


def _standing_for_all(latest: Ints, rng: np.random.Generator) -> tuple[NDArray[np.intp], Floats]:
    """Choose customers of (w, n) to follow, and how many each stands for: the largest for themselves alone."""
    there = np.flatnonzero((latest > 0).any(axis=0))
    if there.size <= _FOLLOWED:
        return there, np.ones(there.size)
    by_size = there[np.argsort(-latest[:, there].max(axis=0), kind="stable")]
    large, others = by_size[: _FOLLOWED // 2], by_size[_FOLLOWED // 2 :]
    chosen = rng.choice(others, _FOLLOWED - large.size, replace=False)
    weight = np.full(_FOLLOWED, others.size / chosen.size)
    weight[: large.size] = 1.0
    return np.concatenate([large, chosen]), weight


def _moved(rates: MonthlyRates, levers: Levers) -> MonthlyRates:
    def times(event: Event, factor: float) -> Event:
        return replace(event, rate=np.minimum(event.rate * factor, _MOST_RATE))

    return replace(
        rates, leaves=times(rates.leaves, levers.leaving), grows=times(rates.grows, levers.growing)
    )


@dataclass(frozen=True, eq=False)
class _Month:
    """A month for q customers of ages and situations (q,), with what it multiplies events' rates by, (draws,) each."""

    rates: MonthlyRates
    age: Ints
    situation: Ints
    shocks: list[Floats]

    def passes(self, state: Floats, rng: np.random.Generator) -> Floats:
        """Return what customers pay afterwards who paid `state` (draws, q).

        One lot each decides what happens, and how much: the smallest leave, the largest grow, those below them shrink.
        Whoever would be spared by other rates has the same luck in all else.
        """
        size = self.rates.size(state)
        leaving, growing, shrinking = self._chances(state, size)
        lot = rng.random(state.shape)
        leaves = lot < leaving
        grows = ~leaves & (lot >= 1 - growing)
        shrinks = ~leaves & ~grows & (lot >= 1 - growing - shrinking)
        factor = np.where(leaves, 0.0, 1.0)
        for event, happens, chance, beyond in (
            (self.rates.grows, grows, growing, 0.0),
            (self.rates.shrinks, shrinks, shrinking, growing),
        ):
            draw, who = np.nonzero(happens)
            inside = ((lot + beyond - 1 + chance) / chance)[draw, who]
            count = event.steps.shape[2]
            place = np.clip((inside * count).astype(np.intp), 0, count - 1)
            factor[draw, who] = np.exp(event.steps[draw, size[draw, who], place])
        moved: Floats = state * factor
        return moved

    def _chances(self, state: Floats, size: Ints) -> list[Floats]:
        leaving, moving = self.rates.cells(self.age, size, self.situation)
        cells = (leaving, moving, moving)
        events = (self.rates.leaves, self.rates.grows, self.rates.shrinks)
        return [
            np.clip(np.take_along_axis(event.rate, cell, axis=1) * shock[:, None], _LEAST_RATE, _MOST_RATE)
            for event, cell, shock in zip(events, cells, self.shocks, strict=True)
        ]
