"""What is believed before any evidence comes in, each belief with its source."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import InvalidInput
from models.willingness.beliefs import Belief
from models.willingness.hypothetical_bias import Bias
from models.willingness.spread_prior import FOLLOWS, OWN_SHARE

USUAL_SHARE = Belief.within(0.03, 0.40, level=0.9)
"""The share of worth that customers would pay; the corridor of 10–15 % lies in its middle."""
USUAL_SPREAD = Belief.within(0.3, 1.2, level=0.9)
"""Standard deviation of log willingness over customers, where neither a source nor the spread of worth tells it."""
OWN_ERROR = 0.2
"""Scale of the sources' own errors: one is usually off by a fifth beyond what its interval says."""


@dataclass(frozen=True)
class Assumptions:
    """What is believed before any evidence.

    Parameters
    ----------
    share
        Median willingness ÷ worth.
    spread
        Standard deviation of log willingness over customers, where that of worth is not known.
    follows, own_share
        How far willingness follows worth, and the standard deviation of what else moves its log (`spread_prior`).
    bias
        Of stated prices, by form of question.
    own_error
        Scale of the half-normal prior of τ, > 0.
    """

    share: Belief = USUAL_SHARE
    spread: Belief = USUAL_SPREAD
    follows: Belief = FOLLOWS
    own_share: Belief = OWN_SHARE
    bias: Bias = field(default_factory=Bias.from_literature)
    own_error: float = OWN_ERROR

    def __post_init__(self) -> None:
        if not 0 < self.own_error < float("inf"):
            raise InvalidInput(f"own_error must be finite and > 0, got {self.own_error}")
