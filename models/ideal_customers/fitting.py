"""From customers whose outcome is known to a scorecard: fit, rehearse, calibrate.

Notation
--------
β : effects of levels      b : slope of calibration      π : shares of a trait's levels
w(c) = β_c - Σ_l π_l β_l : points of level c, whose mean over customers is 0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import expit

from models.checks import Floats
from models.errors import InvalidInput, TooFewCustomers
from models.ideal_customers.familiarity import Familiarity
from models.ideal_customers.hierarchical_logit import Effects, fit_effects
from models.ideal_customers.levels import Coded, TraitLevels
from models.ideal_customers.rehearsal import (
    FEWEST_OF_EACH,
    Rehearsal,
    calibrate,
    constant_for,
    out_of_sample,
)
from models.ideal_customers.scorecard import Points, Scorecard


@dataclass(frozen=True)
class Fitted:
    """A scorecard, and how it did on customers that it had not learned from.

    Parameters
    ----------
    scorecard
        The score, calibrated.
    rehearsal
        Every customer judged by a score of the others.
    chances
        The calibrated chances of that rehearsal, shape (m,).
    """

    scorecard: Scorecard
    rehearsal: Rehearsal
    chances: Floats


def fit_scorecard(traits: Sequence[TraitLevels], customers: Coded, success: Floats, *, seed: int) -> Fitted:
    """Fit the score of success on traits.

    Parameters
    ----------
    traits
        The T traits, at least one.
    customers
        n customers by the levels of these traits.
    success
        Shape (n,): 1 where the customer succeeded, else 0.
    seed
        Of the folds.

    Raises
    ------
    InvalidInput
        If there is no trait.
    TooFewCustomers
        If fewer than 8 succeeded, or fewer than 8 did not.

    Examples
    --------
    >>> import numpy as np
    >>> from models.ideal_customers.levels import coded, levels_of
    >>> country = ["DE", "FR"] * 100
    >>> traits = [levels_of("country", country)]
    >>> success = np.array([1.0, 0, 1, 1] * 50)
    >>> fitted = fit_scorecard(traits, coded(traits, {"country": country}), success, seed=1)
    >>> [(reason.level, reason.factor > 1) for reason in fitted.scorecard.score({"country": "DE"}).reasons]
    [('DE', True)]
    """
    if not traits:
        raise InvalidInput("a score needs at least one trait with two levels that customers differ in")
    scarce = int(min(success.sum(), (1 - success).sum()))
    if scarce < FEWEST_OF_EACH:
        raise TooFewCustomers(needed=FEWEST_OF_EACH, got=scarce)
    rehearsal = out_of_sample(customers, success, seed=seed)
    calibration = calibrate(rehearsal)
    effects, slope = fit_effects(customers, success), calibration.slope
    scorecard = Scorecard(
        base_rate=float(success.mean()),
        constant=constant_for(success, slope * effects.points(customers)),
        calibration=calibration,
        parts=_parts(traits, effects),
        familiarity=Familiarity.fit(customers),
    )
    told = slope * (rehearsal.told - rehearsal.told.mean())
    return Fitted(scorecard, rehearsal, expit(constant_for(rehearsal.success, told) + told))


def _parts(traits: Sequence[TraitLevels], effects: Effects) -> tuple[Points, ...]:
    """Return every trait's points before calibration, each trait's with the mean 0 over customers."""
    parts, start = [], 0
    for trait in traits:
        here = slice(start, start + len(trait.levels))
        own = effects.effects[here]
        points, errors = own - effects.shares[here] @ own, effects.errors[here]
        parts.append(Points(levels=trait, points=tuple(points.tolist()), errors=tuple(errors.tolist())))
        start = here.stop
    return tuple(parts)
