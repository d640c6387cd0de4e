"""Quotes won and lost: the willingness to pay that every company owns.

Notation
--------
p_i : price per unit of offer i          W_i : what the prospect would pay, log-normal given its traits x_i
won: W ≥ p          lost on price: W < p          lost otherwise: nothing about W
A priori the median lies within a factor of 3 of the typical offer in nine companies of ten.
q : chance of a loss for another reason, whatever the price

Losses for other reasons are a competing risk that is independent of W and price: the likelihood then falls
apart, they tell q and drop out of W's part. Of a loss without a reason it is only known that one of the two
happened: ``q + (1 - q) P(W < p)``. `if_all_losses_count` shows what the answer would be if every loss were on
price.

Reps set prices, and they know more of the prospect than we do: the higher its W, the higher its price. So of
the log price only what the list and the rep's leniency explain is taken as given to the prospect; the rest, v,
may know W: ``log W = x'β + ρ v + s Z`` (a control function: Rivers & Vuong 1988; leniency as instrument: Kling
2006). A rep's leniency is its mean residual, shrunk (random effects by the analysis of variance). Where lists
and reps vary, data tell ρ; where not, its prior N(0.3, 0.3²) widens the answer, and ``price_set_by_rep`` says
so: the median moves with (1 - ρ), so that a ρ unknown to ± 0.5 widens by half the distance between the median
and the typical price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.checks import Floats, vector
from models.errors import InvalidInput, NotEstimable
from models.estimate import Caveat, Estimate, Label
from models.surveys._base import Demand
from models.threads import on_one_thread
from models.willingness._price_setting import LEAST_VARIATION, PriceSetting, take_apart
from models.willingness._threshold_model import Normal, Rows, Threshold, fit, near
from models.willingness.assumptions import USUAL_SPREAD
from models.willingness.beliefs import Belief, Joint
from models.willingness.offer_results import (
    LOST,
    LOST_ON_PRICE,
    LOST_OTHERWISE,
    WON,
    lost_otherwise,
    require_enough,
)
from models.willingness.sources import WillingnessSource
from models.willingness.units_lean import label_of

REP_KNOWS = Normal(0.3, 0.3)
"""ρ a priori: 0 = prices know nothing of willingness, 1 = they follow it one for one."""
_CURVE = 41
LEARNT = 0.75
"""Of ρ's prior doubt: above that the data have told next to nothing of it."""


@dataclass(frozen=True, kw_only=True)
class Quotes:
    """Offers that were decided, one a customer or prospect (the last one), sorted by its id.

    Parameters
    ----------
    price
        Shape (n,): asked per unit, money > 0.
    result
        Shape (n,): `WON`, `LOST_ON_PRICE`, `LOST_OTHERWISE` or `LOST`.
    traits
        Shape (n, k): what bears on willingness (log size, segment as 0/1 columns); None: nothing is known.
    units
        Shape (n,): how many units were offered, > 0: they bear on willingness too; None where unknown.
    list_price
        Shape (n,): what the list asked per unit, money > 0; None where unknown.
    rep
        Shape (n,): who set the price; None where unknown.
    """

    price: Floats
    result: NDArray[np.object_]
    traits: Floats | None = None
    units: Floats | None = None
    list_price: Floats | None = None
    rep: NDArray[np.object_] | None = None

    def __post_init__(self) -> None:
        n = self.result.size
        for name in ("price", "list_price", "units"):
            if getattr(self, name) is not None and not (vector(name, getattr(self, name), n=n) > 0).all():
                raise InvalidInput(f"{name} must be > 0")
        if strangers := set(self.result.tolist()) - {WON, LOST_ON_PRICE, LOST_OTHERWISE, LOST}:
            raise InvalidInput(f"results are unknown: {sorted(strangers)}")
        if self.traits is not None and (self.traits.ndim != 2 or len(self.traits) != n):
            raise InvalidInput(f"traits must have {n} rows, got shape {self.traits.shape}")
        if self.rep is not None and self.rep.shape != (n,):
            raise InvalidInput(f"rep must have {n} entries, got shape {self.rep.shape}")

    @property
    def bearing(self) -> Floats | None:
        """(n, k) all that bears on willingness, log units last."""
        known = [] if self.traits is None else [self.traits]
        known += [] if self.units is None else [np.log(self.units)[:, None]]
        return np.column_stack(known) if known else None


