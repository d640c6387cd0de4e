"""The README keeps its promises: what it shows can be run, and what it names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).with_name("pricing-service")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder with the README's own files under `exports/`."""
    blocks = re.findall(r"^`(exports/[\w.]+)`[^\n]*\n```\w+\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    (tmp_path / "exports").mkdir()
    for name, content in blocks:
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def commands() -> list[list[str]]:
    """Every line of the README that calls the program, without the path to it."""
    lines = re.findall(r"^\.venv/bin/pricing-service (.+)$", README, re.MULTILINE)
    return [line.split() for line in lines]


def test_the_first_example_comes_by_line_20() -> None:
    lines = README.splitlines()

    assert lines.index("```sh") < 20


def test_the_readme_shows_the_check_the_analysis_and_the_demo() -> None:
    assert {command[0] for command in commands()} == {"check", "analyze", "demo"}


@pytest.mark.parametrize("command", commands(), ids=lambda command: command[0])
def test_every_command_of_the_readme_runs(exports: Path, command: list[str]) -> None:
    before = set(exports.rglob("*.html"))

    ended = subprocess.run([PROGRAM, *command], cwd=exports, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    if command[0] != "check":
        (page,) = set(exports.rglob("*.html")) - before
        assert "<html" in page.read_text(encoding="utf-8")


def test_the_map_names_one_file_a_package_to_start_reading() -> None:
    starts = re.findall(r"^\| `(\w+)/` \|.*\]\((\w+)/[\w/]+\.py\) \|$", README, re.MULTILINE)

    assert starts == [(name, name) for name in ("models", "pricing_service", "experiments", "api")]
