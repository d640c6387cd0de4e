"""Answers to a ladder of prices, and the intervals of willingness that they leave.

A yes/no answer is a ladder with one rung of meaning. A scale from 1 to 5 is four: at least 2, … at least 5, each
with the share of buyers that it adds by the calibration. So the demand at a price is the mean calibrated share,
and one treatment of censored data serves every scale.

Notation
--------
n : respondents      q : most prices that one was asked      p : (n, q) prices, rising, NaN = not asked
c : 0 … q, the prices below willingness: where a respondent ought to stop saying yes

Willingness between his c-th and (c+1)-th price denies each "no" of a respondent below and each "yes" above. Where
some respondents contradict themselves, a rate of slips is estimated and everybody is shared out over the intervals
that his answers leave possible (`models.censored.slips`): nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.censored.intervals import Intervals
from models.censored.slips import shares_of
from models.checks import Floats
from models.clusters import Codes
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat
from models.surveys._base import Answers, Columns, Flag, clusters, weights_of

THRESHOLDS = (2, 3, 4, 5)
"""Of the scale from 1 to 5; the threshold 1 is always reached."""
ASSUMED = "assumed_calibration"
"""The code of the warning that shares of buyers are taken and not measured."""


@dataclass(frozen=True)
class GaborGrangerAnswers(Answers):
    """Who would buy at which prices.

    Parameters
    ----------
    respondents
        Shape (n,), ids, sorted.
    price
        Shape (n, q), money > 0, rising in each row, NaN after the last.
    intent
        Shape (n, q): 0 or 1, or 1 to 5.
    scaled
        Shape (n,): whether the respondent answered on the scale from 1 to 5.
    first
        Shape (n,): the price asked first, NaN where the order is not known.
    weight, cluster
        Shape (n,).
    """

    table: ClassVar[str] = "purchase_intent"
    required: ClassVar[tuple[str, ...]] = ("price", "intent")

    respondents: tuple[str, ...]
    price: Floats
    intent: Floats
    scaled: NDArray[np.bool_]
    first: Floats
    weight: Floats
    cluster: Codes

    @classmethod
    def of(cls, columns: Columns) -> GaborGrangerAnswers:
        """Make the answers from the columns of `purchase_intent`; a price of 0 asks nothing and is left out."""
        usable = np.flatnonzero((columns["price"] > 0) & np.isfinite(columns["intent"]))
        if usable.size == 0:
            raise NotEstimable("no_answers", "no answer to a price above 0")
        rows = {name: values[usable] for name, values in columns.items() if len(values)}
        ids, person = np.unique(rows["respondent_id"].astype(str), return_inverse=True)
        order = np.lexsort((rows["price"], person))
        person = person[order]
        place = np.arange(person.size) - np.searchsorted(person, person)
        shape = (ids.size, int(place.max()) + 1)

        def wide(values: Floats) -> Floats:
            table = np.full(shape, np.nan)
            table[person, place] = values[order]
            return table

        one = order[place == 0]
        lone = {name: values[one] for name, values in rows.items()}
        scale = lone.get("scale")
        asked = wide(rows["order"]) if "order" in rows else np.full(shape, np.nan)
        price = wide(rows["price"])
        return cls(
            respondents=tuple(ids.tolist()), price=price, intent=wide(rows["intent"]),
            scaled=np.zeros(ids.size, dtype=np.bool_) if scale is None else scale == "1-5",
            first=_first(price, asked), weight=weights_of(lone), cluster=clusters(lone),
        )  # fmt: skip

    @property
    def prices(self) -> Floats:
        """The distinct prices asked, ascending."""
        return np.unique(self.price[np.isfinite(self.price)])

    @property
    def pulls(self) -> bool:
        """Whether a pull towards the first price can be seen: first prices vary, and further ones follow."""
        followed = np.isfinite(self.price).sum(axis=1) > 1
        return bool(np.isfinite(self.first).all() and followed.any() and np.ptp(self.first) > 0)

    def reach(self, calibration: tuple[float, ...]) -> tuple[float, float]:
        """Return the share that buys at any price and the share that the price decides: 0 and 1 for yes/no."""
        weight = self.weight / self.weight.sum()
        lasting = float(weight @ np.where(self.scaled, calibration[-1], 0.0))
        never = float(weight @ np.where(self.scaled, 1 - calibration[0], 0.0))
        return lasting, 1 - never - lasting

    def intervals(self, calibration: tuple[float, ...]) -> tuple[Intervals, tuple[Flag, ...], float]:
        """Return the intervals of willingness, the flags, and the estimated share of answers that are slips.

        Parameters
        ----------
        calibration
            Shares of buyers among intents from 5 down to 1, not rising.
        """
        steps = [1.0, *(-np.diff(np.asarray(calibration))[::-1]).tolist()]
        groups = [~self.scaled, *[self.scaled] * len(THRESHOLDS)]
        parts = [
            _part(self, np.flatnonzero(group), at_least=at_least, step=step)
            for group, at_least, step in zip(groups, (1, *THRESHOLDS), steps, strict=True)
            if self.weight[group].any() and step > 0
        ]
        if not parts:
            raise NotEstimable("no_answers", "no answer has any weight")
        row, lower, upper, weight = (
            np.concatenate(each) for each in zip(*(p.rows for p in parts), strict=True)
        )
        stage = np.repeat(np.arange(len(parts)), [part.rows[0].size for part in parts])
        known = bool(np.isfinite(self.first).all())
        intervals = Intervals(
            lower=lower, upper=upper, weight=weight, cluster=self.cluster[row],
            anchor=self.first[row] if known else None,
            one_of=np.unique(stage * len(self.respondents) + row, return_inverse=True)[1],
        )  # fmt: skip
        contradicting = np.max([part.contradicted for part in parts], axis=0) > 0
        return intervals, self._flags(contradicting), max(part.slips for part in parts)

    def _flags(self, contradicting: NDArray[np.bool_]) -> tuple[Flag, ...]:
        if not contradicting.any():
            return ()
        who = tuple(sorted(np.array(self.respondents)[contradicting].tolist()))
        message = "accept a price and refuse a lower one: kept, shared out over what slips leave possible"
        return (Flag("contradictory", message, who),)


@dataclass(frozen=True)
class _Part:
    """One threshold's rows (respondent, lower, upper, weight), each respondent's denied answers, and the slip rate."""

    rows: tuple[NDArray[np.intp], Floats, Floats, Floats]
    contradicted: Floats
    slips: float


def _part(answers: GaborGrangerAnswers, taking: NDArray[np.intp], *, at_least: int, step: float) -> _Part:
    """Cut the ladders of respondents `taking` part at one threshold, which `step` buyers hang on."""
    price, intent = answers.price[taking], answers.intent[taking]
    n, q = price.shape
    asked = np.isfinite(price)
    given = asked.sum(axis=1)
    yes = asked & (intent >= at_least)
    denied = np.zeros((n, q + 1))
    denied[:, 1:] = np.cumsum(asked & ~yes, axis=1)
    denied[:, :-1] += np.cumsum(yes[:, ::-1], axis=1)[:, ::-1]
    bounds = np.column_stack([np.zeros(n), np.where(asked, price, np.inf), np.full(n, np.inf)])
    # A price that was asked twice has nothing between its two places.
    cuts = (np.arange(q + 1) <= given[:, None]) & (bounds[:, :-1] < bounds[:, 1:])
    least = np.where(cuts, denied, np.inf).min(axis=1)
    # Where nobody contradicts himself the one cut that denies nothing is certain.
    row, cut = np.nonzero(cuts if least.any() else cuts & (denied == 0))
    candidates = Intervals(
        lower=bounds[row, cut], upper=bounds[row, cut + 1], weight=answers.weight[taking][row], cluster=row
    )
    shares, slips = shares_of(
        candidates, respondent=row, denied=denied[row, cut], answers=given.astype(float)
    )
    weight = candidates.weight * shares * step
    kept = weight > 0
    part = taking[row[kept]], candidates.lower[kept], candidates.upper[kept], weight[kept]
    contradicted = np.zeros(len(answers.respondents))
    contradicted[taking] = least
    return _Part(part, contradicted, slips)


def _first(price: Floats, order: Floats) -> Floats:
    known = np.isfinite(order).any(axis=1)
    earliest = np.argmin(np.where(np.isfinite(order), order, np.inf), axis=1)
    return np.where(known, price[np.arange(len(price)), earliest], np.nan)


def assumed(shares: tuple[float, ...]) -> Caveat:
    """Return the warning that shares of buyers by intent are taken and not measured."""
    told = ", ".join(f"{share:g}" for share in shares)
    message = f"of those who answer 5, 4, 3, 2, 1, {told} are taken to buy; real purchases would tell"
    return Caveat(ASSUMED, message)


def check_calibration(shares: tuple[float, ...]) -> tuple[float, ...]:
    """Return five shares of buyers, from intent 5 down to 1.

    Raises
    ------
    InvalidInput
        Unless there are five, between 0 and 1, none above the one before it, and the first above the last.
    """
    rising = any(later > earlier for earlier, later in pairwise(shares))
    if len(shares) != len(THRESHOLDS) + 1 or not all(0 <= share <= 1 for share in shares) or rising:
        raise InvalidInput(f"intent_calibration must be five shares from very likely down, got {shares}")
    if shares[0] == shares[-1]:
        raise InvalidInput("intent_calibration must tell the highest intent from the lowest")
    return shares
