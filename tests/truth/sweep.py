"""Run many simulated businesses on all cores, keep what came out, and go on where an earlier run stopped."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable
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
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"businesses-{source_digest()}.jsonl"
    done = {record["seed"]: record for record in _read(path)}
    wanted = range(FIRST_SEED, FIRST_SEED + count)
    missing = [seed for seed in wanted if seed not in done]
    started = time.monotonic()
    pool_of_cores = multiprocessing.get_context("spawn").Pool(os.cpu_count(), initializer=_one_thread)
    with pool_of_cores as pool, path.open("a", encoding="utf-8") as lines:
        for at, record in enumerate(pool.imap_unordered(run_business, missing), start=1):
            lines.write(json.dumps(record) + "\n")
            lines.flush()
            done[record["seed"]] = record
            if at % 50 == 0:
                left = (time.monotonic() - started) / at * (len(missing) - at) / 60
                sys.stderr.write(f"{at} of {len(missing)} businesses, about {left:.0f} minutes left\n")
    return [done[seed] for seed in wanted]


def _one_thread() -> None:
    """Keep numerical libraries from starting threads that would fight over the cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def _read(path: Path) -> Iterable[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
