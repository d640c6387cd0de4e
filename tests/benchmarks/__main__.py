"""`make bench`: run every benchmark of this folder in a process of its own and print one table.

A benchmark is a script that prints what it measured and ends with 0 if its bar held. Its whole process is
measured here from outside: seconds, CPU-seconds and the largest resident memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """One benchmark's whole process, as the operating system saw it."""

    name: str
    held: bool
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    printed: str


def run(script: Path) -> Run:
    """Run one script; its standard error goes to the terminal as it comes."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, cwd=HERE.parents[1])
    assert process.stdout is not None
    printed = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    return Run(
        name=script.stem,
        held=os.waitstatus_to_exitcode(status) == 0,
        seconds=time.perf_counter() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_megabytes=_megabytes(usage),
        printed=printed.strip(),
    )


def _megabytes(usage: resource.struct_rusage) -> float:
    # Linux counts kilobytes, macOS bytes.
    return usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    scripts = [path for path in sorted(HERE.glob("*.py")) if not path.name.startswith(("_", "test_"))]
    runs = []
    for script in scripts:
        if names and script.stem not in names:
            continue
        print(f"── {script.stem}", flush=True)
        runs.append(run(script))
        print(runs[-1].printed, flush=True)
    print(f"\n{'benchmark':<36}{'bar':>8}{'seconds':>10}{'CPU-s':>8}{'peak MB':>9}")
    for one in runs:
        held = "held" if one.held else "BROKEN"
        print(f"{one.name:<36}{held:>8}{one.seconds:>10.1f}{one.cpu_seconds:>8.1f}{one.peak_megabytes:>9.0f}")
    return 0 if all(one.held for one in runs) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
