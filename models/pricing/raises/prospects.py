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

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.checks import Floats
from models.errors import InvalidInput
from models.retention.ledger import Ints

YEAR = 12


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
        shape = (*self.level.shape, raises.size)
        value, gone = np.zeros(shape), np.zeros(shape)
        asked = self.above[:, None] * (1 + raises) - 1
        for kind in range(self.kinds.likely.shape[1]):
            likely = self.kinds.likely[:, kind][None, :, None]
            level = self.level + self.kinds.shift[:, [kind]]
            steep = self.pressure * self.kinds.factor[:, [kind]]
            chance = special.expit(level[:, :, None] + steep[:, :, None] * asked)
            worth, lost = self._lives(chance, raises, months=months, yearly_discount=yearly_discount)
            value += likely * worth
            gone += likely * lost
        return Told(value, gone)

    def _lives(
        self, chance: Floats, raises: Floats, *, months: int, yearly_discount: float
    ) -> tuple[Floats, Floats]:
        """Return value and the chance to be gone in a year, for chances to leave at a decision, (draws, n, L) each."""
        stays, value, gone = np.ones(chance.shape), np.zeros(chance.shape), np.zeros(chance.shape)
        later = (1 - yearly_discount) ** (1 / YEAR)
        earned = self.bill[None, :, None] * (1 + self.realised[:, None, None] * raises)
        lived = np.zeros(chance.shape)
        for month in range(max(months, YEAR)):
            changed = (month >= self.wait)[None, :, None]
            due = ((month - self.wait) % self.every == 0)[None, :, None]
            stays = stays * (1 - np.where(due, np.where(changed, chance, chance[:, :, :1]), 0.0))
            if month < months:
                paid = np.where(changed, earned, self.bill[None, :, None]) - self.cost[None, :, None]
                there = later**month * stays
                lived += there
                value += there * paid
            if month == YEAR - 1:
                gone = 1 - stays
        return value - self._lost_below(lived, raises), gone

    def _lost_below(self, lived: Floats, raises: Floats) -> Floats | float:
        """Return what is paid less in all because some went down, (draws, n, L), of months lived, discounted."""
        if self.kept is None or self.per_leaver is None or not self.per_leaver.any():
            return 0.0
        less = below(self.bill, self.kept, self.realised[:, None, None] * raises)
        return lower_share(lived, self.per_leaver) * less


def lower_share(there: Floats, per_leaver: Floats) -> Floats:
    """Return D: the share of customers that is down, of those there at each raise (draws, n, L), the first one none.

    Or of months that are lived, the months that are lived so.

    Examples
    --------
    A raise drives a tenth away; for each of them half a customer goes down:

    >>> lower_share(np.array([[[0.8, 0.7]]]), np.array([0.5])).round(3).tolist()
    [[[0.0, 0.05]]]
    """
    driven = np.maximum(there[:, :, :1] - there, 0.0)
    found: Floats = np.minimum(per_leaver[:, None, None] * driven, there)
    return found


def below(bill: Floats, kept: Floats, raised: Floats) -> Floats:
    """Return what who is down pays less a month than at a raise, (draws, n, L); 0 where there is no smaller plan.

    `raised` is the share by which the bill has risen, that fits (draws, n, L); `kept` is φ.
    """
    has, part = np.isfinite(kept)[None, :, None], np.nan_to_num(kept)[None, :, None]
    found: Floats = np.where(has, bill[None, :, None] * (1 + raised - part), 0.0)
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
