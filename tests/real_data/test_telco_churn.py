"""A business that shares neither usage nor outcomes gets a refusal that says what is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.real_data import telco_churn
from tests.real_data.conftest import CommandLine

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "telco_churn"
    telco_churn.write(real_data / "telco_churn", folder, taken_on=date(2020, 1, 1))
    return folder


def test_no_value_metric_is_named_without_usage(folder: Path, command_line: CommandLine) -> None:
    answer = command_line.analyze(folder, kind="value_metrics")

    assert answer.exit_code == 2
    assert answer.result is None
    assert "usage" in answer.errors
    assert "Traceback" not in answer.errors


def test_no_unit_has_a_worth_without_outcomes(folder: Path, command_line: CommandLine) -> None:
    answer = command_line.analyze(folder, kind="unit_worth")

    assert answer.exit_code == 2
    assert "outcomes" in answer.errors


def test_the_report_says_what_to_collect(folder: Path, command_line: CommandLine) -> None:
    answer = command_line.analyze(folder, kind="report")

    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    assert {"value_metrics", "unit_worth"} <= {entry["kind"] for entry in answer.result["missing"]}
    assert answer.result["failed"] == []
