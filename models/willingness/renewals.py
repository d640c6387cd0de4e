"""Renewals and raises: what customers went on paying, and what they left for.

Notation
--------
W_i : what customer i would pay for one unit if it chose anew, log-normal given its traits
ι : inertia; a customer stays while p ≤ W exp(ι)
kept : the highest price at which it renewed, W exp(ι) ≥ kept          refused : the price it left for
left for another reason: what it had kept before still counts, the end itself tells nothing

Only W exp(ι) shows: that is `threshold`. ι has a prior (`inertia`); a company that also sells anew learns it by
comparing the two.

How a price was set decides what it can tell. A randomised or contractual raise is given to the customer; what
it paid before, a raise by policy, and a plain renewal were set by someone who may know W, and are taken as in
`quotes`: ``log W = x'β + ρ v + s Z`` with v the part of the log price that nothing given explains. Negotiated
prices take no part: they are as much the customer's answer as our question.

The median is that of customers, who once accepted a price; prospects would pay less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable, NotIdentified
from models.estimate import Caveat, Estimate, Label
from models.threads import on_one_thread
from models.willingness._price_setting import LEAST_VARIATION, PriceSetting, take_apart
from models.willingness._threshold_model import Normal, Rows, Threshold, fit, near
from models.willingness.assumptions import USUAL_SPREAD
from models.willingness.beliefs import Belief, Joint
from models.willingness.inertia import Inertia
from models.willingness.offer_results import FEWEST
from models.willingness.quotes import BEYOND, LEARNT, REP_KNOWS
from models.willingness.sources import WillingnessSource

GIVEN = ("randomised", "contractual")
"""Assignments by which a raise is given to the customer, whatever it would pay."""
KNOWING = ("policy", "renewal")
"""Assignments by somebody who may know what it would pay; ``renewal`` is the old price once more."""
NEGOTIATED = "negotiated"
_TOO_FEW_LEFT = "needs {} customers who renewed and {} who left for the price, has {} and {}"


@dataclass(frozen=True, kw_only=True)
class Renewals:
    """The last price decision of each customer, sorted by its id. All prices in money per unit.

    Parameters
    ----------
    kept
        Shape (n,): the highest price at which it renewed or that it accepted; NaN = never did.
    refused
        Shape (n,): the price for which it left; NaN = it stayed, or left for another reason.
    before
        Shape (n,): what it paid before the decision; NaN = unknown, the whole price may then know willingness.
    assignment
        Shape (n,): how the price was set: one of `GIVEN`, `KNOWING` or `NEGOTIATED`.
    traits
        Shape (n, k): what bears on willingness; None: nothing is known.
    """

    kept: Floats
    refused: Floats
    before: Floats
    assignment: NDArray[np.object_]
    traits: Floats | None = None

    def __post_init__(self) -> None:
        n = self.assignment.size
        for name in ("kept", "refused", "before"):
            prices = getattr(self, name)
            if prices.shape != (n,) or not (np.isnan(prices) | (np.isfinite(prices) & (prices > 0))).all():
                raise InvalidInput(f"{name} must have {n} prices > 0, NaN where there is none")
        if strangers := set(self.assignment.tolist()) - {*GIVEN, *KNOWING, NEGOTIATED}:
            raise InvalidInput(f"assignments are unknown: {sorted(strangers)}")
        if self.traits is not None and (self.traits.ndim != 2 or len(self.traits) != n):
            raise InvalidInput(f"traits must have {n} rows, got shape {self.traits.shape}")

    @property
    def decided(self) -> Floats:
        """(n,) the price of the decision: the one refused, else the one kept, NaN where there was none."""
        return np.where(np.isnan(self.refused), self.kept, self.refused)


@dataclass(frozen=True, kw_only=True)
class RenewalReading:
    """What renewals say of customers' willingness to pay.

    Parameters
    ----------
    willingness
        Of the median customer if it chose anew, money per unit.
    threshold
        The price at which half of the customers would leave: willingness × exp(ι).
    spread
        Standard deviation of log willingness over customers.
    alone
        Both by the data alone, as in `quotes`.
    inertia
        exp(ι): a priori, or learnt where willingness of those who choose anew is known.
    confounding
        ρ, as in `quotes`.
    identified_by
        ``randomised``, ``contractual``: what separates price from willingness; empty where nothing does.
    left_out
        Customers whose price was negotiated, or who made no price decision.
    """

    willingness: Estimate
    threshold: Estimate
    spread: Estimate
    alone: Joint | None
    inertia: Estimate
    confounding: Estimate
    identified_by: tuple[str, ...]
    left_out: int

    def source(self, name: str = "renewals") -> WillingnessSource:
        """Return it as evidence, as in `quotes`."""
        return WillingnessSource(
            source=name, estimate=self.willingness, spread=self.spread, alone=self.alone, anchored=True
        )


@on_one_thread
def read_renewals(
    renewals: Renewals,
    *,
    unit: str,
    level: float = 0.9,
    inertia: Inertia | None = None,
    spread: Belief = USUAL_SPREAD,
    rep_knows: Normal = REP_KNOWS,
) -> RenewalReading:
    """Read willingness to pay out of renewals and raises.

    Parameters
    ----------
    renewals
        The customers' last price decisions.
    unit, level
        Of the answers.
    inertia, spread, rep_knows
        What is believed before.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> willing, before = 10 * np.exp(0.5 * rng.normal(size=600)), np.full(600, 6.0)
    >>> told = before * rng.choice([1.0, 1.2, 1.6], size=600)
    >>> stays = 1.1 * willing >= told
    >>> history = Renewals(kept=np.where(stays, told, np.nan), refused=np.where(stays, np.nan, told), before=before,
    ...                    assignment=np.full(600, "randomised", dtype=object))
    >>> read = read_renewals(history, unit="EUR/seat")
    >>> read.identified_by, read.willingness.low < 10 < read.willingness.high
    (('randomised',), True)
    """
    inertia = inertia or Inertia()
    label = Label(
        unit=unit, level=level, method="log-normal willingness from renewals and from leaving for the price"
    )
    takes_part = np.isfinite(renewals.decided) & (renewals.assignment != NEGOTIATED)
    left_out = int((~takes_part).sum())
    try:
        _enough(renewals, takes_part)
        apart, exogenous = _apart(renewals, takes_part)
        found = fit(
            _rows(renewals, takes_part, apart),
            spread=spread,
            knowing=rep_knows if apart.varies else Normal(0.0, 0.0),
            median=near(renewals.decided[takes_part]),
        )
    except NotEstimable as refusal:
        return _refused(refusal, label, n=renewals.assignment.size, inertia=inertia, left_out=left_out)
    told_by = exogenous if not apart.varies or found.knowing.sd <= LEARNT * rep_knows.sd else ()
    tried = renewals.decided[takes_part]
    return _reading(
        found,
        label,
        told_by=told_by,
        inertia=inertia,
        left_out=left_out,
        tried=tried,
    )


def _enough(renewals: Renewals, takes_part: NDArray[np.bool_]) -> None:
    """Refuse what bounds the median on one side only."""
    stayed = int((takes_part & np.isfinite(renewals.kept) & np.isnan(renewals.refused)).sum())
    left = int((takes_part & np.isfinite(renewals.refused)).sum())
    if min(stayed, left) >= FEWEST:
        return
    if not takes_part.any() and (renewals.assignment == NEGOTIATED).any():
        raise NotIdentified("all prices were negotiated: raises given by lot or by contract would tell")
    if not stayed + left:
        raise NotEstimable("no_renewals", "no customer decided about a price that was not negotiated")
    if not left:
        raise NotEstimable(
            "only_lower_bounds", "nobody left for the price: willingness is higher, nobody knows by how much"
        )
    raise NotEstimable("insufficient_renewals", _TOO_FEW_LEFT.format(FEWEST, FEWEST, stayed, left))


def _apart(renewals: Renewals, takes_part: NDArray[np.bool_]) -> tuple[PriceSetting, tuple[str, ...]]:
    """Take the decided prices apart: the raises that were given, and the rest that may know willingness."""
    price, before = renewals.decided[takes_part], renewals.before[takes_part]
    assignment = renewals.assignment[takes_part]
    given = np.isin(assignment, GIVEN) & np.isfinite(before)
    raised = np.where(given, np.log(price / np.where(given, before, price)), 0.0)
    told_by = tuple(
        name
        for name in GIVEN
        if (given & (assignment == name)).any()
        and np.where(assignment == name, raised, 0.0).std() > LEAST_VARIATION
    )
    traits = None if renewals.traits is None else renewals.traits[takes_part]
    return take_apart(price / np.exp(raised), traits=traits, list_price=None, rep=None), told_by


def _rows(renewals: Renewals, takes_part: NDArray[np.bool_], apart: PriceSetting) -> Rows:
    """Bound each customer's log threshold; what it once kept above the price it left for counts no longer."""
    kept, refused = renewals.kept[takes_part], renewals.refused[takes_part]
    kept = np.where(kept < np.where(np.isnan(refused), np.inf, refused), kept, np.nan)
    return Rows(
        lower=np.where(np.isnan(kept), -np.inf, np.log(np.where(np.isnan(kept), 1.0, kept))),
        upper=np.where(np.isnan(refused), np.inf, np.log(np.where(np.isnan(refused), 1.0, refused))),
        traits=apart.traits,
        knowing=apart.knowing,
        anyway=np.zeros(kept.size),
    )


