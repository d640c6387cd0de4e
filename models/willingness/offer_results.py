"""What became of offers: how many were lost for other reasons, and whether the rest bound willingness on both sides."""

from __future__ import annotations

from scipy import special

from models.errors import NotEstimable
from models.estimate import Estimate, Label

WON, LOST_ON_PRICE, LOST_OTHERWISE, LOST = "won", "lost_on_price", "lost_otherwise", "lost"
"""What became of an offer; ``lost`` is a loss for which no reason was written down."""
FEWEST = 5
"""Offers that must have been won, and lost on price: fewer bound the median on one side only."""


def lost_otherwise(counts: dict[str, int], level: float) -> Estimate:
    """Return q with Jeffreys' interval; losses without a reason are divided as those with one."""
    label = Label(unit="share", level=level, method="losses for other reasons ÷ offers decided")
    decided, named = sum(counts.values()), counts[LOST_ON_PRICE] + counts[LOST_OTHERWISE]
    if not decided:
        return label.unknown("no_quotes", n=0)
    other = counts[LOST_OTHERWISE] * (1 + counts[LOST] / named if named else 1.0)
    low, high = special.betaincinv(other + 0.5, decided - other + 0.5, [(1 - level) / 2, (1 + level) / 2])
    return label.known(other / decided, float(low), float(high), n=decided)


def require_enough(counts: dict[str, int]) -> None:
    """Refuse what bounds the median on one side only."""
    won, lost = counts[WON], counts[LOST_ON_PRICE] + counts[LOST]
    if min(won, lost) >= FEWEST:
        return
    if not won + lost:
        raise NotEstimable("no_quotes", "no offer was won or lost on price")
    if not lost:
        text = "no offer was lost on price: willingness is higher, nobody knows by how much"
        raise NotEstimable("only_lower_bounds", text)
    if not won:
        text = "no offer was won: willingness is lower, nobody knows by how much"
        raise NotEstimable("only_upper_bounds", text)
    text = f"needs {FEWEST} offers won and {FEWEST} lost on price, has {won} and {lost}"
    raise NotEstimable("insufficient_quotes", text)
