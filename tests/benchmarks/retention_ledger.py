"""Retention of a large ledger: NRR, GRR and logo retention of 48 month-ends, and the cohort triangle.

Ten movements a customer in 60 months. Bars: a million rows in 0.5 s, and 20 times less CPU than the pandas that one
would write at once (a dense table of customers × months for the series, group-bys for the triangle), with the same
numbers; ten million rows in 6 s, with a peak of 1 GB for the whole process, the rows included.

Each round is a process that does its work once, from rows to results; imports and reading are not in its seconds.
Bars are on medians: of seconds by the clock, and of ratios round by round. The bridge has no bar.
Run: ``python tests/benchmarks/retention_ledger.py``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

# One thread, as a worker's step runs.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

MONTHS, MOVES, WINDOW = 60, 10, 12
SMALL, LARGE = 100_000, 1_000_000
BAR_SMALL_SECONDS, BAR_LARGE_SECONDS = 0.5, 6.0
BAR_RATIO, BAR_MEGABYTES = 20.0, 1000.0
ROUNDS, LARGE_ROUNDS = 7, 3


def make(folder: Path, customers: int) -> None:
    """Write rows of customer, month and change, in order of customer, some customers at a time."""
    import numpy as np

    rng = np.random.default_rng(7)
    shape = (customers, MOVES)
    months, changes = (
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.int64, shape)
        for name in ("month", "change")
    )
    for first in range(0, customers, 10_000):
        part = slice(first, min(first + 10_000, customers))
        of = (part.stop - first, MOVES)
        months[part] = np.sort(rng.random((of[0], MONTHS)).argsort(axis=1)[:, :MOVES], axis=1)
        level = np.rint(100 * rng.lognormal(5, 1, of)) * (rng.random(of) > 0.1)
        changes[part] = np.diff(level, axis=1, prepend=0)
    np.save(folder / "customer.npy", np.repeat(np.arange(customers), MOVES))


def read(folder: Path) -> list[Any]:
    """Return the rows: customer, month and change."""
    import numpy as np

    return [np.load(folder / f"{name}.npy").ravel() for name in ("customer", "month", "change")]


def by_ledger(folder: Path) -> None:
    """Measure the product; keep its numbers."""
    import numpy as np

    from models.retention.cohorts import cohort_triangle
    from models.retention.ledger import MrrLedger, Rows
    from models.retention.movements import movements
    from models.retention.revenue_retention import retention_series

    columns = read(folder)
    customers = int(columns[0][-1]) + 1

    def work() -> tuple[Any, Any]:
        ledger = MrrLedger(customers, MONTHS, Rows(*columns))
        return retention_series(ledger, window=WINDOW), cohort_triangle(ledger)

    measured, (series, triangle) = taken(work)
    ledger = MrrLedger(customers, MONTHS, Rows(*columns))
    bridge, _ = taken(lambda: movements(ledger))
    sums = [series.opening, series.kept, series.closing, series.customers, series.staying]
    np.savez(folder / "ledger.npz", series=np.array(sums), mrr=triangle.mrr, customers=triangle.customers)
    print(json.dumps(measured | {"bridge": bridge["wall"]}))


def by_pandas(folder: Path) -> None:
    """Measure what one would write at once; keep its numbers."""
    import numpy as np
    import pandas as pd

    rows = pd.DataFrame(dict(zip(("customer", "month", "change"), read(folder), strict=True)))

    def work() -> tuple[Any, Any]:
        changes = rows.groupby(["customer", "month"])["change"].sum().unstack(fill_value=0)  # noqa: PD010
        mrr = changes.reindex(columns=range(MONTHS), fill_value=0).cumsum(axis=1)
        sums = []
        for now in range(WINDOW, MONTHS):
            base = mrr[mrr[now - WINDOW] > 0]
            a, b = base[now - WINDOW], base[now]
            sums.append([a.sum(), np.minimum(a, b).sum(), b.sum(), len(base), (b > 0).sum()])
        long = mrr.stack().rename("mrr").reset_index()  # noqa: PD013
        long = long[long["mrr"] > 0]
        long["cohort"] = long.groupby("customer")["month"].transform("min")
        long["age"] = long["month"] - long["cohort"]
        cells = long.groupby(["cohort", "age"]).agg(mrr=("mrr", "sum"), customers=("customer", "nunique"))
        return np.array(sums).T, cells

    measured, (series, triangle) = taken(work)
    cells = pd.MultiIndex.from_product([range(MONTHS), range(MONTHS)])
    square = triangle.reindex(cells, fill_value=0).to_numpy().reshape(MONTHS, MONTHS, 2)
    np.savez(folder / "pandas.npz", series=series, mrr=square[:, :, 0], customers=square[:, :, 1])
    print(json.dumps(measured))


def taken(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """Return what the work takes, seconds, the peak of the process and by how much it rose, MB; and its result."""
    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return seconds | {"peak": peak(), "above": peak() - before}, result


def peak() -> float:
    """Return the peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def agree(folder: Path) -> None:
    """Hold both ways' numbers against each other, to the last minor unit."""
    import numpy as np

    ledger, pandas = (np.load(folder / f"{way}.npz") for way in ("ledger", "pandas"))
    for name in ("series", "mrr", "customers"):
        assert np.array_equal(ledger[name], pandas[name]), name
    opening, kept, closing, customers, staying = ledger["series"][:, -1]
    shares = f"NRR {closing / opening:.6f}, GRR {kept / opening:.6f}, logo {staying / customers:.6f}"
    print(f"the last month-end, both ways: {shares}")


