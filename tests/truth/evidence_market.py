"""Businesses whose worth, willingness and biases are known, and what each of their sources then says.

No estimator is used to make data, and nothing of the estimators' code is imported but the form of their inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from models.estimate import Estimate
from models.willingness.quotes import LOST_ON_PRICE, LOST_OTHERWISE, WON, Quotes, read_quotes
from models.willingness.renewals import Renewals, read_renewals
from models.willingness.sources import WillingnessSource, WorthSource

UNIT = "EUR/posting"
STATED = {"price_sensitivity": 0, "purchase_intent": 0, "choices": 1}
"""Which of the two biases, of direct and indirect questions, each survey has."""


@dataclass(frozen=True)
class World:
    """The truth of one business; all but counts on the log scale.

    `own` is the error of each survey beyond its form's bias; `tails` the degrees of freedom of willingness.
    """

    worth: float
    share: float
    spread: float
    bias: tuple[float, float]
    own: Mapping[str, float]
    inertia: float
    reps_know: float
    raises: str
    tails: float = np.inf

    @property
    def willingness(self) -> float:
        return self.worth + self.share


def usual(rng: np.random.Generator) -> World:
    """Draw a business as the assumptions have it."""
    common, half = np.log(1.21) + 0.27 * rng.normal(), np.log(1.093) / 2
    tau = abs(0.2 * rng.normal())
    return World(
        worth=float(np.log(rng.uniform(5, 500))),
        share=float(rng.normal(np.log(np.sqrt(0.03 * 0.40)), np.log(0.40 / 0.03) / 3.29)),
        spread=float(np.log(0.6) + np.log(4) / 3.29 * rng.normal()),
        bias=(common - half + 0.13 * rng.normal(), common + half + 0.13 * rng.normal()),
        own={name: float(tau * rng.normal()) for name in (*STATED, "prior")},
        inertia=float(np.log(1.25) / 2 + np.log(1.25) / 3.29 * rng.normal()),
        reps_know=float(rng.normal(0.3, 0.3)),
        raises=str(rng.choice(["randomised", "policy"])),
    )


def outside(rng: np.random.Generator, regime: str) -> World:
    """Draw a business that breaks one assumption."""
    world = usual(rng)
    if regime == "stated at 0.9–2 × the truth":
        bias = float(np.log(rng.uniform(0.9, 2.0)))
        return replace(world, bias=(bias, bias))
    if regime == "stated at twice the truth":
        return replace(world, bias=(np.log(2), np.log(2)))
    if regime == "reps know everything":
        return replace(world, reps_know=1.0)
    if regime == "heavy tails (t 3)":
        return replace(world, tails=3.0)
    if regime == "half of worth would be paid":
        return replace(world, share=np.log(0.5))
    if regime == "a worthless survey":
        return replace(world, own={**world.own, "price_sensitivity": np.log(3)})
    raise KeyError(regime)


OUTSIDE = (
    "stated at 0.9–2 × the truth", "stated at twice the truth", "reps know everything", "heavy tails (t 3)",
    "half of worth would be paid", "a worthless survey",
)  # fmt: skip


def evidence(world: World, rng: np.random.Generator) -> tuple[list[WorthSource], list[WillingnessSource]]:
    """Draw what the business's sources say; each is there in most businesses, and one of them in all."""
    worth = (
        [WorthSource(source="outcomes", estimate=_asked(world.worth, 0.6, rng))]
        if rng.random() < 0.85
        else []
    )
    if rng.random() < 0.4:
        middle = world.worth + world.own["prior"] + 0.3 * rng.normal()
        worth.append(WorthSource(source="prior", estimate=_interval(middle, 0.3, n=0), anchored=False))
    there = rng.random(5) < [0.6, 0.6, 0.6, 0.4, 0.5]
    there[rng.integers(5)] |= not (there.any() or worth)
    said = [_quotes(world, rng)] if there[0] else []
    said += [_renewals(world, rng)] if there[1] else []
    said += [_survey(world, name, rng) for name, asked in zip(STATED, there[2:], strict=True) if asked]
    return worth, [source for source in said if source.estimate.known]


