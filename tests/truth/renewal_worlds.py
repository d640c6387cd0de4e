"""Companies that never told anybody a new price: who bought, who stayed year by year, and who left for what.

Prospects' willingness is log-normal; who would pay the price becomes a customer. Willingness then moves from year to
year; who would pay less than the price, inertia aside, leaves for it, and others leave anyway. Not every reason is
written down right. Truth is the median willingness of all customers at their last decision; nothing of the
estimator's code is used, and it knows neither the truncation nor the movement nor the wrong reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.willingness.renewals import Renewals

PROSPECTS = 100_000
OUTSIDE = ("a third of those who leave anyway say it was the price", "prices follow willingness")


@dataclass(frozen=True)
class World:
    """One company; money on the log scale.

    `knows` is how much of willingness prices follow, `drift` the yearly movement, `anyway` the yearly share that leaves
    for other reasons, `said` how many of those who leave for the price say so, and `excuse` how many of the others do.
    """

    spread: float
    knows: float
    inertia: float
    price: float
    price_spread: float
    drift: float
    years: int
    anyway: float
    said: float
    excuse: float
    customers: int


@dataclass(frozen=True)
class History:
    """What the company's tables tell, and what is true: the median and the spread of log willingness."""

    renewals: Renewals
    median: float
    spread: float


def usual(rng: np.random.Generator) -> World:
    """Draw a company."""
    return World(
        spread=float(0.6 * np.exp(np.log(4) / 3.29 * rng.normal())),
        knows=float(rng.normal(0.3, 0.3)),
        inertia=float(np.log(1.25) / 2 + np.log(1.25) / 3.29 * rng.normal()),
        price=rng.uniform(-0.9, 0.6),
        price_spread=rng.uniform(0.05, 0.4),
        drift=float(np.exp(rng.uniform(np.log(0.05), np.log(0.4)))),
        years=int(rng.integers(1, 5)),
        anyway=rng.uniform(0.02, 0.2),
        said=rng.uniform(0.6, 1.0),
        excuse=rng.uniform(0.0, 0.1),
        customers=int(rng.integers(60, 400)),
    )


def outside(world: World, regime: str) -> World:
    """Return the same company with one assumption broken."""
    broken = {"excuse": 1 / 3}, {"knows": 1.0}
    return replace(world, **dict(zip(OUTSIDE, broken, strict=True))[regime])


def history(world: World, rng: np.random.Generator, *, shift: float) -> History | None:
    """Let the company live, its money multiplied by exp(shift); None where it does not find its customers."""
    known = world.price_spread * rng.normal(size=PROSPECTS)
    rest = np.sqrt(max(world.spread**2 - (world.knows * world.price_spread) ** 2, 1e-4))
    willing = world.knows * known + rest * rng.normal(size=PROSPECTS)
    price = world.price + known
    bought = willing >= price
    willing, price = willing[bought], price[bought]
    if willing.size < world.customers:
        return None
    there, for_price = np.ones(willing.size, dtype=bool), np.zeros(willing.size, dtype=bool)
    for _ in range(world.years):
        willing = np.where(there, willing + world.drift * rng.normal(size=willing.size), willing)
        leaves = there & (willing + world.inertia < price)
        others = there & ~leaves & (rng.random(willing.size) < world.anyway)
        truly = rng.random(willing.size)
        for_price |= (leaves & (truly < world.said)) | (others & (truly < world.excuse))
        there &= ~leaves & ~others
    some = rng.choice(willing.size, world.customers, replace=False)
    paid = np.exp(price[some] + shift)
    renewals = Renewals(
        kept=np.where(for_price[some], np.nan, paid), refused=np.where(for_price[some], paid, np.nan),
        before=paid, assignment=np.full(world.customers, "renewal", dtype=object),
    )  # fmt: skip
    return History(renewals, float(np.median(willing)) + shift, float(willing.std()))
