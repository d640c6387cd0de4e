"""Bombs against the whole service: a table of the seconds until each is refused, and of the memory that it cost.

Bars: 2 s and 300 MB above rest, for the API process with all processes below it. The seconds that are judged are
those of the CPU, which other work on the machine hardly moves; what the client waited stands beside them. Then a
million rows of twenty columns as Parquet: what weighing a file adds to reading it.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from tests.durability.bombs import BOMBS, MOST_MB, MOST_SECONDS, peak_above_rest  # noqa: E402
from tests.durability.service import Service, settings_of  # noqa: E402

SMALL = b"customer_id,date,metric,units\nc1,2024-01-01,m,1\n"
ROWS, TRAITS = 1_000_000, 16
MOST_SHARE = 0.1


def large_table() -> bytes:
    """Write a million customers with numbers and texts."""
    draw = np.random.default_rng(1)
    columns: dict[str, pa.Array] = {
        "customer_id": pa.array([f"c{at:07d}" for at in range(ROWS)]),
        "signed_up": pa.array(np.datetime64("2020-01-01") + draw.integers(0, 1000, ROWS)),
        **{f"number{at}": pa.array(draw.integers(0, 10_000, ROWS)) for at in range(TRAITS // 2)},
        **{
            f"text{at}": pa.array([f"value {word}" for word in draw.integers(0, 500, ROWS)])
            for at in range(TRAITS // 2)
        },
        "segment": pa.array(["small"] * ROWS),
        "region": pa.array(["EU"] * ROWS),
    }
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def share_of_weighing(folder: Path) -> float:
    """Measure what part of reading a large table is spent on weighing it."""
    from pricing_service.ingest import Uploads, ingest
    from pricing_service.ingest.engine import engine
    from pricing_service.ingest.parquet_files import parquet_file

    path = folder / "customers.parquet"
    path.write_bytes(large_table())
    with engine(folder) as connection:
        begun = time.perf_counter()
        parquet_file(connection, path)
        weighed = time.perf_counter() - begun
    begun = time.perf_counter()
    ingest(Uploads({path.name: path}), folder=folder / "dataset", currency="EUR")
    whole = time.perf_counter() - begun
    print(f"{ROWS:,} rows × {TRAITS + 4} columns: read in {whole:.1f} s, of which weighed {weighed:.2f} s")
    return weighed / whole


def cpu_seconds(process: int) -> float:
    """Read what a process has used of the CPU so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Send every bomb, print the table, judge."""
    held = True
    with tempfile.TemporaryDirectory(prefix="bombs-") as name:
        service = Service(settings_of(Path(name), None))
        service.start()
        try:
            with httpx.Client(base_url=service.address, timeout=240) as client:
                client.headers["authorization"] = "Bearer dev"
                files = [("files", ("usage.csv", SMALL))]
                made = client.post("/v1/datasets", files=files, data={"currency": "EUR"})
                for bomb in BOMBS:
                    sent = bomb.make()
                    risen, begun = peak_above_rest(service.process_id), time.perf_counter()
                    before = cpu_seconds(service.process_id)
                    answer = bomb.send(client, made.json()["id"], sent)
                    waited, memory = time.perf_counter() - begun, risen()
                    seconds = cpu_seconds(service.process_id) - before
                    fits = seconds < MOST_SECONDS and memory < MOST_MB and 400 <= answer.status_code < 500
                    held = held and fits
                    told = f"{seconds:5.2f} s of CPU, {waited:5.2f} s {memory:5.0f} MB {answer.status_code}"
                    print(f"{'' if fits else 'BROKEN ':<7}{bomb.name:<45}{told}", flush=True)
        finally:
            service.kill()
        share = share_of_weighing(Path(name))
    print(f"bars: {MOST_SECONDS} s, {MOST_MB} MB, weighing {MOST_SHARE:.0%} of reading: {share:.1%}")
    return 0 if held and share < MOST_SHARE else 1


if __name__ == "__main__":
    raise SystemExit(main())
