"""How the law of a trial is drawn: as estimators assume, or with one assumption broken."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np

from experiments.market.laws import TrialLaw


class TrialWorld(StrEnum):
    """What kind of offers a trial makes.

    Examples
    --------
    >>> [world.value for world in TrialWorld if world.outside]
    ['reps_know', 'rescued', 'wrong_reasons']
    """

    USUAL = "usual"
    """Prices move by lists, reps and chance; reps know little of what a prospect would pay."""
    REPS_KNOW = "reps_know"
    """Reps know what a prospect would pay, but for a tenth, and price by it; the list never moves."""
    RESCUED = "rescued"
    """Half of those who find the price too dear are offered what they would just pay."""
    WRONG_REASONS = "wrong_reasons"
    """Half of those who are lost for the price say something else."""

    @property
    def outside(self) -> bool:
        """Whether this world breaks what the estimators assume."""
        return self is not TrialWorld.USUAL


def draw_trial(rng: np.random.Generator, world: TrialWorld = TrialWorld.USUAL) -> TrialLaw:
    """Draw a trial of 60–400 offers at 0.55–1.2 of the median willingness to pay.

    Examples
    --------
    >>> 60 <= draw_trial(np.random.default_rng(1)).prospects <= 400
    True
    """
    law = TrialLaw(
        prospects=round(float(np.exp(rng.uniform(np.log(60), np.log(400))))),
        list_ratio=float(np.exp(rng.uniform(-0.6, 0.2))),
        list_log_sd=float(rng.uniform(0.0, 0.3)),
        reps=int(rng.integers(2, 9)),
        rep_log_sd=float(rng.uniform(0.0, 0.15)),
        offer_log_sd=float(rng.uniform(0.05, 0.2)),
        rep_knows=float(rng.uniform(0.0, 0.3)),
        lost_otherwise=float(rng.uniform(0.05, 0.3)),
    )
    if world is TrialWorld.REPS_KNOW:
        return replace(law, list_log_sd=0.0, rep_log_sd=0.0, offer_log_sd=0.5, rep_knows=0.98)
    if world is TrialWorld.RESCUED:
        return replace(law, rescued=0.5)
    if world is TrialWorld.WRONG_REASONS:
        return replace(law, price_blamed=0.5)
    return law
