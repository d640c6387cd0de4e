"""From panel to a score of success: windows, traits at signing, the fit, and rehearsals in and out of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.checks import Floats
from models.errors import InvalidInput, NotEstimable, NotIdentified, TooFewCustomers
from models.ideal_customers.fitting import Fitted, fit_scorecard
from models.ideal_customers.levels import Coded, TraitLevels, coded
from models.ideal_customers.quality import Quality, quality_of
from models.ideal_customers.rehearsal import FEWEST_OF_EACH, later_customers, out_of_time
from models.ideal_customers.scorecard import Scorecard
from models.ideal_customers.success import Success, who_succeeds
from pricing_service.decisions._lifetimes import Lifetimes
from pricing_service.decisions._signing_traits import SigningTraits, read_signing_traits
from pricing_service.decisions._success_windows import Calendar, read_calendar, read_windows
from pricing_service.panel import StoredPanel

TOP_SHARE = 0.25
"""The share of customers that counts as success, unless another is asked for."""


@dataclass(frozen=True)
class Asked:
    """What was asked: the window (None: chosen by age), the share of successes, the traits, level and seed."""

    window_months: int | None
    top_share: float
    traits: Sequence[str] | None
    level: float
    seed: int


@dataclass(frozen=True)
class Study:
    """Customers followed from signing on, and the score of their success.

    Parameters
    ----------
    asked
        What was asked.
    calendar
        Who signed when.
    months
        The window's length.
    success
        Of the customers whose window is over; None where that cannot be told.
    labelled
        Shape (N,): whose success is known.
    traits, levels
        What was known at signing, and the levels that are looked at.
    fitted
        The score; None where there is none.
    why_not
        Why there is no success or no score.
    """

    asked: Asked
    calendar: Calendar
    months: int
    success: Success | None
    labelled: NDArray[np.bool_]
    traits: SigningTraits
    levels: Sequence[TraitLevels]
    fitted: Fitted | None
    why_not: NotEstimable | None

    @cached_property
    def outcome(self) -> Floats:
        """1 where a labelled customer succeeded, else 0."""
        if self.success is None:
            return np.zeros(0)
        return self.success.best[np.isfinite(self.success.best)]

    @cached_property
    def everybody(self) -> Coded:
        """All N customers by the levels of their traits."""
        return coded(self.levels, {name: self.traits.values[name] for name in self.names})

    @property
    def names(self) -> list[str]:
        """The traits that are looked at."""
        return [each.trait for each in self.levels]

    @cached_property
    def now(self) -> Quality | None:
        """How the score did on customers that it had not learned from."""
        if self.fitted is None:
            return None
        return quality_of(self.fitted.rehearsal, self.fitted.chances, level=self.asked.level)

    @cached_property
    def later(self) -> Quality | None:
        """How scores did on customers who came later than all that they had learned; None where nobody could learn."""
        if self.fitted is None:
            return None
        entered = self.calendar.start[self.labelled]
        splits = later_customers(entered, entered + self.months)
        rehearsal = out_of_time(
            self.everybody.only(self.labelled), self.outcome, splits, seed=self.asked.seed
        )
        if rehearsal is None:
            return None
        return quality_of(rehearsal, expit(rehearsal.told), level=self.asked.level)

    @property
    def predicts(self) -> str:
        """Whether traits at signing foretell success: yes, no or cannot_tell.

        Those who came later have a say too: what does not hold for them is not sure, and what is not sure and does
        not hold for them is nothing.
        """
        if self.now is None:
            return "cannot_tell"
        if self.later is None or self.later.predicts != "no":
            return self.now.predicts
        return "cannot_tell" if self.now.predicts == "yes" else "no"

    @cached_property
    def scorecard(self) -> Scorecard | None:
        """The score to be used: with a bar where it foretells, everybody's base rate where it surely does not."""
        if self.fitted is None or self.success is None:
            return None
        card = self.fitted.scorecard
        if self.predicts == "no":
            return card.without_traits()
        if self.predicts == "cannot_tell":
            return card
        own = card.scores(self.everybody.only(self.labelled))
        bar = max(float(np.quantile(own, 1 - self.success.share)), self.success.share)
        return replace(card, ideal_from=bar)


def study_of(panel: StoredPanel, lifetimes: Lifetimes, asked: Asked) -> Study | None:
    """Follow the customers and fit the score; None where nothing is dated.

    Raises
    ------
    InvalidInput
        If a trait is asked for that the data does not have.
    """
    calendar = read_calendar(panel)
    if calendar is None or not calendar.customers:
        return None
    months = asked.window_months or calendar.window_length()
    over = calendar.over(months)
    traits = read_signing_traits(panel, calendar)
    if asked.traits is not None:
        traits = _chosen(traits, asked.traits)
    try:
        success = _success(panel, calendar, lifetimes, over=over, months=months, top_share=asked.top_share)
    except NotEstimable as refusal:
        return Study(asked, calendar, months, None, np.zeros_like(over), traits, (), None, refusal)
    labelled = over.copy()
    labelled[over] = np.isfinite(success.best)
    levels = traits.levels(labelled)
    bare = Study(asked, calendar, months, success, labelled, traits, levels, None, None)
    if not levels:
        return replace(bare, why_not=NotIdentified("no trait tells customers apart"))
    try:
        fitted = fit_scorecard(levels, bare.everybody.only(labelled), bare.outcome, seed=asked.seed)
    except TooFewCustomers as refusal:
        return replace(bare, why_not=refusal)
    return replace(bare, fitted=fitted)


def _success(
    panel: StoredPanel,
    calendar: Calendar,
    lifetimes: Lifetimes,
    *,
    over: NDArray[np.bool_],
    months: int,
    top_share: float,
) -> Success:
    if over.sum() < 2 * FEWEST_OF_EACH:
        raise TooFewCustomers(needed=2 * FEWEST_OF_EACH, got=int(over.sum()))
    # As for those followed from signing on: what went before the window is no part of success in it.
    age = np.array([months], dtype=np.int64)
    expected = float(lifetimes.staying.remaining(age)[0]) if lifetimes.staying else 0.0
    windows = read_windows(panel, calendar, months=months, expected=expected)
    return who_succeeds(windows.only(over), top_share=top_share)


def _chosen(traits: SigningTraits, wanted: Sequence[str]) -> SigningTraits:
    for name in wanted:
        if name not in traits.values:
            why = traits.left_out.get(name, "is not a trait in the data")
            raise InvalidInput(f"options.traits: {name!r} {why}; there are {sorted(traits.values)}")
    return replace(
        traits,
        values={name: traits.values[name] for name in wanted},
        as_of={name: traits.as_of[name] for name in wanted},
    )
