"""Which way customers' months end: leaving, shrinking and growing as chances that compete, by what was known before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.calibration import calibration
from models.retention.competing import CompetingFit, CompetingHazards
from models.retention.customer_months import CustomerMonths, bands_with_ends
from models.retention.ledger import Ints
from pricing_service.decisions._growth_leaving import tried, untried
from pricing_service.decisions._growth_ledger import Book
from pricing_service.decisions._growth_months import PaidMonths, effects_in_words

WAYS = ("churn", "contraction", "expansion")
FEWEST_ENDS = 10
TOO_FEW = {"churn": "too_few_left", "contraction": "too_few_shrank", "expansion": "too_few_grew"}
COLUMNS = {"contraction": "chance_of_shrinking", "expansion": "chance_of_growing"}
"""Of the rows; the chance of leaving is that of the hazard of leaving alone."""
AHEAD = 12


@dataclass(frozen=True, eq=False)
class Ends:
    """Customer-months that pay, and which way each ended.

    Parameters
    ----------
    paid
        The months.
    ended
        Shape (m,): 0 where nothing happened in the month after, else 1 + the place of the way among `ways`.
    counts
        How many months ended in each of `WAYS`; with fewer than ten of a way it is no way of its own.
    level, seed
        Of intervals.
    """

    paid: PaidMonths
    ended: Ints
    counts: dict[str, int]
    level: float
    seed: int

    @classmethod
    def of(cls, paid: PaidMonths, book: Book, *, level: float, seed: int) -> Ends:
        """Tell the ways apart: what a raise of price adds is no growth."""
        change = np.rint((paid.next_mrr - paid.mrr) * book.minor)
        rest = np.where(change > 0, np.maximum(change - _raised(paid, book), 0), change)
        came = [paid.gone, ~paid.gone & (rest < 0), ~paid.gone & (rest > 0)]
        counts = {way: int(each[~paid.today].sum()) for way, each in zip(WAYS, came, strict=True)}
        ended = np.zeros(paid.place.size, dtype=np.int64)
        enough = [each for way, each in zip(WAYS, came, strict=True) if counts[way] >= FEWEST_ENDS]
        for at, each in enumerate(enough):
            ended[each] = at + 1
        return cls(paid, ended, counts, level, seed)

    @property
    def ways(self) -> tuple[str, ...]:
        """Those that happened often enough."""
        return tuple(way for way in WAYS if self.counts[way] >= FEWEST_ENDS)

    @cached_property
    def fit(self) -> CompetingFit:
        """All months' lesson.

        Raises
        ------
        NotEstimable
            ``history_too_short`` or ``insufficient_customers``.
        """
        return _taught(self.paid.months(self.ended, ~self.paid.today))

    def to_json(self) -> dict[str, Any]:
        """Return each way's effects, whether its chances came true, and the share it takes first within a year.

        An effect stands out where its interval, corrected for all effects on all ways (Bonferroni), leaves out none.
        """
        silent = {way: self._silent(way, TOO_FEW[way]) for way in WAYS if way not in self.ways}
        try:
            told = self._told() if self.ways else {}
        except NotEstimable as refusal:
            told = {way: self._silent(way, refusal.reason) for way in self.ways}
        return {way: (silent | told)[way] for way in WAYS}

    def _told(self) -> dict[str, Any]:
        each = len(self.paid.names) * len(self.ways)
        strict = 1 - (1 - self.level) / max(each, 1)
        trials, first = self._trials(), self._first()
        return {
            way: {
                "months": self.counts[way],
                "effects": effects_in_words(
                    self.fit.effects(kind, level=self.level), self.fit.effects(kind, level=strict)
                ),
                "out_of_time": trials[way],
                "first_within_a_year": first[way].to_json(),
            }
            for kind, way in enumerate(self.ways, start=1)
        }

    def _silent(self, way: str, reason: str) -> dict[str, Any]:
        share = Label(unit="share", level=self.level).unknown(reason, n=0)
        return {
            "months": self.counts[way],
            "effects": [],
            "out_of_time": {},
            "first_within_a_year": share.to_json(),
            "reason": reason,
        }

    def _trials(self) -> dict[str, Any]:
        past, late = ~self.paid.today, self.paid.later()
        try:
            early = self.paid.months(self.ended, past & ~late)
            if early.kinds < len(self.ways):
                raise NotEstimable("history_too_short", "the earlier months do not show all ways")
            taught = _taught(early)
        except NotEstimable as refusal:
            return dict.fromkeys(self.ways, untried(refusal, self.level))
        later = self.paid.months(self.ended, past & late)
        chances, found = taught.chances(later.age, later.covariates), {}
        for at, way in enumerate(self.ways):
            happened = np.asarray(later.ended) == at + 1
            try:
                found[way] = tried(calibration(chances[:, at], happened, groups=5, level=self.level))
            except NotEstimable as refusal:
                found[way] = untried(refusal, self.level)
        return found

    def _first(self) -> dict[str, Estimate]:
        """Return the share of today's customers whose first move within a year is of each way."""
        now = self.paid.today
        found = self.fit.first_ends(
            self.paid.age[now], self.paid.covariates[now], months=AHEAD, seed=self.seed, level=self.level
        )
        return dict(zip(self.ways, found, strict=True))

    def chances(self) -> dict[str, list[float]]:
        """Return the chances of shrinking and growing next month of each customer who pays today, by column.

        A way that happened too seldom has no column.
        """
        if not self.ways:
            return {}
        now = self.paid.today
        try:
            found: Floats = self.fit.chances(self.paid.age[now], self.paid.covariates[now])
        except NotEstimable:
            return {}
        return {COLUMNS[way]: found[:, at].tolist() for at, way in enumerate(self.ways) if way in COLUMNS}


def _taught(months: CustomerMonths) -> CompetingFit:
    return CompetingHazards(bands=bands_with_ends(months)).fit(months)


def _raised(paid: PaidMonths, book: Book) -> Floats:
    """Return by how much raises of price moved each customer in the month that follows, (m,), minor units."""
    raises, months = book.ledger.raises, book.ledger.months
    place = book.places(paid.ids)[paid.customer]
    told, row = np.unique(raises.customer * (months + 1) + raises.month, return_inverse=True)
    amount = np.bincount(row, weights=raises.amount, minlength=told.size)
    cell = place * (months + 1) + paid.place + 1
    at = np.minimum(np.searchsorted(told, cell), max(told.size - 1, 0))
    if not told.size:
        return np.zeros(cell.size)
    return np.where((place >= 0) & (told[at] == cell), amount[at], 0.0)