@dataclass(frozen=True, kw_only=True)
class QuoteReading:
    """What quotes say of prospects' willingness to pay.

    Parameters
    ----------
    willingness
        Of the median prospect, money per unit.
    spread
        Standard deviation of log willingness over prospects.
    alone
        Both by the data alone, as evidence takes them: what is usual is counted there once for all sources.
    win_curve
        Chance of winning by price; None where willingness is unknown.
    lean
        How willingness leans on units (`units_lean`); None where units are unknown or all alike.
    confounding
        ρ: how much of a rep's deviation from list and habit reflects what the prospect would pay.
    lost_otherwise
        q.
    if_all_losses_count
        Willingness if every loss were on price.
    identified_by
        What separates price from willingness: ``list_prices``, ``reps``; ``assumption`` where prices are taken
        as set by lot; empty where nothing does.
    """

    willingness: Estimate
    spread: Estimate
    alone: Joint | None
    win_curve: Demand | None
    lean: Estimate | None
    confounding: Estimate
    lost_otherwise: Estimate
    if_all_losses_count: Estimate
    identified_by: tuple[str, ...]

    def source(self) -> WillingnessSource:
        """Return it as evidence: paid prices are an anchor, and what reps may know is in the interval already."""
        return WillingnessSource(
            source="quotes", estimate=self.willingness, spread=self.spread, alone=self.alone, anchored=True,
            lean=self.lean,
        )  # fmt: skip


@on_one_thread
def read_quotes(
    quotes: Quotes,
    *,
    unit: str,
    level: float = 0.9,
    spread: Belief = USUAL_SPREAD,
    rep_knows: Normal = REP_KNOWS,
) -> QuoteReading:
    """Read willingness to pay out of quotes.

    Parameters
    ----------
    quotes
        The offers.
    unit, level
        Of the answers.
    spread, rep_knows
        What is believed before of the spread over prospects and of ρ; a `rep_knows` of (0, 0) takes prices as set by
        lot.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> willing, price = 10 * np.exp(0.5 * rng.normal(size=400)), 10 * np.exp(0.3 * rng.normal(size=400))
    >>> result = np.where(willing >= price, WON, LOST_ON_PRICE).astype(object)
    >>> read = read_quotes(Quotes(price=price, result=result, list_price=price), unit="EUR/seat")
    >>> read.identified_by, 9 < read.willingness.value < 11
    (('list_prices',), True)
    """
    label = Label(unit=unit, level=level, method="log-normal willingness from quotes won and lost on price")
    counts = {each: int((quotes.result == each).sum()) for each in (WON, LOST_ON_PRICE, LOST_OTHERWISE, LOST)}
    otherwise = lost_otherwise(counts, level)
    try:
        require_enough(counts)
        apart = take_apart(quotes.price, traits=quotes.bearing, list_price=quotes.list_price, rep=quotes.rep)
        anyway = (otherwise.value or 0.0) * (quotes.result == LOST)
        found = _fit(quotes, apart, anyway=anyway, spread=spread, rep_knows=rep_knows)
        every = _fit(quotes, apart, anyway=None, spread=spread, rep_knows=rep_knows)
    except NotEstimable as refusal:
        return _refused(refusal, label, n=quotes.result.size, otherwise=otherwise)
    told_by = _told_by(found, apart, rep_knows)
    return _reading(found, every, quotes=quotes, told_by=told_by, label=label, otherwise=otherwise)


def _fit(
    quotes: Quotes, apart: PriceSetting, *, anyway: Floats | None, spread: Belief, rep_knows: Normal
) -> Threshold:
    """Fit; without `anyway` every loss counts as one on price."""
    log_price, won = np.log(quotes.price), quotes.result == WON
    takes_part = np.ones(won.size, dtype=bool) if anyway is None else quotes.result != LOST_OTHERWISE
    rows = Rows(
        lower=np.where(won, log_price, -np.inf)[takes_part],
        upper=np.where(won, np.inf, log_price)[takes_part],
        traits=apart.traits[takes_part],
        knowing=apart.knowing[takes_part],
        anyway=np.zeros(int(takes_part.sum())) if anyway is None else anyway[takes_part],
    )
    knowing = rep_knows if apart.varies else Normal(0.0, 0.0)
    return fit(rows, spread=spread, knowing=knowing, median=near(quotes.price))


