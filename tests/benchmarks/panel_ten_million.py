"""Bench: the panel from ten million usage events against hand-written DuckDB SQL over the same checked Parquet.

Prints the median wall and CPU time of both, their ratio round by round (median and range), and the peak memory of
each whole process.
Run: ``python tests/benchmarks/panel_ten_million.py [events]``.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

FLOWS = [f"flow_{i}" for i in range(6)]
STOCKS = ["seats", "contacts"]
METRICS = [*FLOWS, *STOCKS]
AS_OF = date(2025, 12, 31)
LIMITS = {"ratio": 1.3, "memory_mb": 600}
ROUNDS = 5


def write_dataset(folder: Path, events: int) -> None:
    """Write checked tables: 5,000 customers, 24 months, eight metrics, a tenth as many outcomes as events."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "400MB", "temp_directory": str(folder / "spill")})
    names = ", ".join(f"'{name}'" for name in METRICS)
    day = "date '2024-01-01' + (hash(i, 1) % 731)::integer"
    someone = "printf('c%05d', (power((hash(i, 2) % 1000003) / 1000003.0, 1.5) * 5000)::integer % 5000)"
    tables = {
        "customers": """
            select printf('c%05d', i) customer_id, date '2023-06-01' + (hash(i, 3) % 200)::integer signed_up,
              ['small', 'large'][1 + (hash(i, 4) % 2)::integer] segment
            from range(5000) t(i)""",
        "subscriptions": """
            select printf('c%05d', i // 2) customer_id, date '2023-12-01' + (i % 2)::integer * 300 as start,
              case when i % 2 = 0 then date '2023-12-01' + 300
                when hash(i, 5) % 4 = 0 then date '2025-06-10' end as "end",
              ['basic', 'plus', 'pro'][1 + (hash(i, 6) % 3)::integer] plan,
              (50 + hash(i, 7) % 900)::decimal(18, 6) mrr, 'active' status
            from range(10000) t(i)""",
        "metrics": f"""
            select metric, case when metric in ('seats', 'contacts') then 'stock' else 'flow' end as kind,
              case when metric in ('seats', 'contacts') then 'mean' else 'sum' end as aggregate
            from unnest([{names}]) t(metric)""",
        "usage": f"""
            select {someone} customer_id, {day} date, [{names}][1 + (hash(i, 8) % 8)::integer] metric,
              (1 + hash(i, 9) % 40)::decimal(18, 6) units
            from range({events}) t(i)""",
        "kpis": """
            select * from (values ('sales', 'revenue', 2.5::decimal(18, 6), 'up'), ('saved', 'cost', null, 'up'))
              t(kpi, kind, value_per_unit, direction)""",
        "outcomes": f"""
            select {someone} customer_id, {day} date, 'month' period, kpi,
              (hash(i, 10) % 900)::decimal(18, 6) amount,
              case when kpi = 'saved' then (hash(i, 11) % 500)::decimal(18, 6) end as value
            from (select i, ['sales', 'saved'][1 + (hash(i, 12) % 2)::integer] kpi from range({events // 10}) t(i))""",
    }
    for name, query in tables.items():
        connection.execute(
            f"copy (from ({query}) order by all) to '{folder / name}.parquet' (format parquet)"
        )


def by_panel(folder: Path, out: Path) -> None:
    """Build and store the panel as the service does."""
    import ibis

    from pricing_service.panel import build_panel, store_panel
    from pricing_service.panel.storing import MEMORY_LIMIT

    backend = ibis.duckdb.connect(memory_limit=MEMORY_LIMIT, temp_directory=str(out / "spill"))
    tables = {
        path.stem: backend.read_parquet(path, table_name=path.stem)
        for path in sorted(folder.glob("*.parquet"))
    }
    backend.sql(
        "select 1 as one"
    ).to_pyarrow()  # ibis imports pandas with its first answer: start-up, not the panel
    start = clock()
    store_panel(build_panel(tables, currency="EUR"), out / "panel")
    report(start)


