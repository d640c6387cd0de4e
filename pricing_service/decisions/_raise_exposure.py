"""Raises that customers were told, as they stood in each month: what had been asked by then, and of whom by lot.

A raise counts from the month before it takes effect, at whose end a customer first decides about it; where some of a
wave left between, from the month in which it was announced, for all of that wave. The answer is
learned from a raise's first year: who minded it most has left by then.

A wave with a hold-out, customers who by lot were offered what they paid, is read inside: who is part of a wave was
chosen, for it was due or had gained value, and only the lot tells those asked from those held out. Two numbers are
known of its customers from then on, whatever their lot: that they are part, and what their wave and group was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.retention.ledger import Ints
from pricing_service.decisions._raise_told import Told

_MOST_WAVES = 3
_STAYS = np.iinfo(np.int64).max
_FRESH = 12
"""Months for which the answer to a raise is learned from it."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """Raises told, one row each.

    Parameters
    ----------
    who, since
        Shape (r,): the customer's place, and the month from which it counts, from year 0.
    log
        Shape (r,): of the price asked over the old one.
    kind, wave
        Shape (r,): ``given`` or its assignment; its wave.
    """

    who: Ints
    since: Ints
    log: Floats
    kind: NDArray[np.str_]
    wave: NDArray[np.str_]

    @classmethod
    def of(cls, told: list[Told], everybody: list[str], gone: Ints | None = None) -> Exposure:
        """Take raises of customers that are known; `gone` (N,) is the last month in which each paid, if it left."""
        place = {customer: at for at, customer in enumerate(everybody)}
        known = [each for each in told if each.customer in place]
        who = np.array([place[each.customer] for each in known], dtype=np.int64)
        return cls(
            who=who,
            since=_since(known, np.full(who.size, _STAYS) if gone is None else gone[who]),
            log=np.array([np.log(each.offered / each.old) for each in known], dtype=np.float64),
            kind=np.array(["given" if each.given else each.assignment for each in known], dtype=str),
            wave=np.array([_wave(each) for each in known], dtype=str),
        )

    def up_to(self, month: int) -> Exposure:
        """Return those that count by a month."""
        by = self.since <= month
        return Exposure(self.who[by], self.since[by], self.log[by], self.kind[by], self.wave[by])

    def waves(self) -> list[int]:
        """Return the months from which raises that were given counted, those of the largest waves."""
        months, count = np.unique(self.since[self.kind == "given"], return_counts=True)
        return sorted(months[np.argsort(-count, kind="stable")[:_MOST_WAVES]].tolist())

    def inside(self, who: NDArray[np.intp], month: Ints) -> list[Floats]:
        """Return of customer-months whether a wave with a hold-out had begun for them, and the mean log asked in it."""
        given = self.kind == "given"
        asked = np.zeros(given.size)
        part = np.zeros(given.size, dtype=np.bool_)
        for wave in np.unique(self.wave[given & (self.log == 0)]):
            mine = given & (self.wave == wave)
            if self.log[mine].any():
                part |= mine
                asked[mine] = self.log[mine & (self.log != 0)].mean()
        if not part.any():
            return []
        return [self._added(part, who, month, np.ones(given.size)), self._added(part, who, month, asked)]

    def given(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return u at customer-months: of raises that are not older than a year."""
        return self._added(self.kind == "given", who, month, self.log) - self.old(who, month)

    def old(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return the same of older ones."""
        return self._added(self.kind == "given", who, month - _FRESH, self.log)

    def other(self, who: NDArray[np.intp], month: Ints) -> Floats:
        """Return w at customer-months, (m, j): a column for each other kind of raise that there was."""
        kinds = sorted(set(self.kind.tolist()) - {"given"})
        columns = [self._added(self.kind == kind, who, month, self.log) for kind in kinds]
        return np.stack(columns, axis=1) if columns else np.zeros((who.size, 0))

    def _added(self, chosen: NDArray[np.bool_], who: NDArray[np.intp], month: Ints, amount: Floats) -> Floats:
        """Return the sum of the amounts of raises that count at customer-months: of first raises, of second ones, …"""
        rows = np.flatnonzero(chosen)
        rows = rows[np.argsort(self.who[rows], kind="stable")]
        own = self.who[rows]
        turn = np.arange(own.size) - np.searchsorted(own, own)
        found = np.zeros(who.size)
        everybody = 1 + max(int(who.max(initial=-1)), int(own.max(initial=-1)))
        for at in range(int(turn.max(initial=-1)) + 1):
            mine = rows[turn == at]
            since, size = np.zeros(everybody, dtype=np.int64), np.zeros(everybody)
            since[self.who[mine]], size[self.who[mine]] = self.since[mine], amount[mine]
            found += size[who] * (month >= since[who])
        return found


def _since(told: list[Told], gone: Ints) -> Ints:
    """Return the month from which each counts; customers told stand in it while they could still leave for it."""
    since = np.array([_month(each.date) - 1 for each in told], dtype=np.int64)
    announced = np.array([_month(each.announced or each.date) for each in told], dtype=np.int64)
    between = (announced <= gone) & (gone < since)
    waves = np.array([_wave(each) for each in told], dtype=str)
    early = np.isin(waves, waves[between])
    return np.where(early, np.minimum(announced, since), since)


def _wave(told: Told) -> str:
    return f"{told.date:%Y-%m} {told.wave}"


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
