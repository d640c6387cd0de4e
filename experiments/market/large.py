"""Big usage and outcome tables for benches, made fast and with no story behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.market.calendar import LAST_MONTH, Dates, first_days, history_months
from experiments.market.columns import counts, dates, money, numbers, words
from experiments.market.noise import Floats, stream


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How big a bench dataset is.

    Parameters
    ----------
    customers, months, metrics
        Each customer is active in all months and uses all metrics in each.
    events
        Usage rows in all; None = one per customer, month and metric. More spread the month's units over days.
    """

    customers: int
    months: int
    metrics: int = 8
    events: int | None = None

    @property
    def cells(self) -> int:
        """Customer × month × metric."""
        return self.customers * self.months * self.metrics


def many_events(scale: Scale, folder: Path, *, seed: int, last_month: str = LAST_MONTH) -> Path:
    """Write a dataset of `scale` as Parquet: customers, subscriptions, metrics, usage, kpis and outcomes.

    Metric k's log value per unit has a between-customer sd of 0.3 + 0.1 × k. Usage is written a month at a
    time, so memory holds one month of it.

    Parameters
    ----------
    scale
        How big.
    folder
        Made where absent.
    seed
        Chance, ≥ 0.
    last_month
        Last calendar month, ``YYYY-MM``.

    Returns
    -------
    Path
        `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = stream(seed, "large")
    months = history_months(scale.months, last_month)
    ids = words([f"c{i:07d}" for i in range(1, scale.customers + 1)])
    value = np.exp(7 + rng.standard_normal(scale.customers))
    spread = 0.3 + 0.1 * np.arange(scale.metrics)
    units = value[:, None] / 50 * np.exp(spread * rng.standard_normal((scale.customers, scale.metrics)))
    _write_small(scale, folder, ids=ids, first=first_days(months[:1])[0])
    _write_parts(folder / "usage.parquet", _usage(scale, ids, units, months=months, rng=rng))
    _write_parts(folder / "outcomes.parquet", _outcomes(ids, value, months=months, rng=rng))
    (folder / "dataset.toml").write_text('name = "large"\ncurrency = "EUR"\n', encoding="utf-8")
    return folder


def _metric_names(scale: Scale) -> list[str]:
    return [f"metric_{k + 1}" for k in range(scale.metrics)]


def _same(word: str, rows: int) -> pa.Array:
    return words([word], np.zeros(rows, dtype=np.int64))


def _write_small(scale: Scale, folder: Path, *, ids: pa.Array, first: np.datetime64) -> None:
    n = scale.customers
    start = dates(np.full(n, first))
    tables = {
        "customers": {"customer_id": ids, "signed_up": start, "employees": counts(np.arange(n) % 500 + 1)},
        "subscriptions": {
            "customer_id": ids,
            "start": start,
            "plan": _same("standard", n),
            "mrr": money(np.full(n, 99.0)),
        },
        "metrics": {"metric": words(_metric_names(scale)), "kind": _same("flow", scale.metrics)},
        "kpis": {
            "kpi": words(["revenue"]),
            "kind": words(["revenue"]),
            "value_per_unit": money(np.array([1.0])),
            "attribution": numbers([0.5]),
            "attribution_sd": numbers([0.05]),
        },
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def _write_parts(path: Path, parts: Iterator[pa.Table]) -> None:
    first = next(parts)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)


def _usage(
    scale: Scale, ids: pa.Array, units: Floats, *, months: Dates, rng: np.random.Generator
) -> Iterator[pa.Table]:
    """Yield each month's rows: every cell at least once, the surplus at random cells and days."""
    cells = scale.customers * scale.metrics
    events = scale.cells if scale.events is None else max(scale.events, scale.cells)
    names = words(_metric_names(scale))
    for i, month in enumerate(months):
        rows = events * (i + 1) // scale.months - events * i // scale.months
        cell = np.concatenate([np.arange(cells), rng.integers(cells, size=max(rows - cells, 0))])
        used = units.ravel()[cell] * rng.random(len(cell)) * (2 * cells / len(cell))
        day = first_days(np.array([month]))[0] + rng.integers(0, 28, len(cell))
        if scale.events is None:
            day[:] = first_days(np.array([month + 1]))[0] - 1
        yield pa.table(
            {
                "customer_id": ids.take(pa.array(cell // scale.metrics)),
                "date": dates(day),
                "metric": names.take(pa.array(cell % scale.metrics)),
                "units": money(np.round(used, 3)),
            }
        )


def _outcomes(ids: pa.Array, value: Floats, *, months: Dates, rng: np.random.Generator) -> Iterator[pa.Table]:
    n = len(value)
    for month in months:
        amount = value * np.exp(0.25 * rng.standard_normal(n) - 0.25**2 / 2)
        yield pa.table(
            {
                "customer_id": ids,
                "date": dates(np.full(n, first_days(np.array([month + 1]))[0] - 1)),
                "kpi": _same("revenue", n),
                "amount": money(np.round(amount, 2)),
            }
        )
