"""Whoever tries the demo gets a sample business, its report, and open doors."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import PROGRAM

pytestmark = pytest.mark.slow


def test_the_demo_prints_where_it_is_ready_and_stops_at_sigterm() -> None:
    process = subprocess.Popen([*PROGRAM, "demo", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = next(
            found
            for line in process.stdout
            if (found := re.fullmatch(r"ready (http://127\.0\.0\.1:\d+/)\n", line))
        )

        page = httpx.get(said[1])
        analyses = httpx.get(f"{said[1]}v1/analyses", headers={"Authorization": "Bearer dev"}).json()["data"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stdout.close()

    assert process.returncode == 0
    assert page.status_code == 200
    assert "postings" in page.text
    assert [analysis["status"] for analysis in analyses] == ["succeeded"]


def test_the_demo_once_writes_the_report_and_ends(tmp_path: Path) -> None:
    command = [*PROGRAM, "demo", "--once", "--report", str(tmp_path / "report.html")]

    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stderr
    assert "postings" in (tmp_path / "report.html").read_text()
    assert "Price by postings" in answer.stdout
