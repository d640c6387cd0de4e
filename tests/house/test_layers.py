"""The layers face one way, and what is expensive to import is imported late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

EXPENSIVE = ("sklearn", "statsmodels", "optuna", "numba", "altair", "vl_convert", "mcp", "httpx2")


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")

    answer = subprocess.run([lint_imports], cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("door", ["api.app", "api.command_line"])
def test_opening_a_door_imports_nothing_expensive(door: str) -> None:
    """In a fresh process, with every registry read: they are what discovers the families."""
    program = (
        f"import sys, {door}, pricing_service.decisions, models.value_metrics\n"
        f"print([name for name in {EXPENSIVE!r} if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip().endswith("[]")