def _quotes(world: World, rng: np.random.Generator) -> WillingnessSource:
    """Offers around a list that moves by lot; reps deviate from it by a fifth, knowing willingness or not."""
    n = int(rng.integers(60, 300))
    deviation = 0.2 * rng.normal(size=n)
    listed = world.willingness + rng.uniform(-0.6, 0.2) + rng.uniform(0.0, 0.3) * rng.normal(size=n)
    willing = world.willingness + _people(world, deviation, rng)
    won = willing >= listed + deviation
    result = np.where(rng.random(n) < 0.15, LOST_OTHERWISE, np.where(won, WON, LOST_ON_PRICE))
    quotes = Quotes(price=np.exp(listed + deviation), result=result.astype(object), list_price=np.exp(listed))
    return read_quotes(quotes, unit=UNIT).source()


def _renewals(world: World, rng: np.random.Generator) -> WillingnessSource:
    """Customers who are told a raise of up to 40 %, by lot or by a policy that is fair by chance."""
    n = int(rng.integers(60, 300))
    deviation = 0.2 * rng.normal(size=n)
    before = world.willingness + rng.uniform(-0.9, -0.3) + deviation
    told = before + np.log(rng.choice([1.0, 1.1, 1.25, 1.4], size=n))
    stays = world.willingness + _people(world, deviation, rng) + world.inertia >= told
    history = Renewals(
        kept=np.where(stays, np.exp(told), np.nan), refused=np.where(stays, np.nan, np.exp(told)),
        before=np.exp(before), assignment=np.full(n, world.raises, dtype=object),
    )  # fmt: skip
    return read_renewals(history, unit=UNIT).source()


def _people(world: World, deviation: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw log willingness around its median, of which the price's deviation knows a part."""
    spread = np.exp(world.spread)
    rest = np.sqrt(max(spread**2 - (0.2 * world.reps_know) ** 2, 1e-4))
    noise = rng.normal(size=deviation.size)
    if np.isfinite(world.tails):
        noise = stats.t.ppf(stats.norm.cdf(noise), world.tails) / np.sqrt(world.tails / (world.tails - 2))
    return world.reps_know * deviation + rest * noise


def _survey(world: World, name: str, rng: np.random.Generator) -> WillingnessSource:
    """Stated prices of 30–200 people: the truth × bias × the survey's own error × noise of answering."""
    form = STATED[name]
    centre = world.willingness + world.bias[form] + world.own[name]
    noisy = float(np.hypot(np.exp(world.spread), 0.3))
    return WillingnessSource(
        source=name, estimate=_asked(centre, noisy, rng), form="indirect" if form else "direct"
    )


def _asked(centre: float, spread: float, rng: np.random.Generator) -> Estimate:
    """Return the mean log of a sample with Student's interval."""
    n = int(rng.integers(30, 200))
    sample = centre + spread * rng.normal(size=n)
    half = float(stats.t.ppf(0.95, n - 1) * sample.std(ddof=1) / np.sqrt(n))
    middle = float(sample.mean())
    ends = np.exp([middle - half, middle + half])
    return Estimate(
        value=float(np.exp(middle)), low=float(ends[0]), high=float(ends[1]), level=0.9, n=n, unit=UNIT
    )


def _interval(middle: float, sd: float, *, n: int) -> Estimate:
    low, value, high = (float(np.exp(middle + at * 1.6449 * sd)) for at in (-1, 0, 1))
    return Estimate(value=value, low=low, high=high, level=0.9, n=n, unit=UNIT)


def revenue(world: World, log_price: np.ndarray | float) -> np.ndarray:
    """Return true revenue per prospect at log prices."""
    z = (np.asarray(log_price) - world.willingness) / np.exp(world.spread)
    if np.isfinite(world.tails):
        return np.exp(log_price) * stats.t.sf(z * np.sqrt(world.tails / (world.tails - 2)), world.tails)
    return np.exp(log_price) * stats.norm.sf(z)


def best_log_price(world: World) -> float:
    """Return the log price of most revenue, by a fine grid."""
    grid = world.willingness + np.exp(world.spread) * np.linspace(-8, 3, 4001)
    return float(grid[np.argmax(revenue(world, grid))])


def regret(world: World, price: float) -> float:
    """Return the share of the best possible revenue that a price loses."""
    return float(1 - revenue(world, np.log(price)) / revenue(world, best_log_price(world)))
