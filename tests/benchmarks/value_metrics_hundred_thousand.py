"""The value-metric verdict: 8 metrics over 100,000 customers × 24 months, from the stored panel.

The bar is 10 CPU-seconds for the whole process, imports included, with 1,000 draws: the median of five processes, for
the same one takes up to a tenth more or less from run to run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BAR_CPU_SECONDS = 10.0
ROUNDS = 5
CUSTOMERS, MONTHS, METRICS = 100_000, 24, 8


def make(folder: Path) -> None:
    """Write the tables and store their panel."""
    import ibis

    from experiments.market.large import Scale, many_events
    from pricing_service.panel import build_panel, store_panel

    scale = Scale(customers=CUSTOMERS, months=MONTHS, metrics=METRICS)
    many_events(scale, folder / "tables", seed=11)
    connection = ibis.duckdb.connect(memory_limit="4GB", temp_directory=str(folder / "spill"))
    tables = {path.stem: connection.read_parquet(path) for path in (folder / "tables").glob("*.parquet")}
    store_panel(build_panel(tables, currency="EUR"), folder / "panel")


def decide(folder: Path) -> None:
    """Decide from the stored panel."""
    from pricing_service.decisions import DECISIONS
    from pricing_service.panel import StoredPanel

    kind = DECISIONS["value_metrics"]
    panel = StoredPanel.open(folder / "panel")
    result = kind().decide(panel, kind.options(), seed=1, progress=lambda step, done, total: None).result
    print(result["recommended"], result["verdict"], len(result["ranking"]))


def main() -> int:
    """Measure the deciding process alone."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        subprocess.run([sys.executable, __file__, "make", place], check=True)
        rounds = [decided(place) for _ in range(ROUNDS)]
        size = sum(path.stat().st_size for path in (folder / "panel").iterdir()) / 1e6
    answers, cpus, walls, peaks = zip(*rounds, strict=True)
    (answer,) = set(answers)
    cpu = median(cpus)
    print(f"{METRICS} metrics × {CUSTOMERS:,} customers × {MONTHS} months, panel of {size:.0f} MB: {answer}")
    print(
        f"CPU {cpu:.1f} s ({min(cpus):.1f}–{max(cpus):.1f} in {ROUNDS} rounds; bar {BAR_CPU_SECONDS:.0f}),"
        f" wall {median(walls):.1f} s, peak {max(peaks):.0f} MB"
    )
    return int(cpu > BAR_CPU_SECONDS)


def decided(place: str) -> tuple[str, float, float, float]:
    """Return what a deciding process says, its CPU and wall seconds and its peak memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, "decide", place], stdout=subprocess.PIPE)
    assert process.stdout is not None
    answer = process.stdout.read().decode().strip()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, answer
    return answer, usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"make": make, "decide": decide}[sys.argv[1]](Path(sys.argv[2]))
    else:
        sys.exit(main())
