"""Bench: check a CSV of ten million usage rows, one in a hundred of them bad, in less than 1 GB.

Prints seconds and CPU-seconds per million rows, the peak memory of the whole process that checks, and whether
exactly the planted rows, on exactly their lines, are in quarantine.
Run: ``python tests/benchmarks/check_ten_million.py [rows]``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEAK_MEGABYTES = 1000
CUSTOMERS = 5000
BAD = {
    "not_a_number": "'c' || (i % 5000) || ',2024-05-01,postings,ten,u1'",
    "negative": "'c' || (i % 5000) || ',2024-05-01,postings,-1,u1'",
    "not_a_date": "'c' || (i % 5000) || ',05/01/2024,postings,1,u1'",
    "missing": "'c' || (i % 5000) || ',2024-05-01,,1,u1'",
    "too_few_fields": "'c' || (i % 5000) || ',2024-05-01'",
}
"""One bad row of each kind in turn."""


def write_files(folder: Path, rows: int) -> None:
    """Write the customers and their usage; every hundredth row of usage is bad, from the fiftieth on."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "400MB", "temp_directory": str(folder / "spill")})
    connection.execute(
        f"COPY (SELECT 'c' || i AS customer_id, DATE '2023-01-01' + (i % 700)::INTEGER AS signed_up "
        f"FROM range({CUSTOMERS}) t(i)) TO '{folder}/customers.csv' (HEADER)"
    )
    bad = " ".join(f"WHEN {kind} THEN {row}" for kind, row in enumerate(BAD.values()))
    good = (
        "concat_ws(',', 'c' || (hash(i) % 5000), DATE '2023-01-01' + (hash(i, 1) % 730)::INTEGER, "
        "['postings', 'searches', 'seats', 'exports'][1 + i % 4], hash(i, 2) % 10000 / 100, 'u' || (i % 20))"
    )
    connection.execute(
        f"COPY (SELECT CASE WHEN i % 100 = 49 THEN CASE (i // 100) % {len(BAD)} {bad} END ELSE {good} END "
        f'AS "customer_id,date,metric,units,unit_id" FROM range({rows}) t(i)) '
        f"TO '{folder}/usage.csv' (HEADER, QUOTE '', ESCAPE '', DELIMITER '|')"
    )


def check(folder: Path) -> None:
    """Check the files, in a process of its own, and print what it took."""
    from pricing_service.ingest import Folder, ingest

    started = time.perf_counter()
    dataset = ingest(Folder(folder / "files"), folder=folder / "dataset", currency="EUR")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak_megabytes": usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
                "usage": dataset.report["tables"]["usage"],
                "codes": {reason["code"]: reason["rows"] for reason in dataset.report["reasons"]},
            }
        )
    )


def misplaced(folder: Path) -> int:
    """Count the rows in quarantine that do not stand on a line where one was planted."""
    import duckdb

    query = f"SELECT count(*) FROM '{folder}/dataset/quarantine.parquet' WHERE (line - 2) % 100 <> 49"
    (count,) = duckdb.sql(query).fetchone() or (0,)
    return int(count)


def main(rows: int) -> int:
    """Make the files, check them, judge."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "files").mkdir()
        subprocess.run([sys.executable, __file__, "write", name, str(rows)], check=True)
        printed = subprocess.run(
            [sys.executable, __file__, "check", name], check=True, stdout=subprocess.PIPE
        )
        found = json.loads(printed.stdout)
        wrong_lines = misplaced(folder)
    planted = rows // 100
    print(
        f"rows read {found['usage']['read']:,}, kept {found['usage']['rows']:,}, planted bad rows {planted:,}"
    )
    print(f"in quarantine {found['usage']['quarantined']:,} {found['codes']}, on a wrong line {wrong_lines}")
    for measure in ("seconds", "cpu_seconds"):
        print(f"{measure} per million rows {found[measure] / rows * 1e6:.2f}")
    print(f"peak memory of the whole process {found['peak_megabytes']:.0f} MB (bar: {PEAK_MEGABYTES})")
    sound = found["usage"]["quarantined"] == planted and found["usage"]["read"] == rows and not wrong_lines
    return 0 if sound and found["peak_megabytes"] < PEAK_MEGABYTES else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", where, count]:
            write_files(Path(where) / "files", int(count))
        case ["check", where]:
            check(Path(where))
        case [*rest]:
            raise SystemExit(main(int(rest[0]) if rest else 10_000_000))
