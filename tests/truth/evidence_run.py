"""One simulated business through the model of all evidence: what it says, and what each source would say alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.estimate import Estimate
from models.willingness.all_evidence import AllEvidence, all_evidence
from models.willingness.best_price import best_price
from models.willingness.sources import WillingnessSource, WorthSource
from tests.truth import evidence_market as market

FIRST_SEED = 3_000_000
"""Development looked at seeds below 1,000,000."""
CORRIDOR_MIDDLE = 0.125


@dataclass(frozen=True)
class Try:
    """One answer: its log error, the share of the best revenue that its price loses, and whether it holds the truth."""

    error: float
    regret: float
    covers: bool
    width: float


@dataclass(frozen=True)
class Record:
    """One business: which evidence it has, the pooled answer, what else is covered, and the other answers."""

    kind: str
    pooled: Try
    covers: Mapping[str, bool]
    expected_regret: float
    disagree: bool
    others: Mapping[str, Try]


def run(seed: int, regime: str | None = None) -> Record | None:
    """Draw a business and answer; None where it has no evidence that is known at all."""
    rng = np.random.default_rng(seed)
    world = market.outside(rng, regime) if regime else market.usual(rng)
    worth, willingness = market.evidence(world, rng)
    if not worth and not willingness:
        return None
    found = all_evidence(worth, willingness, unit=market.UNIT)
    price = best_price(found.willingness, found.spread, correlation=found.correlation)
    paid, stated = (any((each.form is None) == is_paid for each in willingness) for is_paid in (True, False))
    kind = " and ".join(name for name, there in (("paid", paid), ("stated", stated)) if there) or "worth only"
    return Record(
        kind=kind,
        pooled=_try(world, found.willingness, price.price),
        covers=_covers(world, found, price.price),
        expected_regret=price.regret or 0.0,
        disagree=any(caveat.code == "sources_disagree" for caveat in found.caveats),
        others={} if regime else _others(world, worth, willingness),
    )


def _try(world: market.World, willingness: Estimate, price: Estimate) -> Try:
    return Try(
        error=float(np.log(willingness.value)) - world.willingness,
        regret=market.regret(world, price.value),
        covers=_holds(willingness, world.willingness),
        width=float(np.log(willingness.high / willingness.low)),
    )


def _holds(estimate: Estimate, log_truth: float) -> bool:
    return bool(np.log(estimate.low) <= log_truth <= np.log(estimate.high))


def _covers(world: market.World, found: AllEvidence, price: Estimate) -> dict[str, bool]:
    truths = {"worth": (found.worth, world.worth), "share": (found.share_captured, world.share)}
    truths |= {"spread": (found.spread, world.spread), "price": (price, market.best_log_price(world))}
    truths |= {f"bias of {form}": (each, world.bias[form == "indirect"]) for form, each in found.bias.items()}
    return {name: _holds(estimate, truth) for name, (estimate, truth) in truths.items() if estimate.known}


def _others(
    world: market.World, worth: list[WorthSource], willingness: list[WillingnessSource]
) -> dict[str, Try]:
    """Return what each source says alone, through the same model, and what simpler rules say."""
    alone = {each.source: all_evidence([], [each], unit=market.UNIT) for each in willingness}
    others = {}
    if worth:
        alone["worth × usual share"] = from_worth = all_evidence(worth, [], unit=market.UNIT)
        middle = from_worth.worth.scaled(CORRIDOR_MIDDLE)
        others["corridor's middle as the price"] = _try(world, from_worth.willingness, middle)
    for name, found in alone.items():
        price = best_price(found.willingness, found.spread, correlation=found.correlation).price
        others[name] = _try(world, found.willingness, price)
    if willingness:
        logs = [np.log([each.estimate.low, each.estimate.value, each.estimate.high]) for each in willingness]
        low, value, high = np.exp(np.mean(logs, axis=0))
        mean = Estimate(value=value, low=low, high=high, level=0.9, n=1, unit=market.UNIT)
        spread = all_evidence([], willingness, unit=market.UNIT).spread
        others["mean of all at face value"] = _try(world, mean, best_price(mean, spread).price)
    return others