def step(*words: str) -> str:
    """Take a step in a process of its own, since a peak is a process's; return what it says."""
    # The peak of a child begins at its parent's: the parent imports nothing large.
    command = [sys.executable, __file__, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def against_pandas(folder: str) -> bool:
    """Measure a million rows both ways, and say whether the bars hold."""
    step("make", folder, str(SMALL))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(json.loads(step("ledger", folder)))
        theirs.append(json.loads(step("pandas", folder)))
    print(step("agree", folder))
    print(f"{SMALL * MOVES:,} rows: {told(ours)} (bar {BAR_SMALL_SECONDS} s); {bridge(ours)}")
    print(f"pandas: {told(theirs)}")
    ratios = {key: [b[key] / a[key] for a, b in zip(ours, theirs, strict=True)] for key in ("cpu", "wall")}
    cpu, wall = (f"{median(each):.0f} times ({min(each):.0f}–{max(each):.0f})" for each in ratios.values())
    print(f"pandas takes {cpu} the CPU (bar {BAR_RATIO:.0f}), {wall} the time")
    return median(one["wall"] for one in ours) <= BAR_SMALL_SECONDS and median(ratios["cpu"]) >= BAR_RATIO


def large(folder: str) -> bool:
    """Measure ten million rows, and say whether the bars hold."""
    step("make", folder, str(LARGE))
    ours = [json.loads(step("ledger", folder)) for _ in range(LARGE_ROUNDS)]
    bars = f"bars {BAR_LARGE_SECONDS:.0f} s, {BAR_MEGABYTES:.0f} MB"
    print(f"{LARGE * MOVES:,} rows: {told(ours)} ({bars}); {bridge(ours)}")
    return (
        median(one["wall"] for one in ours) <= BAR_LARGE_SECONDS
        and max(one["peak"] for one in ours) <= BAR_MEGABYTES
    )


def told(rounds: list[dict[str, float]]) -> str:
    """Write what rounds took."""
    wall, cpu, peaks, above = ([one[key] for one in rounds] for key in ("wall", "cpu", "peak", "above"))
    seconds = f"{median(wall):.2f} s ({min(wall):.2f}–{max(wall):.2f} in {len(wall)} rounds)"
    return (
        f"{seconds}, CPU {median(cpu):.2f} s, peak {max(peaks):.0f} MB, {max(above):.0f} of them for the work"
    )


def bridge(rounds: list[dict[str, float]]) -> str:
    """Write what the bridge took."""
    return f"the bridge {median(one['bridge'] for one in rounds):.2f} s"


def main() -> int:
    """Measure both sizes."""
    held = True
    for measure in (against_pandas, large):
        with tempfile.TemporaryDirectory() as folder:
            held &= measure(folder)
    return 0 if held else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(main())
        case ["make", where, number]:
            make(Path(where), int(number))
        case [way, where]:
            {"ledger": by_ledger, "pandas": by_pandas, "agree": agree}[way](Path(where))