def _reading(
    found: Threshold,
    every: Threshold,
    *,
    quotes: Quotes,
    told_by: tuple[str, ...],
    label: Label,
    otherwise: Estimate,
) -> QuoteReading:
    tried = quotes.price[quotes.result != LOST_OTHERWISE]
    n = tried.size
    caveats = [] if told_by else [_SET_BY_REP]
    if not tried.min() <= found.both.median.median <= tried.max():
        caveats.append(BEYOND)
    answer = found.both.median.estimate(label, n=n).warned(*caveats)
    log, ratio = Label(unit="log", level=label.level), Label(unit="log/log", level=label.level)
    return QuoteReading(
        willingness=answer,
        spread=found.both.spread.estimate(log, n=n),
        alone=found.alone,
        win_curve=_win_curve(found, lost_otherwise=otherwise.value or 0.0, level=label.level),
        lean=_lean(found, quotes, level=label.level, n=n),
        confounding=found.knowing.estimate(ratio, n=n),
        lost_otherwise=otherwise,
        if_all_losses_count=every.both.median.estimate(label, n=otherwise.n),
        identified_by=told_by,
    )


BEYOND = Caveat(
    "beyond_tried_prices",
    "the median lies beyond every price that was tried: it rests on the log-normal form",
)
_SET_BY_REP = Caveat(
    "price_set_by_rep",
    "nothing but reps made these prices differ, and they may know what a prospect would pay: the interval is"
    " widened by that; list prices that changed, or reps who discount differently, would tell",
)


def _told_by(found: Threshold, apart: PriceSetting, rep_knows: Normal) -> tuple[str, ...]:
    """Return what separates price from willingness: nothing, where ρ's prior is all that is known of it."""
    if rep_knows.sd == 0:
        return ("assumption",)
    if apart.varies and found.knowing.sd > LEARNT * rep_knows.sd:
        return ()
    return apart.given_by


def _lean(found: Threshold, quotes: Quotes, *, level: float, n: int) -> Estimate | None:
    """Return the covariance with log units, the last of the traits, which the model has standardised."""
    scale = 0.0 if quotes.units is None else float(np.log(quotes.units).std())
    if scale < LEAST_VARIATION:
        return None
    last = found.leans[-1]
    return Normal(last.mean * scale, last.sd * scale).estimate(label_of(level), n=n)


def _win_curve(found: Threshold, *, lost_otherwise: float, level: float) -> Demand:
    """Return the chance of winning at prices up to three spreads around the median."""
    middle, spread = found.both.median, found.both.spread.median
    t = np.linspace(middle.mean - 3 * spread, middle.mean + 3 * spread, _CURVE)
    z = (middle.mean - t) / spread
    # Both doubts move z: that of the median all along, that of the spread the more the further out.
    doubt = np.hypot(middle.sd / spread, z * found.both.spread.sd) * float(special.ndtri((1 + level) / 2))
    share, low, high = ((1 - lost_otherwise) * special.ndtr(each) for each in (z, z - doubt, z + doubt))
    return Demand(price=np.exp(t), share=share, low=low, high=high)


def _refused(refusal: NotEstimable, label: Label, *, n: int, otherwise: Estimate) -> QuoteReading:
    nothing = Estimate.refused(refusal, unit=label.unit, n=n, level=label.level)
    return QuoteReading(
        willingness=nothing,
        spread=Estimate.refused(refusal, unit="log", n=n, level=label.level),
        alone=None,
        win_curve=None,
        lean=None,
        confounding=Estimate.refused(refusal, unit="log/log", n=n, level=label.level),
        lost_otherwise=otherwise,
        if_all_losses_count=nothing,
        identified_by=(),
    )
