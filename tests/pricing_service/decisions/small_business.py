"""Small businesses as rows of contract tables, and the way from such rows through the front door to a result."""

from __future__ import annotations

import csv
import itertools
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import numpy as np

from pricing_service.decisions import DECISIONS, Outcome
from pricing_service.ingest import ingest, open_source
from pricing_service.panel import StoredPanel, panel_of
from tests.contracts.survey_columns import columns_of

Row = dict[str, object]
Tables = dict[str, list[Row]]
TODAY = date(2030, 1, 1)
"""After all data: only what has no date at all depends on it."""
WORTH = 40.0
"""Money that one posting brings the typical customer, before attribution."""


def month_ends(count: int) -> list[str]:
    """Last days of months from January 2025: with them as the last date, the last month is whole."""
    return [
        date(2025 + at // 12, at % 12 + 1, monthrange(2025 + at // 12, at % 12 + 1)[1]).isoformat()
        for at in range(count)
    ]


def job_board(
    customers: int = 60, *, periods: int = 6, seed: int = 1, attribution: float | None = 0.5
) -> Tables:
    """A job board on which value follows postings closely and seats loosely; every customer reports.

    Postings grow with the customer, one brings 40 EUR (e^0.15 between customers, e^0.2 between months), of
    which the share `attribution` is owed to the product.
    """
    rng = np.random.default_rng(seed)
    tables: Tables = {
        "customers": [],
        "subscriptions": [],
        "usage": [],
        "outcomes": [],
        "kpis": [],
        "metrics": [],
    }
    for at in range(customers):
        customer = f"c{at:03d}"
        size, worth = np.exp(rng.normal(0, 0.7)), WORTH * np.exp(rng.normal(0, 0.15))
        seats = max(1, round(8 * size * np.exp(rng.normal(0, 0.6))))
        country = ("DE", "NL", "FR")[at % 3]
        tables["customers"].append({"customer_id": customer, "signed_up": "2024-07-01", "country": country})
        plan = "large" if size > 1 else "small"
        tables["subscriptions"].append(
            {"customer_id": customer, "start": "2024-07-01", "end": "", "plan": plan, "mrr": 15 * seats}
        )
        for month in month_ends(periods):
            postings = max(1, round(30 * size * np.exp(rng.normal(0, 0.2))))
            value = round(postings * worth * np.exp(rng.normal(0, 0.2)), 2)
            tables["usage"].append(_used(customer, month, "postings", postings))
            tables["usage"].append(_used(customer, f"{month[:7]}-01", "seats", seats))
            tables["outcomes"].append(
                {"customer_id": customer, "date": month, "kpi": "hires", "amount": value}
            )
    tables["kpis"] = [
        {
            "kpi": "hires",
            "kind": "revenue",
            "value_per_unit": 1,
            "attribution": "" if attribution is None else attribution,
        }
    ]
    tables["metrics"] = [
        {"metric": "postings", "kind": "flow", "unit_name": "posting"},
        {"metric": "seats", "kind": "stock", "unit_name": "seat"},
    ]
    tables["price_sensitivity"] = four_prices("large", median=900.0, respondents=24, seed=seed)
    return tables


def four_prices(item: str, *, median: float, respondents: int = 40, seed: int = 1) -> list[Row]:
    """Van Westendorp answers about an item, around a price that half of the respondents find expensive."""
    rng = np.random.default_rng(seed + 500)
    rows: list[Row] = []
    for at in range(respondents):
        expensive = median * np.exp(rng.normal(0, 0.35))
        steps = np.cumsum(np.exp(rng.normal(-1.3, 0.3, 3)))
        prices = expensive * np.exp(np.array([-steps[1], -steps[0], 0.0, steps[0]]))
        names = ("too_cheap", "cheap", "expensive", "too_expensive")
        answers = dict(zip(names, prices.round(2).tolist(), strict=True))
        who = {"respondent_id": f"r{at:03d}", "customer_id": "" if at % 4 else f"c{at:03d}", "item": item}
        rows.append(who | answers)
    return rows


def _used(customer: str, day: str, metric: str, units: object) -> Row:
    return {"customer_id": customer, "date": day, "metric": metric, "units": units}


def without(rows: Iterable[Row], keep: Callable[[Row], bool]) -> list[Row]:
    """The rows that are not kept out."""
    return [row for row in rows if keep(row)]


def write(tables: Tables, folder: Path) -> Path:
    """Write the tables as the CSV files that a customer would export."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if rows:
            columns = list(dict.fromkeys(itertools.chain.from_iterable(rows)))
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
    return folder


def panel_from(tables: Tables, folder: Path) -> StoredPanel:
    """Take the tables through the front door."""
    dataset = ingest(
        open_source(str(write(tables, folder / "raw"))), folder=folder / "dataset", currency="EUR"
    )
    return panel_of(dataset, folder=folder / "panel", today=TODAY)


def decided(kind: str, panel: StoredPanel, *, seed: int = 3, **options: object) -> Outcome:
    """Ask a kind as the API would: options validated, defaults filled in."""
    decision = DECISIONS[kind]
    chosen = decision.options.model_validate(options)
    return decision().decide(panel, chosen, seed=seed, progress=lambda step, done, total: None)


def told(kind: str, panel: StoredPanel, **options: object) -> list[tuple[str, float]]:
    """Ask a kind, and return every step that it tells, with the share of the whole that is done."""
    decision, heard = DECISIONS[kind], list[tuple[str, float]]()
    chosen = decision.options.model_validate(options)
    decision().decide(
        panel, chosen, seed=3, progress=lambda step, done, total: heard.append((step, done / total))
    )
    return heard


def choices(n: int, **more: object) -> list[Row]:
    """The answers of `n` respondents to choice tasks, as a file has them."""
    columns = columns_of("choices", n=n)
    names = [name for name in columns if name != "weight"]
    return [
        {name: _written(value) for name, value in zip(names, row, strict=True)} | {"customer_id": ""} | more
        for row in zip(*(columns[name].tolist() for name in names), strict=True)
    ]


def _written(value: object) -> object:
    """A cell as a file has it: empty where nothing was said."""
    return "" if value is None or value != value else value  # noqa: PLR0124  only NaN differs from itself