def _reading(
    found: Threshold,
    label: Label,
    *,
    told_by: tuple[str, ...],
    inertia: Inertia,
    left_out: int,
    tried: Floats,
) -> RenewalReading:
    n, level = tried.size, label.level
    log = Label(unit="log", level=level)
    threshold, factor = found.both.median.estimate(label, n=n), inertia.factor
    anew = found.both.divided_by(factor).median
    caveats = [] if told_by else [_NOT_GIVEN]
    if found.both.median.median > tried.max():
        caveats.append(BEYOND)
    return RenewalReading(
        willingness=anew.estimate(label, n=n).warned(*caveats),
        threshold=threshold.warned(*caveats),
        spread=found.both.spread.estimate(log, n=n),
        alone=found.alone.divided_by(factor) if found.alone else None,
        inertia=inertia.learnt(found.both.median).estimate(Label(unit="ratio", level=level), n=n),
        confounding=found.knowing.estimate(Label(unit="log/log", level=level), n=n),
        identified_by=told_by,
        left_out=left_out,
    )


def _refused(
    refusal: NotEstimable, label: Label, *, n: int, inertia: Inertia, left_out: int
) -> RenewalReading:
    unknown = {
        unit: Estimate.refused(refusal, unit=unit, n=n, level=label.level)
        for unit in (label.unit, "log", "log/log")
    }
    return RenewalReading(
        willingness=unknown[label.unit],
        threshold=unknown[label.unit],
        spread=unknown["log"],
        alone=None,
        inertia=inertia.factor.estimate(Label(unit="ratio", level=label.level), n=0),
        confounding=unknown["log/log"],
        identified_by=(),
        left_out=left_out,
    )


_NOT_GIVEN = Caveat(
    "price_set_by_rep",
    "these prices were set by people who may know what a customer would pay: the interval is widened by that;"
    " raises given by lot would tell",
)
