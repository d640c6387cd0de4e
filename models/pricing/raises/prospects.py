"""What customers are worth under each raise: what they pay until they leave, and how many leave.

Notation
--------
n : customers      L : raises r, the first 0      H : months that count      v : discount a month
e : months until the price may change (0: at once), then a decision every w months (1: every month)
α : (draws, n) log odds of leaving at a decision, at the price before any raise that was told
π : (draws, n) how steeply they rise with the log of price      a : (n,) today's price ÷ that one
Customers who look alike may be of K kinds (`response`), which differ by what nobody sees:
ψ, φ : (draws, K) how much higher their log odds are, and how much steeper      ω : (n, K) how likely each kind is
ρ : (draws,) share of a raise that is realised: customers bargain

    p_k(r) = logistic(α + ψ_k + π φ_k (a (1 + r) - 1)), and p_k(0) as well before the price changes
    S_kt = Π over decisions up to month t of (1 - p_k),  at months e, e + w, e + 2 w … and before e every w months back
    value(r) = Σ_k ω_k Σ_{t < H} v^t S_kt (b (1 + ρ r [t ≥ e]) - c),   b : what it pays a month, c : what it costs us

x : (draws,) how many go down to a smaller plan for each who leaves for a raise      φ : (n,) part of b that they pay
D_kt(r) = min(x (S_kt(0) - S_kt(r)), S_kt(r)) : share of customers there and down, who pay b (1 + ρ r - φ) less; the
    least is taken once, of sums over months

A customer decides about the raise itself in the month in which it takes effect. It leaves at its full asked price: who
bargains does not leave less than one who is asked less, so that threats buy nothing in the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.raises.downgrades import below, lower_share
from models.pricing.raises.rhythm import YEAR, Rhythm
from models.retention.ledger import Ints

_CELLS = 16_000
"""Customers × draws × raises that are lived through together."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of customers that look alike.

    Parameters
    ----------
    shift, factor
        ψ and φ, shape (draws, K).
    likely
        ω, shape (n, K), each row adding up to 1.
    """

    shift: Floats
    factor: Floats
    likely: Floats

    @classmethod
    def one(cls, *, draws: int, n: int) -> Kinds:
        """Return a single kind."""
        return cls(np.zeros((draws, 1)), np.ones((draws, 1)), np.ones((n, 1)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Prospects:
    """Customers and what is believed of them.

    Parameters
    ----------
    bill, cost
        b and c, shape (n,), money a month; b > 0, c ≥ 0.
    wait, every
        e and w, shape (n,), months; e ≥ 0, w ≥ 1.
    level, pressure
        α and π, shape (draws, n); π ≥ 0.
    above
        a, shape (n,), > 0.
    kinds
        What is told of the kinds.
    realised
        ρ, shape (draws,), 0–1.
    per_leaver, kept
        x, shape (draws,), ≥ 0, and φ, shape (n,), NaN where there is no smaller plan; None where nobody goes down.

    Raises
    ------
    InvalidInput
        Where shapes do not fit, or bills are not above 0.

    Examples
    --------
    >>> one = Prospects(bill=np.array([100.0]), cost=np.zeros(1), wait=np.zeros(1, int), every=np.ones(1, int),
    ...                 level=np.full((1, 1), -20.0), pressure=np.zeros((1, 1)), above=np.ones(1),
    ...                 kinds=Kinds.one(draws=1, n=1), realised=np.ones(1))
    >>> told = one.under(np.array([0.0, 0.1]), months=24, yearly_discount=0.0)
    >>> told.value.round(1).tolist(), told.gone.round(3).tolist()
    ([[[2400.0, 2640.0]]], [[[0.0, 0.0]]])
    """

    bill: Floats
    cost: Floats
    wait: Ints
    every: Ints
    level: Floats
    pressure: Floats
    above: Floats
    kinds: Kinds
    realised: Floats
    per_leaver: Floats | None = None
    kept: Floats | None = None

    def __post_init__(self) -> None:
        draws, n = self.level.shape
        shapes = {"bill": n, "cost": n, "wait": n, "every": n, "above": n, "realised": draws}
        if any(getattr(self, name).shape != (size,) for name, size in shapes.items()):
            raise InvalidInput(
                f"bill, cost, wait, every and above must be of shape ({n},), realised ({draws},)"
            )
        if self.pressure.shape != (draws, n) or not (self.bill > 0).all() or not (self.every >= 1).all():
            raise InvalidInput(
                "pressure must be as level, bills above 0, and decisions a month apart or more"
            )
        if len(self.kinds.likely) != n or len(self.kinds.shift) != draws:
            raise InvalidInput(f"kinds must be told in {draws} draws and of {n} customers")
        down = [each.shape for each in (self.per_leaver, self.kept) if each is not None]
        if down not in ([], [(draws,), (n,)]):
            raise InvalidInput(
                f"per_leaver must be of shape ({draws},) and kept of shape ({n},), or neither be told"
            )

    def under(self, raises: Floats, *, months: int, yearly_discount: float, watched: int = YEAR) -> Told:
        """Return value and churn under each raise (L,), over `months`.

        `yearly_discount` is what later money is worth less, a share a year; `watched` months from now, a year or more,
        it is counted who was lost by a raise.
        """
        draws, n = self.level.shape
        watches = (YEAR,) if watched == YEAR else (YEAR, watched)
        value = np.zeros((draws, n, raises.size))
        gone = np.zeros((len(watches), *value.shape))
        for rhythm, part, mine in self._blocks(raises.size, _counts(months, yearly_discount), watches):
            value[part, mine], gone[:, part, mine] = self._lives(part, mine, raises, rhythm)
        return Told(value, gone[0], gone[-1])

    def lived(self, raises: Floats, *, months: int, yearly_discount: float) -> Lived:
        """Return how customers live from a raise on, and whom it drives away.

        Of `raises` (n,) each customer has its own; other parameters as in `under`.
        """
        own, found = np.stack([0 * raises, raises], axis=1), np.zeros((5, *self.level.shape))
        for rhythm, part, mine in self._blocks(2, _counts(months, yearly_discount), (YEAR,)):
            for likely, stays in self._stays(part, mine, own[mine]):
                old, new = stays[:, :, 0], stays[:, :, 1]
                without, within = (rhythm.lives(old, each)[1] for each in (old, new))
                parts = (rhythm.reached(old), *rhythm.driven(old, new), without, within)
                found[:, part, mine] += likely[:, 0] * np.stack(parts)
        there, driven, of_driven, without, within = found
        return Lived(there, driven, without, within, of_driven)

    def _blocks(
        self, levels: int, later: Floats, watches: tuple[int, ...]
    ) -> Iterator[tuple[Rhythm, slice, NDArray[np.intp]]]:
        """Yield draws and customers of one rhythm, in blocks that stay in the processor's cache."""
        alike, of = np.unique(np.stack([self.wait, self.every]), axis=1, return_inverse=True)
        for code, (wait, every) in enumerate(alike.T.tolist()):
            rhythm, who = (
                Rhythm.of(wait, every, later, watched=watches),
                np.flatnonzero(of.ravel() == code),
            )
            own = max(_CELLS // levels, 1)
            drawn = max(_CELLS // (min(own, who.size) * levels), 1)
            for first, start in product(range(0, len(self.level), drawn), range(0, who.size, own)):
                yield rhythm, slice(first, first + drawn), who[start : start + own]

    def _lives(
        self, part: slice, who: NDArray[np.intp], raises: Floats, rhythm: Rhythm
    ) -> tuple[Floats, Floats]:
        """Return value, and the chances to be gone at the ends of watches, of customers of one rhythm in some draws."""
        bill, cost = self.bill[who, None], self.cost[who, None]
        before, after = bill - cost, bill * (1 + self.realised[part, None, None] * raises) - cost
        value = np.zeros((*self.level[part, who].shape, raises.size))
        gone = np.zeros((len(rhythm.within), *value.shape))
        for likely, stays in self._stays(part, who, raises):
            first, then = rhythm.lives(stays[:, :, :1], stays)
            value += likely * (before * first + after * then)
            value -= likely * self._lost_below(part, who, first + then, raises)
            for at in range(len(gone)):
                gone[at] += likely * (1 - rhythm.there(stays[:, :, :1], stays, at))
        return value, gone

    def _stays(self, part: slice, who: NDArray[np.intp], raises: Floats) -> Iterator[tuple[Floats, Floats]]:
        """Yield how likely each kind is, (n, 1), and its chance to stay at a decision, (draws, n, L)."""
        asked = self.above[who, None] * (1 + raises) - 1
        steep, level = self.pressure[part, who], self.level[part, who]
        for kind in range(self.kinds.likely.shape[1]):
            own = steep * self.kinds.factor[part, [kind]]
            odds = (level + self.kinds.shift[part, [kind]])[:, :, None] + own[:, :, None] * asked
            yield self.kinds.likely[who, kind, None], special.expit(-odds)

    def _lost_below(
        self, part: slice, who: NDArray[np.intp], lived: Floats, raises: Floats
    ) -> Floats | float:
        """Return what is paid less in all because some went down, (draws, n, L), of months lived, discounted."""
        if self.kept is None or self.per_leaver is None or not self.per_leaver.any():
            return 0.0
        less = below(self.bill[who], self.kept[who], self.realised[part, None, None] * raises)
        return lower_share(lived, self.per_leaver[part]) * less


@dataclass(frozen=True, eq=False)
class Told:
    """What comes of each raise.

    Parameters
    ----------
    value
        Shape (draws, n, L): money over the months that count, discounted.
    gone
        Shape (draws, n, L): chance to have left within a year.
    lost
        The same within the months that were watched; `gone` where that was a year.
    """

    value: Floats
    gone: Floats
    lost: Floats

    @property
    def gain(self) -> Floats:
        """What a raise adds to value, (draws, n, L)."""
        more: Floats = self.value - self.value[:, :, :1]
        return more

    @property
    def churn(self) -> Floats:
        """What a raise adds to the chance to leave within the months that were watched, (draws, n, L)."""
        more: Floats = np.maximum(self.lost - self.lost[:, :, :1], 0.0)
        return more


@dataclass(frozen=True, eq=False)
class Lived:
    """How customers live from their raise on, each of shape (draws, n).

    Parameters
    ----------
    there
        Chance to be there when it begins.
    driven
        Chance that it drives one away, within the months that count, that would have stayed.
    without, within
        Months lived from then on, as they count, without the raise and with it.
    of_driven
        `without` of those whom it drives away, all others counted as 0.
    """

    there: Floats
    driven: Floats
    without: Floats
    within: Floats
    of_driven: Floats

    def of(self, who: NDArray[np.bool_] | slice, draws: slice = slice(None)) -> Lived:
        """Return the same of some customers, in some draws."""
        parts = (self.there, self.driven, self.without, self.within, self.of_driven)
        return Lived(*(part[draws][:, who] for part in parts))


def _counts(months: int, yearly_discount: float) -> Floats:
    """Return what months count, (months,)."""
    later: Floats = (1 - yearly_discount) ** (np.arange(months) / YEAR)
    return later


def break_even(raises: Floats) -> Floats:
    """Return the share of customers that may leave at once for a raise to bring as much as none.

    Examples
    --------
    >>> break_even(np.array([0.1, 0.25])).round(4).tolist()
    [0.0909, 0.2]
    """
    share: Floats = 1 - 1 / (1 + raises)
    return share
