"""`make bench`: run every benchmark of this folder in a process of its own and print one table.

A benchmark is a script that measures the processes it starts, prints its figures and ratios beside their bars,
one a line, and ends with 0 if all bars held.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """One benchmark that has ended."""

    name: str
    held: bool
    minutes: float
    printed: list[str]


def run(script: Path) -> Run:
    """Run one script; its standard error goes to the terminal as it comes."""
    started = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1], check=False
    )
    minutes = (time.perf_counter() - started) / 60
    return Run(script.stem, ended.returncode == 0, minutes, ended.stdout.strip().splitlines())


def show(runs: list[Run]) -> str:
    """Write all runs as one table."""
    lines = []
    for one in runs:
        lines.append(f"{'held' if one.held else 'BROKEN':<8}{one.name} ({one.minutes:.1f} min)")
        lines += [f"{'':<8}{line}" for line in one.printed]
    return "\n".join(lines)


def main(names: list[str], folder: Path = HERE) -> int:
    """Run the named benchmarks of the folder, or all of them."""
    scripts = {
        path.stem: path for path in sorted(folder.glob("*.py")) if not path.stem.startswith(("_", "test_"))
    }
    unknown = set(names) - set(scripts)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(scripts)}", file=sys.stderr)
        return 2
    runs = []
    for name in names or scripts:
        print(f"running {name} …", file=sys.stderr, flush=True)
        runs.append(run(scripts[name]))
    print(show(runs))
    return 0 if all(one.held for one in runs) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
