"""One simulated business through `tiers`: what its menu earns when customers choose by what they truly would pay.

Beside it stand today's plans, and the menu of a planner who knows everybody's needs and willingness to pay.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from experiments.market import Business, draw_business, draw_trial, simulate, write_dataset
from experiments.market.customers import Customers, draw_customers
from experiments.market.noise import stream
from experiments.market.price_list import billed_units, make_price_list
from experiments.market.usage_and_value import simulate_history
from models.checks import Floats
from models.estimate import Estimate
from models.pricing.tiers.ascent import ascend
from models.pricing.tiers.market import Market
from models.pricing.tiers.usage import Kinds, serve
from pricing_service.decisions import DECISIONS, tiers
from pricing_service.decisions._all_evidence import EvidencePool
from pricing_service.decisions.unit_worth import pool_of
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of

POPULATION = 3_000
MONTHS = 12
TABLES = (
    "customers",
    "subscriptions",
    "usage",
    "metrics",
    "kpis",
    "outcomes",
    "quotes",
    "leads",
    "price_changes",
    "price_book",
)
PLANNER_ALLOWANCES, PLANNER_FEES = np.linspace(0.05, 1.0, 16), 50
PLANNER_OVERAGE = (0.25, 0.35, 0.5, 0.7, 1.0, 1.3)
LAW = "concave"


@dataclass(frozen=True)
class People:
    """The market that the customers came from: needs by month (n, MONTHS), and what each would pay for a unit (n,)."""

    customers: Customers
    units: Floats
    per_unit: Floats

    @classmethod
    def of(cls, business: Business) -> People:
        """Draw them."""
        rng = stream(business.seed, "people")
        drawn = draw_customers(business, POPULATION, rng)
        units = simulate_history(business, drawn, rng).units[-MONTHS:, :, 0].T
        return cls(drawn, units, drawn.willingness_to_pay / np.maximum(drawn.units[:, 0], 1.0))

    @contextmanager
    def known_to_tiers(self) -> Iterator[None]:
        """Tell `tiers` the median and the spread of what they would pay, in place of what evidence says of them."""
        logs = np.log(self.customers.willingness_to_pay / np.maximum(self.customers.units[:, 0], 1.0))

        def told(*asked: Any) -> EvidencePool:
            pool = pool_of(*asked)
            pool.together = replace(
                pool.together,
                willingness=_exactly(float(np.exp(np.median(logs))), pool.together.willingness),
                spread=_exactly(float(logs.std()), pool.together.spread),
                correlation=0.0,
            )
            return pool

        with mock.patch.object(tiers, "pool_of", told):
            yield

    def market(self, kinds: Kinds, fees: Floats) -> Market:
        """Return the market in which they choose by what they truly would pay."""
        served = serve(self.units, self.per_unit, kinds, kept=LAW)
        nothing, each = np.zeros(POPULATION), np.full(POPULATION, 1 / POPULATION)
        return Market(served.surplus, served.margin(0.0), nothing, nothing, each, fees)

    def earns(self, tiers: list[dict[str, Any]]) -> float:
        """Return what a menu earns from each in a month, money."""
        largest = float(self.units.max())
        allowances = np.array([tier["included_units"] for tier in tiers], dtype=np.float64)
        overage = [tier["overage_price"] for tier in tiers]
        ends = np.array([np.inf if each is None else each for each in overage])
        fees = np.array([tier["price"] for tier in tiers], dtype=np.float64)
        kinds = Kinds(np.minimum(allowances, largest), ends)
        return self.market(kinds, fees).earns([(at, at) for at in range(fees.size)])

    def earned_today(self, business: Business, factor: float = 1.0) -> float:
        """Return what today's price list times a factor earns from each: who would pay the plan of its size buys it."""
        book = draw_customers(business, business.customers, stream(business.seed, "customers"))
        prices = make_price_list(business, book)
        bills = factor * prices.price[prices.plan(self.customers)] * billed_units(business, self.customers)
        return float((bills * (self.customers.willingness_to_pay >= bills)).mean())

    def planned(self, tiers: int) -> float:
        """Return what the menu of a planner who knows them earns."""
        allowances = np.unique(np.quantile(self.units, PLANNER_ALLOWANCES).round(2))
        prices = np.array([np.inf, *(factor * np.median(self.per_unit) for factor in PLANNER_OVERAGE)])
        low, high = np.quantile(self.customers.willingness_to_pay, (0.02, 0.98))
        kinds = Kinds.grid(allowances[allowances > 0], prices)
        market = self.market(kinds, np.unique(np.geomspace(low, high, PLANNER_FEES)))
        menu = ascend(market, tiers, starts=40, seed=0)
        assert menu is not None
        return market.earns(menu)


def _exactly(value: float, told: Estimate) -> Estimate:
    return replace(told, value=value, low=0.995 * value, high=1.005 * value)


def run_business(seed: int, *, oracle: bool = False) -> dict[str, Any]:
    """Draw a business, design its menu through the front door, and let its market choose.

    With an oracle, what everybody would pay is told: the median and the spread of willingness, exactly.
    """
    business = draw_business(seed)
    business = replace(business, trial=draw_trial(stream(seed, "trial law")))
    market = simulate(business, seed)
    tables = {
        name: market.tables[name] for name in TABLES if name in market.tables and market.tables[name].num_rows
    }
    people = People.of(business)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as place, people.known_to_tiers() if oracle else nullcontext():
        folder = Path(place)
        write_dataset(replace(market, tables=tables), folder / "raw")
        dataset = ingest(open_source(str(folder / "raw")), folder=folder / "dataset")
        result = _tiers(panel_of(dataset, folder=folder / "panel"), business.metrics[0].name)
    took = time.perf_counter() - started
    record: dict[str, Any] = {
        "seed": seed, "regime": str(business.regime), "outside": business.outside, "customers": business.customers,
        "tiers": len(result["tiers"]), "recommendation": result["recommendation"], "seconds": took,
    }  # fmt: skip
    if not result["tiers"]:
        return record | {"reason": result["expected"]["monthly_revenue"]["reason"]}
    step = 1 + (result["todays_plans"]["price_change"] or 0.0)
    today, menu = people.earned_today(business), people.earns(result["tiers"])
    return record | {
        "earned": menu if record["recommendation"] == "new_menu" else people.earned_today(business, step),
        "menu": menu,
        "today": today,
        "planned": people.planned(len(result["tiers"])),
        "certificate": result["certificate"]["method"],
        "held_out_regret": result["certificate"]["held_out_regret"],
    }


def _tiers(panel: StoredPanel, metric: str) -> dict[str, Any]:
    kind = DECISIONS["tiers"]
    options = kind.options(metric=metric)
    result: dict[str, Any] = kind().decide(panel, options, seed=1, progress=lambda *_: None).result
    return result
