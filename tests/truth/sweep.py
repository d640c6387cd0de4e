"""Run many simulated businesses on all cores, keep what came out, and go on where an earlier run stopped."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.truth.business_run import run_business

FIRST_SEED = 2_000_000
"""Development looked at seeds below 10,000, and at a thousand from 1,000,000 on."""
ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "truth"


def source_digest(root: Path = ROOT) -> str:
    """Return a digest of the product's source: what was measured on other code must not pass for this one's."""
    packages = ("models", "pricing_service", "experiments")
    files = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def businesses(count: int) -> list[dict[str, Any]]:
    """Return the records of the businesses with the first `count` seeds, running those that are missing."""
    return records(run_business, range(FIRST_SEED, FIRST_SEED + count), name="businesses")


def records(run: Callable[[Any], dict[str, Any]], tasks: Sequence[Any], *, name: str) -> list[dict[str, Any]]:
    """Return what `run` makes of each task, in their order, running those that no earlier run on this code has done.

    Parameters
    ----------
    run
        A function of a module, for it is run in other processes; its record must be JSON.
    tasks
        What JSON can carry.
    name
        Of the file that keeps the records.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}-{source_digest()}.jsonl"
    done = {json.dumps(line["task"]): line["record"] for line in _read(path)}
    missing = [task for task in tasks if json.dumps(task) not in done]
    started = time.monotonic()
    pool_of_cores = multiprocessing.get_context("spawn").Pool(os.cpu_count(), initializer=_one_thread)
    with pool_of_cores as pool, path.open("a", encoding="utf-8") as lines:
        for at, (task, record) in enumerate(pool.imap_unordered(_Told(run), missing), start=1):
            lines.write(json.dumps({"task": task, "record": record}) + "\n")
            lines.flush()
            done[json.dumps(task)] = record
            if at % 50 == 0:
                left = (time.monotonic() - started) / at * (len(missing) - at) / 60
                sys.stderr.write(f"{at} of {len(missing)} {name}, about {left:.0f} minutes left\n")
    return [done[json.dumps(task)] for task in tasks]


@dataclass(frozen=True)
class _Told:
    """Runs a task and says which it was."""

    run: Callable[[Any], dict[str, Any]]

    def __call__(self, task: Any) -> tuple[Any, dict[str, Any]]:
        return task, self.run(task)


def _one_thread() -> None:
    """Keep numerical libraries from starting threads that would fight over the cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def _read(path: Path) -> Iterable[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
