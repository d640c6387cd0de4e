"""One simulated business through the front door: what all evidence says, what each source says alone, the truth."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.market import (
    Business,
    Market,
    MetricTruth,
    Regime,
    TrialWorld,
    UnitDemand,
    draw_business,
    draw_trial,
    simulate,
    write_dataset,
)
from experiments.market.noise import stream
from models.estimate import Estimate
from models.pricing.capture import corridor
from models.willingness.all_evidence import AllEvidence, all_evidence
from models.willingness.best_price import BestPrice, best_price
from models.willingness.terms import Terms
from pricing_service.decisions import DECISIONS
from pricing_service.decisions._evidence import gather
from pricing_service.decisions._price import prices
from pricing_service.decisions._study import WorthStudy
from pricing_service.decisions.unit_worth import UnitWorthOptions, pool_of
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of

FIRST_SEED = 5_000_000
"""Development looked at seeds below 1,000,000."""
FIRST_WORLD_SEED = FIRST_SEED + 500_000
"""Of the businesses whose trials break an assumption."""
LEVEL, SEED, CAPTURE = 0.9, 1, (0.10, 0.15)
WHOLE_EVERY = 40
"""Of so many businesses one is asked once more, by the whole decision: what is left out elsewhere must not matter."""
ALWAYS = ("customers", "subscriptions", "usage", "metrics", "kpis")
SOURCES = {
    "outcomes": ("outcomes", 0.85),
    "worth_checks": ("worth_checks", 0.2),
    "quotes": ("quotes", 0.6),
    "price_changes": ("price_changes", 0.7),
    "price_sensitivity": ("price_sensitivity", 0.5),
    "purchase_intent": ("purchase_intent", 0.4),
    "choices": ("choices", 0.02),
}
"""By source: its contract table, and the share of businesses that have it. Choices take half a minute to read."""
PAID, STATED = ("quotes", "renewals"), ("price_sensitivity", "purchase_intent", "choices")
WORTH = "worth × usual share"


def run_business(task: Sequence[Any]) -> dict[str, Any]:
    """Draw a business that has some of the evidence, ingest its tables, answer, and return one flat record."""
    seed, world = task[0], TrialWorld(task[1])
    # What a trial can break is shown where nothing else is broken, and where there is a trial.
    business = draw_business(seed, Regime.STEADY if world.outside else None)
    business = replace(business, trial=draw_trial(stream(seed, "trial law"), world))
    market = simulate(business, seed)
    has = list(dict.fromkeys([*_evidence(seed), *(["quotes"] if world.outside else [])]))
    kept = (*ALWAYS, *(SOURCES[name][0] for name in has))
    tables = {name: market.tables[name] for name in kept if market.tables[name].num_rows}
    tables |= {name: _of_metric(tables[name], business.metrics[0].name) for name in ("usage", "metrics")}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_dataset(replace(market, tables=tables), folder / "raw")
        dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
        panel = panel_of(dataset, folder=folder / "panel")
        return _about(business, world) | {"has": has} | _answers(panel, market, seed)


def _evidence(seed: int) -> list[str]:
    """Draw which evidence the business has: one source at least."""
    rng = stream(seed, "evidence")
    drawn = rng.random(len(SOURCES))
    has = [name for (name, (_, share)), chance in zip(SOURCES.items(), drawn, strict=True) if chance < share]
    return has or [str(rng.choice(["outcomes", "quotes", *STATED[:2]]))]


def _of_metric(table: pa.Table, metric: str) -> pa.Table:
    """Leave the other metrics out, to save an hour: it is not their unit that is priced."""
    return table.filter(pc.equal(table["metric"], metric))


def _about(business: Business, world: TrialWorld) -> dict[str, Any]:
    law = business.price
    return {
        "seed": business.seed, "world": str(world), "regime": str(business.regime), "outside": business.outside,
        "customers": business.customers, "share": law.wtp_ratio, "bias": law.hypothetical_bias,
        "slope": law.churn_slope, "raises": law.raise_assignment, "model": law.model,
    }  # fmt: skip


def _answers(panel: StoredPanel, market: Market, seed: int) -> dict[str, Any]:
    truth = market.truth.metrics[market.business.metrics[0].name]
    study = WorthStudy(gather(panel, metrics=[truth.metric]), segment_by=None, level=LEVEL, seed=SEED)
    pool = pool_of(study, UnitWorthOptions(level=LEVEL), SEED)
    together, demand = pool.together, truth.demand
    own = [each for each in pool.worth_sources if each.source == "outcomes"]
    readings = {each.source: ([], [each]) for each in pool.willingness_sources} | {WORTH: (own, [])}
    alone = {
        name: _answer(study, all_evidence(*lists, unit=study.unit, level=LEVEL), demand, asked=name != WORTH)
        for name, lists in readings.items()
    }
    record = {
        "true": _true(truth), "all": _answer(study, together, demand, asked=pool.asked), "alone": alone,
        "rules": _rules(study, together, demand),
    }  # fmt: skip
    if seed % WHOLE_EVERY == 0:
        record["same"] = _whole(panel, truth.metric, None) == _shown(record["all"]) and all(
            _whole(panel, truth.metric, [name]) == _shown(answer)
            for name, answer in alone.items()
            if name != WORTH
        )
    return record


def _true(truth: MetricTruth) -> dict[str, float]:
    return {
        "willingness": truth.typical_willingness, "spread": truth.demand.log_spread,
        "price": truth.demand.best_price, "worth": truth.typical_worth,
    }  # fmt: skip


def _answer(study: WorthStudy, found: AllEvidence, demand: UnitDemand, *, asked: bool) -> dict[str, Any]:
    """Return what the decision says on this evidence, and what its price would lose."""
    fair = corridor(found.worth, capture=CAPTURE)
    best = _best(found) if asked and found.willingness.known else None
    price = prices(study, found.worth, fair, capture=CAPTURE, best=best)["recommended_price"]["price"]
    return {
        "willingness": _ends(found.willingness), "spread": _ends(found.spread), "worth": _ends(found.worth),
        "price": [price[end] for end in ("value", "low", "high")], "reason": found.willingness.reason,
        "on_willingness": best is not None,
        "regret": None if price["value"] is None else demand.regret(price["value"]),
        "expected_regret": None if best is None else best.regret,
        "disagree": any(caveat.code == "sources_disagree" for caveat in found.caveats),
    }  # fmt: skip


def _best(found: AllEvidence) -> BestPrice:
    return best_price(
        found.willingness,
        found.spread,
        correlation=found.correlation,
        terms=Terms(lean=found.lean),
        seed=SEED,
    )


def _ends(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]


def _shown(answer: Mapping[str, Any]) -> list[float | None]:
    return [*answer["willingness"], *answer["price"]]


def _whole(panel: StoredPanel, metric: str, sources: list[str] | None) -> list[float | None]:
    """Ask the decision itself."""
    kind = DECISIONS["unit_worth"]
    options = kind.options.model_validate({"metric": metric, "level": LEVEL, "sources": sources})
    result = kind().decide(panel, options, seed=SEED, progress=lambda *_: None).result
    shown = (result["evidence"]["willingness_pooled"], result["recommended_price"]["price"])
    return [estimate[end] for estimate in shown for end in ("value", "low", "high")]


def _rules(study: WorthStudy, found: AllEvidence, demand: UnitDemand) -> dict[str, Any]:
    """Return the regret of simple rules, and the mean of all sources; None where there is nothing to go by."""
    said = [each.estimate.value for each in found.willingness_sources if each.estimate.value is not None]
    mean = float(np.exp(np.mean(np.log(said)))) if said else None
    fair = corridor(found.worth, capture=CAPTURE)
    today = prices(study, found.worth, fair, capture=CAPTURE, best=None)["today"]["price_per_unit"]
    priced = {
        "mean of sources at face value": mean and _priced(mean, found, demand),
        "corridor's middle": None if fair is None else (fair.low + fair.high) / 2,
        "today's price": today,
    }
    lost = {name: None if price is None else demand.regret(price) for name, price in priced.items()}
    return {"regret": lost, "mean": mean}


def _priced(mean: float, found: AllEvidence, demand: UnitDemand) -> float | None:
    """Return the best price for a median that is taken as known, with the pooled spread and no look at units."""
    median = Estimate(value=mean, low=mean * 0.99, high=mean * 1.01, level=LEVEL, n=1, unit=found.spread.unit)
    return best_price(median, found.spread).price.value
