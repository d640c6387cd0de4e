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

Customers of the same e and w decide in the same months: what they bring is a polynomial in 1 - p_k(0), and one in
1 - p_k(r), with what the months between two decisions count as coefficients.

A customer decides about the raise itself in the month in which it takes effect. It leaves at its full asked price: who
bargains does not leave less than one who is asked less, so that threats buy nothing in the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.pricing.raises.downgrades import below, lower_share
from models.retention.ledger import Ints

YEAR = 12
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

    def under(self, raises: Floats, *, months: int, yearly_discount: float) -> Told:
        """Return value and churn under each raise (L,), over `months`.

        `yearly_discount` is what later money is worth less, a share a year.
        """
        draws, n = self.level.shape
        value, gone = np.zeros((draws, n, raises.size)), np.zeros((draws, n, raises.size))
        later = (1 - yearly_discount) ** (np.arange(months) / YEAR)
        alike, of = np.unique(np.stack([self.wait, self.every]), axis=1, return_inverse=True)
        for code, (wait, every) in enumerate(alike.T.tolist()):
            rhythm, who = _Rhythm.of(wait, every, later), np.flatnonzero(of.ravel() == code)
            # Blocks that stay in the processor's cache.
            own = max(_CELLS // raises.size, 1)
            drawn = max(_CELLS // (min(own, who.size) * raises.size), 1)
            for first, start in product(range(0, draws, drawn), range(0, who.size, own)):
                part, mine = slice(first, first + drawn), who[start : start + own]
                value[part, mine], gone[part, mine] = self._lives(part, mine, raises, rhythm)
        return Told(value, gone)

    def _lives(
        self, part: slice, who: NDArray[np.intp], raises: Floats, rhythm: _Rhythm
    ) -> tuple[Floats, Floats]:
        """Return value and the chance to be gone in a year of customers of one rhythm in some draws."""
        bill, cost = self.bill[who, None], self.cost[who, None]
        before, after = bill - cost, bill * (1 + self.realised[part, None, None] * raises) - cost
        asked = self.above[who, None] * (1 + raises) - 1
        steep, level = self.pressure[part, who], self.level[part, who]
        value, gone = np.zeros((*level.shape, raises.size)), np.zeros((*level.shape, raises.size))
        for kind in range(self.kinds.likely.shape[1]):
            own = steep * self.kinds.factor[part, [kind]]
            odds = (level + self.kinds.shift[part, [kind]])[:, :, None] + own[:, :, None] * asked
            stays = special.expit(-odds)
            first, then, there = rhythm.lives(stays[:, :, :1], stays)
            likely = self.kinds.likely[who, kind, None]
            value += likely * (before * first + after * then)
            value -= likely * self._lost_below(part, who, first + then, raises)
            gone += likely * (1 - there)
        return value, gone

    def _lost_below(
        self, part: slice, who: NDArray[np.intp], lived: Floats, raises: Floats
    ) -> Floats | float:
        """Return what is paid less in all because some went down, (draws, n, L), of months lived, discounted."""
        if self.kept is None or self.per_leaver is None or not self.per_leaver.any():
            return 0.0
        less = below(self.bill[who], self.kept[who], self.realised[part, None, None] * raises)
        return lower_share(lived, self.per_leaver[part]) * less


@dataclass(frozen=True)
class _Rhythm:
    """When customers decide: what months count after each decision, before their raise and from it on.

    Parameters
    ----------
    old, new
        What the months count after so many decisions, before the raise and from it on.
    made
        Decisions before the raise.
    within
        Decisions of the first year, before the raise and from it on.
    """

    old: Floats
    new: Floats
    made: int
    within: tuple[int, int]

    @classmethod
    def of(cls, wait: int, every: int, later: Floats) -> _Rhythm:
        """Count decisions, every so many months from the raise on and back; `later` (M,) is what months count."""
        month = np.arange(max(later.size, YEAR))
        counts = np.pad(later, (0, month.size - later.size))
        decides, before = (month - wait) % every == 0, month < wait
        decided, made = np.cumsum(decides), int((decides & before).sum())
        old, new = (
            np.bincount(decided[chosen] - less, weights=counts[chosen]).astype(np.float64)
            for chosen, less in ((before, 0), (~before, made))
        )
        first = int((decides & before)[:YEAR].sum())
        return cls(old, new, made, (first, int(decides[:YEAR].sum()) - first))

    def lives(self, old: Floats, new: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the months lived before the raise and from it on, as they count, and the chance to be there in a year.

        `old` and `new` are the chances to stay at a decision.
        """
        then = _power(old, self.made) * _polynomial(self.new, new)
        return _polynomial(self.old, old), then, _power(old, self.within[0]) * _power(new, self.within[1])


def _polynomial(weights: Floats, x: Floats) -> Floats:
    """Return Σ weights[k] x^k, by Horner's rule."""
    found = np.zeros(x.shape)
    for weight in weights[::-1].tolist():
        found *= x
        found += weight
    return found


def _power(x: Floats, times: int) -> Floats:
    """Return x to a whole power ≥ 0, by squaring."""
    found = np.ones(x.shape)
    while times:
        found = found * x if times % 2 else found
        x, times = x * x, times // 2
    return found


@dataclass(frozen=True, eq=False)
class Told:
    """What comes of each raise.

    Parameters
    ----------
    value
        Shape (draws, n, L): money over the months that count, discounted.
    gone
        Shape (draws, n, L): chance to have left within a year.
    """

    value: Floats
    gone: Floats

    @property
    def gain(self) -> Floats:
        """What a raise adds to value, (draws, n, L)."""
        more: Floats = self.value - self.value[:, :, :1]
        return more

    @property
    def churn(self) -> Floats:
        """What a raise adds to the chance to leave within a year, (draws, n, L)."""
        more: Floats = np.maximum(self.gone - self.gone[:, :, :1], 0.0)
        return more


def break_even(raises: Floats) -> Floats:
    """Return the share of customers that may leave at once for a raise to bring as much as none.

    Examples
    --------
    >>> break_even(np.array([0.1, 0.25])).round(4).tolist()
    [0.0909, 0.2]
    """
    share: Floats = 1 - 1 / (1 + raises)
    return share
