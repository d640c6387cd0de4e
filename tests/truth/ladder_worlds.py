"""Worlds of known willingness and worth, and the ways in which people are asked about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import optimize, special

from models.checks import Floats
from models.surveys._ladders import GaborGrangerAnswers
from models.surveys.worth_checks import WorthCheckAnswers
from tests.models.surveys.ladders import from_rows, full_ladder, two_bounds

Draw = Callable[[np.random.Generator, int], Floats]
LADDER = np.array([4.0, 6, 9, 13, 19, 28])
COST = 5.0
SLIP_RATE = 0.05
PULL = 0.3


@dataclass(frozen=True)
class World:
    """A law of willingness: its demand curve and how it is drawn."""

    demand: Callable[[Floats], Floats]
    draw: Draw

    @cached_property
    def truth(self) -> dict[str, float]:
        """The median, and the best prices by revenue and by profit at `COST`."""
        price = np.geomspace(1, 200, 400_001)
        demand = self.demand(price)
        return {
            "median": float(optimize.brentq(lambda p: float(self.demand(np.array(p))) - 0.5, 0.1, 200)),
            "revenue": float(price[np.argmax(price * demand)]),
            "profit": float(price[np.argmax((price - COST) * demand)]),
        }


def _two_peaks(rng: np.random.Generator, n: int) -> Floats:
    middle = np.where(rng.random(n) < 0.5, 7.0, 16.0)
    peaks: Floats = middle * np.exp(0.4 * rng.standard_normal(n))
    return peaks


INSIDE: Mapping[str, World] = {
    "log-normal": World(
        lambda p: special.ndtr(-np.log(p / 10) / 0.6),
        lambda rng, n: 10 * np.exp(0.6 * rng.standard_normal(n)),
    ),
    "log-logistic": World(
        lambda p: special.expit(-np.log(p / 10) / 0.35),
        lambda rng, n: 10 * np.exp(0.35 * rng.logistic(size=n)),
    ),
    "Weibull": World(lambda p: np.exp(-((p / 12) ** 1.8)), lambda rng, n: 12 * rng.weibull(1.8, n)),
}
OUTSIDE: Mapping[str, World] = {
    "gamma": World(lambda p: special.gammaincc(3, p / 4), lambda rng, n: rng.gamma(3, 4, n)),
    "two peaks": World(
        lambda p: 0.5 * special.ndtr(-np.log(p / 7) / 0.4) + 0.5 * special.ndtr(-np.log(p / 16) / 0.4),
        _two_peaks,
    ),
}


def asked(design: str, most: Floats, rng: np.random.Generator) -> GaborGrangerAnswers:
    """Ask people who would pay at most `most` by one of the designs."""
    n = most.size
    first = np.exp(rng.uniform(np.log(4), np.log(28), n))
    if design == "one price each":
        return from_rows([(f"r{i:04d}", first[i], float(first[i] <= most[i])) for i in range(n)])
    if design.startswith("two bounds"):
        return two_bounds(most, first, pull=PULL if design.endswith("pulled") else 0.0)
    ladder = full_ladder(most, LADDER)
    if design == "ladder, with slips":
        slipped = rng.random(ladder.intent.shape) < SLIP_RATE
        return replace(ladder, intent=np.where(slipped, 1 - ladder.intent, ladder.intent))
    return ladder


def worth_checked(figures: str, n: int, *, pull: float, rng: np.random.Generator) -> WorthCheckAnswers:
    """Show figures to people to whom one unit is worth 12 in the median, spread 0.6."""
    worth = 12 * np.exp(0.6 * rng.standard_normal(n))
    shown = {
        "one figure for all": np.full(n, 15.0),
        "three figures": rng.choice([6.0, 12.0, 24.0], n),
        "figures of all sizes": 12 * np.exp(0.5 * rng.standard_normal(n)),
    }[figures]
    answer = worth ** (1 - pull) * shown**pull
    verdict = np.select([answer > 1.1 * shown, answer < shown / 1.1], ["too_low", "too_high"], "accurate")
    said = (verdict != "accurate") & (rng.random(n) < 0.6)
    return WorthCheckAnswers.of(
        {
            "respondent_id": np.array([f"r{i:04d}" for i in range(n)], dtype=object),
            "estimate": shown,
            "verdict": verdict.astype(object),
            "stated": np.where(said, answer * np.exp(0.04 * rng.standard_normal(n)), np.nan),
        }
    )