def by_hand(folder: Path, out: Path) -> None:
    """Write the same tables with SQL that knows this dataset."""
    import duckdb

    from pricing_service.panel.storing import MEMORY_LIMIT

    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(out / "spill")})
    for path in sorted(folder.glob("*.parquet")):
        connection.execute(f"create view {path.stem} as from read_parquet('{path}')")
    start = clock()
    (last,) = connection.execute(
        "select greatest((select max(date) from usage), (select max(date) from outcomes))"
    ).fetchone()
    assert last == AS_OF
    target = out / "panel"
    target.mkdir(parents=True)
    for statement in hand_written():
        connection.execute(statement.replace("$out", str(target)))
    report(start)


def hand_written() -> list[str]:
    """Return the statements, in order."""
    sums = ", ".join(f"sum(units) filter (metric = '{m}') as {m}" for m in FLOWS)
    moves = ", ".join(
        f"sum(change) filter (metric = '{m}') as {m}_change, min(date) filter (metric = '{m}') as {m}_since,"
        f" sum(change * (date - month)) filter (metric = '{m}') as {m}_late"
        for m in STOCKS
    )
    flows = ", ".join(f"coalesce({m}, case when active then 0 end)::double as units_{m}" for m in FLOWS)
    levels = ", ".join(
        f"case when active then (sum(coalesce({m}_change, 0)) over upto * (month_stop - month)"
        f" - coalesce({m}_late, 0))::double / (month_stop - greatest(month, min({m}_since) over upto)) end as units_{m}"
        for m in STOCKS
    )
    units = ", ".join(f"units_{m}" for m in METRICS)
    return [
        """create temp table spine as
        select m::date as month, (m + interval 1 month)::date as month_stop
        from range(timestamp '2023-12-01', timestamp '2026-01-01', interval 1 month) t(m)""",
        f"""create temp table used as
        select customer_id, date_trunc('month', date)::date as month, {sums},
          min(date) as first_day, max(date) as last_day
        from usage where date <= date '2025-12-31' group by all""",
        f"""create temp table moved as
        with daily as (
          select customer_id, metric, date, sum(units) as units
          from usage where metric in ('seats', 'contacts') group by all
        ), changes as (
          select *, date_trunc('month', date)::date as month,
            units - lag(units, 1, 0) over (partition by customer_id, metric order by date) as change
          from daily
        ) select customer_id, month, {moves} from changes group by all""",
        """create temp table achieved as
        select customer_id, date_trunc('month', date)::date as month,
          sum(amount) filter (kpi = 'sales') * 2.5 as value_0, sum(value) filter (kpi = 'saved') as value_1
        from outcomes group by all""",
        """create temp table paid as
        with cut as (
          select *, least(coalesce("end", date '2026-01-01'), date '2026-01-01') as stop from subscriptions
        ) select customer_id, month, sum(mrr) filter (stop >= month_stop) as mrr_end,
          sum(mrr * (least(stop, month_stop) - greatest(start, month))) / max(month_stop - month) as mrr_average,
          arg_max(plan, mrr) filter (stop >= month_stop) as plan,
          sum(least(stop, month_stop) - greatest(start, month)) as days
        from cut join spine on start < month_stop and stop > month group by all""",
        f"""create temp table cells as
        with seen as (
          select customer_id, min(first_day) as first_day, max(last_day) as last_day
          from (
            select customer_id, first_day, last_day from used
            union all select customer_id, start, coalesce("end", date '2026-01-01') - 1 from subscriptions
            union all select customer_id, month, month from achieved
          ) group by all
        ), dense as (
          select customer_id, signed_up, first_day, last_day, month, month_stop
          from seen join customers using (customer_id) join spine on month <= last_day and month_stop > first_day
        ), wide as (
          select *, coalesce(days, 0) > 0 or used.first_day is not null as active
          from dense left join paid using (customer_id, month) left join used using (customer_id, month)
          left join moved using (customer_id, month)
        ) select customer_id, month, month_stop, coalesce(mrr_end, 0)::double as mrr_end,
          coalesce(mrr_average, 0)::double as mrr_average, plan, coalesce(days, 0) as days_observed,
          signed_up, first_day, last_day, datediff('month', signed_up, month) as months_since_signup,
          {flows}, {levels}
        from wide window upto as (partition by customer_id order by month rows unbounded preceding)""",
        f"""copy (
          select customer_id, month as period_start, month_stop as period_end, 1.0 as months,
            value_0::double as value_0, value_1::double as value_1, {units}
          from achieved join cells using (customer_id, month) order by customer_id, month
        ) to '$out/periods.parquet'""",
        """copy (
          select cells.* exclude (signed_up, first_day, last_day),
            value_0 is not null or value_1 is not null as value_reported,
            coalesce(value_0, 0) + coalesce(value_1, 0) as value
          from cells left join achieved using (customer_id, month) order by customer_id, month
        ) to '$out/months.parquet'""",
        """copy (
          select customer_id, segment, min(month) as first_month, max(month) as last_month,
            arg_max(plan, month) as plan, max(mrr_end) filter (month = date '2025-12-01') as mrr,
            (max(last_day) - min(first_day)) / 30.4375 as tenure_months
          from cells join customers using (customer_id) group by all order by customer_id
        ) to '$out/customers.parquet'""",
    ]


