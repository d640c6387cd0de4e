"""One model of all evidence: what a unit is worth, what customers would pay, and the share in between.

Notation
--------
ω : log worth          κ : log share captured          μ = ω + κ : log willingness to pay
β_f : log bias of stated prices by the form f of the question
y_s : log of what source s says; σ_s its standard error, read from its interval
δ_s ~ N(0, τ²) : the source's own error; 0 for a source that is anchored, that is, taken as unbiased

worth list        y_s = ω + δ_s + ε_s
paid prices       y_s = μ + δ_s + ε_s
stated prices     y_s = μ + β_f + δ_s + ε_s
priors            κ ~ N(log 0.11, 0.79²): 90 % between 3 % and 40 %;  β ~ N(m, C): `hypothetical_bias`

Two lists, never averaged together: worth comes from the worth list alone. What customers would pay says
nothing of what they gain, beyond that they gain more; so the link κ is used in one direction only, and
``worth × usual share`` enters the willingness list as the prior of μ (a cut model: Plummer 2015). In the same way
the spread of worth over customers informs the prior of willingness' own (`spread_prior`).

Without a paid price only κ + β is identified. The answer then rests on priors, says how far (`prior_part`),
names what was taken as unbiased (`anchor`), and shows what each source alone would say (`alone`).
Sources that contradict each other are named, and not blended: `sources` has the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.errors import InvalidInput
from models.estimate import Caveat, Estimate, Label
from models.willingness import _willingness_list, _worth_list
from models.willingness.assumptions import Assumptions
from models.willingness.beliefs import Belief
from models.willingness.hypothetical_bias import Format
from models.willingness.sources import Weighed, WillingnessSource, WorthSource
from models.willingness.spread_prior import spread_given_worth
from models.willingness.units_lean import pooled, through_worth


@dataclass(frozen=True, kw_only=True)
class AllEvidence:
    """What all evidence says together.

    Parameters
    ----------
    worth, willingness
        Of one unit to the median customer, money per unit.
    spread
        Standard deviation of log willingness over customers.
    correlation
        Of the doubts about the logs of willingness and spread.
    lean
        How willingness leans on units, by all sources that tell it and what is usual.
    share_captured
        Median willingness ÷ worth.
    bias
        Stated ÷ real by form of question, for the forms that were asked.
    share_times_bias
        Stated willingness ÷ worth by form of question: all that is identified without paid prices.
    worth_sources, willingness_sources
        The two lists, in the order given.
    prior_part
        Share of willingness' posterior precision that would be gone without the priors on share and bias, 0–1;
        None where nothing is known.
    anchor
        What was taken as unbiased in willingness: paid sources, else ``hypothetical_bias`` or, without any
        willingness source, ``share_captured``.
    price_range
        Least and largest willingness that a single source alone would give, the usual share of worth included.
    caveats
        What a reader must know.
    """

    worth: Estimate
    willingness: Estimate
    spread: Estimate
    correlation: float
    lean: Estimate
    share_captured: Estimate
    bias: Mapping[Format, Estimate]
    share_times_bias: Mapping[Format, Estimate]
    worth_sources: tuple[Weighed, ...]
    willingness_sources: tuple[Weighed, ...]
    prior_part: float | None
    anchor: tuple[str, ...]
    price_range: tuple[float, float] | None
    caveats: tuple[Caveat, ...]


def all_evidence(
    worth: Sequence[WorthSource],
    willingness: Sequence[WillingnessSource],
    *,
    unit: str,
    level: float = 0.9,
    assumptions: Assumptions | None = None,
) -> AllEvidence:
    """Bring all evidence together.

    Parameters
    ----------
    worth, willingness
        The two lists; sources that know nothing stay in them with weight 0.
    unit, level
        Of the answers.
    assumptions
        What is believed before.

    Raises
    ------
    InvalidInput
        If a source stands twice, or a known estimate is not positive.

    Examples
    --------
    >>> def said(low, value, high):
    ...     return Estimate(value=value, low=low, high=high, level=0.9, n=100, unit="EUR/posting")
    >>> found = all_evidence(
    ...     [WorthSource(source="outcomes", estimate=said(36.0, 40.0, 44.4))],
    ...     [WillingnessSource(source="quotes", estimate=said(4.0, 4.5, 5.1), anchored=True),
    ...      WillingnessSource(source="choices", estimate=said(5.0, 6.0, 7.2), form="indirect")],
    ...     unit="EUR/posting")
    >>> round(found.willingness.value, 2), round(found.share_captured.value, 3), round(found.bias["indirect"].value, 2)
    (4.51, 0.113, 1.31)
    >>> [round(row.weight, 2) for row in found.willingness_sources]
    [0.96, 0.04]
    """
    given = assumptions or Assumptions()
    told = {each.source: each.estimate.unit for each in worth} | {
        each.source: each.estimate.unit for each in willingness
    }
    if strangers := {name: its for name, its in told.items() if its != unit}:
        raise InvalidInput(f"all evidence must be in {unit}, got {strangers}")
    label = Label(unit=unit, level=level, method="all evidence in one log-normal model")
    gained = _worth_list.weigh(worth, label, own_error=given.own_error)
    centre = Belief.of(gained.estimate, name="worth") if gained.estimate.known else None
    given = replace(given, spread=_usual_spread(worth, given))
    paid = _willingness_list.weigh(willingness, label, worth=centre, given=given)
    return AllEvidence(
        worth=gained.estimate,
        willingness=paid.estimate,
        spread=paid.spread,
        correlation=paid.correlation,
        lean=_lean(worth, willingness, level=level),
        share_captured=paid.share_captured,
        bias=paid.bias,
        share_times_bias=paid.share_times_bias,
        worth_sources=gained.rows,
        willingness_sources=paid.rows,
        prior_part=paid.prior_part,
        anchor=paid.anchor,
        price_range=paid.price_range,
        caveats=(*gained.caveats, *paid.caveats),
    )


def _usual_spread(worth: Sequence[WorthSource], given: Assumptions) -> Belief:
    """Return what is believed of willingness' spread before its own list is read: by what the first source tells."""
    for each in worth:
        if each.spread is not None and each.spread.known:
            told = Belief.of(each.spread, name=f"{each.source}'s spread")
            return spread_given_worth(told, follows=given.follows, share=given.own_share)
    return given.spread


def _lean(
    worth: Sequence[WorthSource], willingness: Sequence[WillingnessSource], *, level: float
) -> Estimate:
    gained = [through_worth(each.lean) for each in worth if each.lean is not None]
    return pooled([*gained, *(each.lean for each in willingness if each.lean is not None)], level=level)
