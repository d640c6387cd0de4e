"""One simulated business whose prices all rise by a factor: how many are said to leave, and how many would not pay."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.market import Market, draw_business, draw_trial, simulate, write_dataset
from experiments.market.noise import stream
from pricing_service.decisions._evidence import traits_of
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of
from pricing_service.price_book import PriceBook
from pricing_service.price_book.from_table import book_from_table
from pricing_service.re_rating import SimulationOptions
from pricing_service.re_rating.simulation import Books
from pricing_service.re_rating.simulation import simulate as re_rate

ALWAYS = ("customers", "subscriptions", "usage", "metrics", "kpis", "price_book")
SOURCES = {
    "outcomes": 0.85,
    "quotes": 0.6,
    "price_changes": 0.7,
    "price_sensitivity": 0.5,
    "purchase_intent": 0.4,
}
"""By table: the share of businesses that have it."""
FACTORS = (1.05, 1.1, 1.2, 1.4)


def run_business(seed: int) -> dict[str, Any]:
    """Draw a business with some of the evidence, raise its list, and count who would not pay the new bill."""
    business = draw_business(seed)
    business = replace(business, trial=draw_trial(stream(seed, "trial law")))
    market = simulate(business, seed)
    rng = stream(seed, "leaving")
    has = [name for name, share in SOURCES.items() if rng.random() < share]
    factor = float(rng.choice(FACTORS))
    tables = {name: market.tables[name] for name in (*ALWAYS, *has) if market.tables[name].num_rows}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_dataset(replace(market, tables=tables), folder / "raw")
        dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
        panel = panel_of(dataset, folder=folder / "panel")
        current, _ = book_from_table(dataset, on=panel.as_of)
        # Of the last month alone: who is gone has no bill, and counts by assumption.
        options = SimulationOptions(months=1, leaving_metric=business.metrics[0].name)
        found = re_rate(panel, Books(raised(current, factor), current), options)
        said = found.result["behaviour"]
        counted = {row["customer_id"] for row in found.customers.to_pylist() if row["before"] is not None}
        true = would_not_pay(panel, market, counted, factor)
    return {
        "seed": seed, "outside": business.outside, "has": has, "factor": factor, "customers": len(counted),
        "rests_on": said["rests_on"], "low": said["leave"]["low"], "high": said["leave"]["high"], "true": true,
        "sources": said["evidence"]["sources"] if said["evidence"] else [],
        "assumed": sum(each["customers"] for each in said["assumed_for"]),
    }  # fmt: skip


def raised(book: PriceBook, factor: float) -> PriceBook:
    """Return the book with all its prices times a factor."""
    told = book.as_json()
    for plan in told["plans"]:
        plan["price"] = round(float(plan["price"]) * factor, 2)
        for charge in plan["charges"]:
            for block in charge["blocks"]:
                block["price"] = round(float(block["price"]) * factor, 4)
    return PriceBook.model_validate(told)


def would_not_pay(panel: StoredPanel, market: Market, counted: set[str], factor: float) -> int:
    """Return how many would pay what they pay today, but not that times the factor."""
    willing = dict(zip(market.truth.customer_id, market.truth.willingness_to_pay.tolist(), strict=True))
    ids = panel.connect().table("customers").order_by("customer_id").customer_id.to_pyarrow().to_pylist()
    bill = np.nan_to_num(traits_of(panel).mrr)
    return sum(
        each <= willing[customer] < factor * each
        for customer, each in zip(ids, bill.tolist(), strict=True)
        if customer in counted
    )
