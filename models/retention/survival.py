"""How long customers stay: the share still there after each month, whatever the shape of leaving (Kaplan-Meier).

Notation
--------
r_t, d_t : customers at risk in month t = 1 … T, and those of them who left after it (`life_table`)
S(t) = Π_{s ≤ t} (1 - d_s / r_s) : the share still there after t months, S(0) = 1 (Kaplan & Meier 1958)
g(t) = Σ_{s ≤ t} d_s / (r_s (r_s - d_s)) : Greenwood's sum, so that ``sd S(t) ≈ S(t) √g(t)``
z : the quantile of the level, two-sided          α : 1 - level
band ``S(t)^exp(± z √g(t) / log S(t))`` : log(-log) scale (Kalbfleisch & Prentice 2002, §1.4), which stays in 0–1
A_s = Σ_{s ≤ t < H} S(t) : A_0 is the months stayed within H; variance ``Σ_s A_s² d_s / (r_s (r_s - d_s))``

While nobody has left, g is 0 and the formula would claim certainty; the band's lower end is then the exact binomial
one, (α/2)^(1/r). Where all leave at last, the upper end is that of the month before times 1 - (α/2)^(1/r), likewise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.checks import Floats, share
from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.retention.life_table import LifeTable

_METHOD = "Kaplan-Meier by whole months, log(-log) band"


@dataclass(frozen=True, eq=False, kw_only=True)
class Survival:
    """The share of customers still there after t months, with a band for each month.

    Parameters
    ----------
    share, low, high
        S and its band, shape (T + 1,), 0–1, from month 0 on.
    level
        Coverage of the band, month by month.
    table
        The counts behind it.

    Examples
    --------
    >>> stay = survival([1, 2, 2, 3, 4, 4], [True, True, False, True, False, False])
    >>> stay.share.round(3).tolist()
    [1.0, 0.833, 0.667, 0.444, 0.444]
    >>> stay.at(2).n, stay.median().reason
    (6, 'interval_unbounded')
    """

    share: Floats
    low: Floats
    high: Floats
    level: float
    table: LifeTable

    @property
    def last_month(self) -> int:
        """T: beyond it nothing is known."""
        return self.share.size - 1

    def at(self, month: int) -> Estimate:
        """Return the share still there after `month` months, ≥ 0; unknown beyond the last one observed."""
        label = Label(unit="share", method=_METHOD, level=self.level)
        _require_month(month)
        if month > self.last_month:
            return label.unknown("beyond_observation", n=self.table.customers)
        ends = (float(each[month]) for each in (self.share, self.low, self.high))
        return label.known(*ends, n=self.table.customers)

    def median(self) -> Estimate:
        """Return the month after which half have left: `quantile` at 0.5."""
        return self.quantile(0.5)

    def quantile(self, staying: float) -> Estimate:
        """Return the first month after which no more than the share `staying` is still there.

        The interval holds the months at which the band holds that share (Brookmeyer & Crowley 1982).

        Returns
        -------
        In months. Unknown as ``not_reached`` where more than the share is still there, and as
        ``interval_unbounded`` where the month is seen but the band's upper end does not come down to it; a caveat
        then says what is known.

        Raises
        ------
        InvalidInput
            If `staying` is no share between 0 and 1.
        """
        share("staying", staying)
        label = Label(
            unit="months", method=f"{_METHOD}, first month at {staying:g} or less", level=self.level
        )
        n = self.table.customers
        first = [_first_at_most(each, staying) for each in (self.share, self.low, self.high)]
        value, low, high = first
        if value is None or low is None:
            most = f"{self.share[-1]:.0%} are still there after the {self.last_month} months observed"
            return label.unknown("not_reached", n=n).warned(Caveat("not_reached", most))
        if high is None:
            known = f"the share falls to {staying:.0%} in month {value}, surely not before month {low}"
            return label.unknown("interval_unbounded", n=n).warned(Caveat("only_lower_bound", known))
        return label.known(value, low, high, n=n)

    def months_within(self, horizon: int) -> Estimate:
        """Return how many of the first `horizon` months, ≥ 1, a customer stays on average.

        A customer's last month counts in full. Unknown as ``beyond_observation`` where the curve ends before.
        The interval is normal on the logit scale of the share of the horizon.
        """
        _require_month(horizon, least=1)
        label = Label(unit="months", method=f"area under Kaplan-Meier, {horizon} months", level=self.level)
        if horizon > self.last_month + 1:
            return label.unknown("beyond_observation", n=self.table.customers)
        value = float(self.share[:horizon].sum())
        areas = self.share[:horizon][::-1].cumsum()[::-1][1:]
        step = _greenwood_steps(self.table)[: horizon - 1]
        sd = float(np.sqrt(np.sum(areas**2 * step)))
        if sd == 0:
            ends = (float(each[:horizon].sum()) for each in (self.low, self.high))
            return label.known(value, *ends, n=self.table.customers)
        part = value / horizon
        reach = float(special.ndtri((1 + self.level) / 2)) * sd / (horizon * part * (1 - part))
        low, high = (horizon * float(special.expit(special.logit(part) + by)) for by in (-reach, reach))
        return label.known(value, low, high, n=self.table.customers)


def survival(
    durations: ArrayLike,
    left: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    since: int = 0,
    level: float = 0.9,
) -> Survival:
    """Estimate the share of customers still there after each month.

    Parameters
    ----------
    durations
        Shape (n,), whole months that a customer stayed, or has stayed so far; a month begun counts.
    left
        Shape (n,), bool: whether it has left; otherwise it may stay on (censored).
    entry
        Shape (n,), whole months that it had stayed when it was first observed, as where records begin later than the
        business (late entry); default 0. Those who left before are not among the customers, and so bias nothing.
    since
        Months: the curve is of those who have stayed so long, and counts from there.
    level
        Coverage of the band, in (0, 1).

    Raises
    ------
    InvalidInput
        Where an argument breaks the above.
    NotEstimable
        ``no_customers``; ``observation_gap`` where late entry leaves an age at which all the few observed left.

    Examples
    --------
    >>> stay = survival([3, 5, 8, 8], [True, True, False, False])
    >>> round(stay.at(5).value, 3), stay.at(9).reason
    (0.5, 'beyond_observation')
    """
    share("level", level)
    table = LifeTable.count(durations, left, entry=entry).since(since)
    return of_table(table, level=level)


def of_table(table: LifeTable, *, level: float = 0.9) -> Survival:
    """Estimate survival from counts by month; see `survival`."""
    table.require_unbroken()
    stays = np.cumprod(1 - table.lost / table.at_risk, dtype=np.float64)
    low, high = _band(stays, np.cumsum(_greenwood_steps(table)), table.at_risk, level)
    curves = (np.concatenate([[1.0], each]) for each in (stays, low, high))
    return Survival(**dict(zip(("share", "low", "high"), curves, strict=True)), level=level, table=table)


def _band(stays: Floats, variance: Floats, at_risk: Floats, level: float) -> tuple[Floats, Floats]:
    z, tail = float(special.ndtri((1 + level) / 2)), (1 - level) / 2
    inner = (stays > 0) & (stays < 1)
    log_stays = np.log(np.where(inner, stays, 0.5))
    reach = z * np.sqrt(np.where(inner, variance, 0.0)) / -log_stays
    low = np.where(inner, np.exp(log_stays * np.exp(reach)), 0.0)
    high = np.where(inner, np.exp(log_stays * np.exp(-reach)), 1.0)
    nobody_left = stays >= 1
    low[nobody_left] = tail ** (1 / at_risk[nobody_left])
    if stays[-1] == 0:
        before = high[-2] if stays.size > 1 else 1.0
        high[-1] = before * (1 - tail ** (1 / at_risk[-1]))
    return low, high


def _greenwood_steps(table: LifeTable) -> Floats:
    """Return d / (r (r - d)) by month; 0 where nobody is left, for S is 0 there and what it multiplies, too."""
    rest = table.at_risk - table.lost
    steps: Floats = np.divide(table.lost, table.at_risk * rest, out=np.zeros_like(rest), where=rest > 0)
    return steps


def _first_at_most(curve: Floats, staying: float) -> int | None:
    # Counts make shares that differ from a round one by rounding only.
    below = curve <= staying * (1 + 1e-12)
    return int(np.argmax(below)) if below.any() else None


def _require_month(month: int, *, least: int = 0) -> None:
    if month < least or month != int(month):
        raise InvalidInput(f"needs a whole month ≥ {least}, got {month}")
