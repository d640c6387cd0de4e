"""One simulated business through the front door, and what came out beside what is true."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.market import Truth, draw_business, simulate, write_dataset
from models.attribution import draw_factors
from pricing_service.decisions import DECISIONS
from pricing_service.decisions._evidence import gather
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of
from tests.truth.reference import bootstrap_t

LEVEL = 0.9
MAIN_JOB = ("customers", "subscriptions", "usage", "outcomes", "metrics", "kpis", "price_book")
"""The tables that the main job reads; the others are left out to save an hour."""
REFERENCE_EVERY = 4
"""The yardstick is as dear as everything else together: every fourth business is enough for a mean width."""


def _silent(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def run_business(seed: int) -> dict[str, Any]:
    """Draw a business, ingest its tables, decide, and return one flat record."""
    business = draw_business(seed)
    market = simulate(business, seed)
    market = replace(market, tables={name: market.tables[name] for name in MAIN_JOB if name in market.tables})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_dataset(market, folder / "raw")
        dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
        panel = panel_of(dataset, folder=folder / "panel")
        record = {
            "seed": seed,
            "regime": str(business.regime),
            "outside": business.outside,
            "customers": business.customers,
            "quarantined": int(dataset.report.get("quarantined", 0) or 0),
        }
        return record | _verdict(panel, market.truth, seed) | _worth(panel, market.truth, seed)


def eligible_scales(truth: Truth) -> dict[str, float]:
    """Return the true between-customer log scales of the metrics that truly clear the bars."""
    return {
        name: metric.between_log_scale
        for name, metric in truth.metrics.items()
        if metric.grows and metric.capture_efficiency > truth.flat_fee_efficiency
    }


def _verdict(panel: StoredPanel, truth: Truth, seed: int) -> dict[str, Any]:
    kind = DECISIONS["value_metrics"]
    result = kind().decide(panel, kind.options(), seed=seed, progress=_silent).result
    scales = sorted(eligible_scales(truth).items(), key=lambda item: item[1])
    record: dict[str, Any] = {
        "verdict": result["verdict"],
        "recommended": result["recommended"],
        "best": scales[0][0] if scales else None,
        "scale_ratio": scales[0][1] / scales[1][1] if len(scales) > 1 else None,
        "reporting": result["coverage"]["reporting"],
    }
    chosen = {entry["metric"]: entry for entry in result["ranking"]}
    if record["best"] in chosen:
        between = chosen[record["best"]]["between"]
        record |= {f"between_{end}": between[end] for end in ("value", "low", "high")}
        record["between_true"] = scales[0][1]
        record["eligible"] = chosen[record["best"]]["eligible"]
        record["why"] = [reason["code"] for reason in chosen[record["best"]]["reasons"]]
    return record


def _worth(panel: StoredPanel, truth: Truth, seed: int) -> dict[str, Any]:
    metric = truth.best or sorted(truth.metrics)[0]
    kind = DECISIONS["unit_worth"]
    # Surveys have truth tables of their own; here worth rests on what customers achieve.
    achieved = ["outcomes", "alternatives"]
    options = kind.options.model_validate({"metric": metric, "level": LEVEL, "sources": achieved})
    worth = kind().decide(panel, options, seed=seed, progress=_silent).result["worth"]
    record = {
        "metric": metric,
        "worth_true": truth.metrics[metric].typical_worth,
        "worth": worth["value"],
        "low": worth["low"],
        "high": worth["high"],
        "reason": worth["reason"],
    }
    if seed % REFERENCE_EVERY:
        return record
    evidence = gather(panel, metrics=[metric])
    logs = evidence.by_metric[metric].log_worth
    usable = np.isfinite(logs)
    if usable.sum() < 8:
        return record | {"reference_low": None, "reference_high": None}
    factors = draw_factors(evidence.judgements, draws=2000, seed=seed + 17)
    money = evidence.kpi_value[metric].clip(min=0).sum(axis=1)
    stated = np.array([judgement.mean for judgement in evidence.judgements]) @ money
    omega = evidence.reporting.weights(np.ones((1, len(evidence.customers))))[0]
    low, high = bootstrap_t(
        logs[usable], omega[usable], np.log(factors @ money / stated), level=LEVEL, seed=seed
    )
    return record | {"reference_low": low, "reference_high": high}
