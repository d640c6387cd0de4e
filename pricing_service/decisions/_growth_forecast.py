"""What comes next: MRR, gross and net retention month by month, and what changes of course would do in three years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.checks import Floats
from models.errors import NotEstimable
from models.estimate import Estimate, Label
from models.retention.forecast import BookOutlook, Paths, quantiles_of_draws
from models.retention.levers import AS_BEFORE, Levers, Referring
from pricing_service.decisions._growth_calendar import Contracts
from pricing_service.decisions._growth_ledger import Book

_HISTORY = 25
_DRAWS = 400
_FEWEST = 10


def history(window: int) -> int:
    """Return how many month-ends are read for a window of so many months."""
    return max(_HISTORY, window)


@dataclass(frozen=True, eq=False)
class Foresight:
    """A book's outlook, in estimates.

    Parameters
    ----------
    book, outlook
        What is foreseen, and by what.
    followed
        Ids of the customers that the outlook follows.
    level
        Of the bands.
    seed
        Of the futures.
    """

    book: Book
    outlook: BookOutlook
    followed: list[str]
    level: float
    seed: int

    @classmethod
    def of(
        cls, book: Book, *, contracts: Contracts | None = None, window: int, level: float, seed: int
    ) -> Foresight:
        """Read rates and arrivals off the latest two years; who is bound by contract leaves when a term ends.

        Raises
        ------
        NotEstimable
            ``history_too_short`` where there is no month-end at the beginning of the window;
            ``insufficient_customers`` with fewer than ten customers today or 36 customer-months.
        """
        if book.ledger.months < window:
            text = f"a forecast needs {window} whole months of history, there are {book.ledger.months}"
            raise NotEstimable("history_too_short", text)
        z, age, places = book.latest(history(window))
        if int((z[-1] > 0).sum()) < _FEWEST:
            text = f"a forecast needs {_FEWEST} customers, there are {int((z[-1] > 0).sum())}"
            raise NotEstimable("insufficient_customers", text)
        calendar = contracts.calendar(places) if contracts else None
        outlook = BookOutlook.of(z, age, calendar=calendar, window=window, draws=_DRAWS, seed=seed)
        followed = [book.customers[at] for at in places[outlook.places]]
        return cls(book, outlook, followed, level, seed)

    def paths(self, months: int, levers: Levers = AS_BEFORE, *, referring: Referring | None = None) -> Paths:
        """Return futures under levers; the luck is the same in all of them."""
        return self.outlook.paths(months, seed=self.seed, levers=levers, referring=referring)

    def rows(self, months: int) -> list[dict[str, Any]]:
        """Return the months to come."""
        paths, rows = self.paths(months), []
        for at in range(months):
            row = {
                "month": self.book.month(self.book.ledger.months + at),
                "mrr": self.money(paths.mrr[:, at]),
            }
            for name, draws in (("nrr", paths.net), ("grr", paths.gross)):
                row[name] = self.share(draws[:, at]) if at < draws.shape[1] else self._begins_after_today()
            rows.append(
                {key: each.to_json() if isinstance(each, Estimate) else each for key, each in row.items()}
            )
        return rows

    def money(self, draws: Floats) -> Estimate:
        """Return an amount a month, from draws in minor units."""
        return self._of(draws / self.book.minor, f"{self.book.currency}/month")

    def total(self, draws: Floats) -> Estimate:
        """Return an amount, from draws in minor units."""
        return self._of(draws / self.book.minor, self.book.currency)

    def share(self, draws: Floats) -> Estimate:
        """Return a share, from draws."""
        return self._of(draws, "share")

    def _begins_after_today(self) -> Estimate:
        return self._label("share").unknown("begins_after_today", n=self.customers)

    @property
    def today(self) -> float:
        """What they pay a month, minor units."""
        return float(self.outlook.z[-1] @ self.outlook.weight)

    @property
    def customers(self) -> int:
        """How many pay today."""
        return int((self.outlook.z[-1] > 0) @ self.outlook.weight)

    def _label(self, unit: str) -> Label:
        return Label(
            unit=unit,
            method="customers leave, grow, shrink and come month by month, in draws",
            level=self.level,
        )

    def _of(self, draws: Floats, unit: str) -> Estimate:
        low, middle, high = quantiles_of_draws(draws, self.level)
        return self._label(unit).known(middle, low, high, n=self.customers)
