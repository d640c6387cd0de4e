"""Run many simulated businesses on all cores, keep what came out, and go on where an earlier run stopped.

A record is kept with the names of all modules that had a part in it and a digest of them: what was measured on other
code must not pass for this one's, and what was measured on this code need not be measured again because another
part of the house has changed.
"""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "truth"
OURS = ("models.", "pricing_service.", "experiments.", "tests.truth.")


def digest(name: str) -> str:
    """Return the digest of all source that had a part in the kept records of that name."""
    return source_digest(frozenset().union(*(line["read"] for line in _read(_kept(name)))))


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
    lines = [line for line in _read(_kept(name)) if line["digest"] == source_digest(frozenset(line["read"]))]
    done = {json.dumps(line["task"]): line for line in lines}
    missing = [task for task in tasks if json.dumps(task) not in done]
    started = time.monotonic()
    pool_of_cores = multiprocessing.get_context("spawn").Pool(os.cpu_count(), initializer=_one_thread)
    with pool_of_cores as pool, _kept(name).open("w", encoding="utf-8") as kept:
        kept.writelines(json.dumps(line) + "\n" for line in done.values())
        kept.flush()
        for at, line in enumerate(pool.imap_unordered(_Told(run), missing), start=1):
            kept.write(json.dumps(line) + "\n")
            kept.flush()
            done[json.dumps(line["task"])] = line
            if at % 50 == 0:
                left = (time.monotonic() - started) / at * (len(missing) - at) / 60
                sys.stderr.write(f"{at} of {len(missing)} {name}, about {left:.0f} minutes left\n")
    return [done[json.dumps(task)]["record"] for task in tasks]


@dataclass(frozen=True)
class _Told:
    """Runs a task and says which it was, and what source had a part in its record."""

    run: Callable[[Any], dict[str, Any]]

    def __call__(self, task: Any) -> dict[str, Any]:
        record = self.run(task)
        read = frozenset(name for name in sys.modules if name.startswith(OURS) and name != __name__)
        return {"task": task, "record": record, "read": sorted(read), "digest": source_digest(read)}


@cache
def source_digest(modules: frozenset[str]) -> str:
    """Return a digest of what modules do; of what they say in comments and docstrings it knows nothing."""
    total = hashlib.sha256()
    for name in sorted(modules):
        path = ROOT / name.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        total.update(name.encode() + ast.dump(_Unsaid().visit(ast.parse(source))).encode())
    return total.hexdigest()[:12]


class _Unsaid(ast.NodeTransformer):
    """Drops the statements that only say something: docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else node


def _kept(name: str) -> Path:
    return KEPT / f"{name}.jsonl"


def _one_thread() -> None:
    """Keep numerical libraries from starting threads that would fight over the cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def _read(path: Path) -> Iterable[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