def clock() -> tuple[float, float]:
    """Wall and CPU seconds so far."""
    return time.perf_counter(), time.process_time()


def report(start: tuple[float, float]) -> None:
    """Print what this process needed since `start`, and its peak memory since its beginning."""
    wall, cpu = (now - then for now, then in zip(clock(), start, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"wall_s": wall, "cpu_s": cpu, "peak_mb": peak}))


def main(events: int) -> int:
    """Run both, print the ratios, and return 0 if the limits hold."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "checked").mkdir()
        # the peak of a child begins at its parent's, so that the parent must stay small
        subprocess.run([sys.executable, __file__, "write", str(root / "checked"), str(events)], check=True)
        runs: dict[str, list[dict[str, float]]] = {"panel": [], "hand": []}
        for _ in range(ROUNDS):
            for way, its in runs.items():
                out = root / way
                shutil.rmtree(out, ignore_errors=True)
                command = [sys.executable, __file__, way, str(root / "checked"), str(out)]
                told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                its.append(json.loads(told))
        agree(root)
    peak = max(run["peak_mb"] for run in runs["panel"])
    for way, its in runs.items():
        wall, cpu = (median(run[key] for run in its) for key in ("wall_s", "cpu_s"))
        print(f"{way}: {wall:.2f} s wall, {cpu:.2f} s CPU, peak {max(run['peak_mb'] for run in its):.0f} MB")
    pairs = list(zip(runs["panel"], runs["hand"], strict=True))
    ratios = {key: sorted(ours[key] / theirs[key] for ours, theirs in pairs) for key in ("wall_s", "cpu_s")}
    for key, its in ratios.items():
        print(f"ratio of {key}: {median(its):.2f} ({its[0]:.2f}–{its[-1]:.2f} in {ROUNDS} rounds)")
    print(f"limits: {LIMITS['ratio']} for the median ratio, {LIMITS['memory_mb']} MB")
    worst = max(median(its) for its in ratios.values())
    return int(worst > LIMITS["ratio"] or peak >= LIMITS["memory_mb"])


def agree(root: Path) -> None:
    """Compare the sums of both panels, column by column."""
    import duckdb

    for table in ("months", "periods"):
        columns = [f"units_{metric}" for metric in METRICS] + (
            ["mrr_end"] if table == "months" else ["value_0", "value_1"]
        )
        sums = ", ".join(f"sum({column})" for column in columns)
        panel, hand = (
            duckdb.sql(f"select count(*), {sums} from '{root / way / 'panel' / table}.parquet'").fetchone()
            for way in ("panel", "hand")
        )
        differences = [abs(a - b) / max(1.0, abs(b)) for a, b in zip(panel, hand, strict=True)]
        assert max(differences) < 1e-9, (table, columns, panel, hand)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write_dataset(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] in (["panel"], ["hand"]):
        {"panel": by_panel, "hand": by_hand}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
