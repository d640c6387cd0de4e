"""A ledger of money and seats without outcomes: everything joins, and no verdict is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.real_data import saas_ledger
from tests.real_data.conftest import CommandLine

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "saas_ledger"
    saas_ledger.write(real_data / "saas_ledger_synthetic", folder)
    return folder


@pytest.fixture(scope="module")
def report(folder: Path, command_line: CommandLine) -> dict[str, Any]:
    answer = command_line.analyze(folder, kind="report")
    assert answer.exit_code == 0, answer.errors
    assert answer.result is not None
    return answer.result


def test_every_row_is_read_and_joins(report: dict[str, Any]) -> None:
    tables = report["dataset"]["tables"]

    assert tables["customers"] == 500
    assert tables["subscriptions"] == 5_000
    assert tables["tickets"] == 2_000


def test_without_outcomes_nothing_is_certain(report: dict[str, Any]) -> None:
    verdict = report["analyses"].get("value_metrics")

    missing = {entry["kind"] for entry in report["missing"]}
    assert "unit_worth" in missing
    assert "value_metrics" in missing or (verdict is not None and verdict["verdict"] == "cannot_tell")
    if verdict is not None:
        assert all(entry["spread"]["value"] is None for entry in verdict["ranking"])


def test_bills_computed_from_seats_prove_nothing_about_seats(
    real_data: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    """Every Pro seat costs 49 USD, so "value" per seat is the same for everybody by construction."""
    saas_ledger.write_bills_as_outcomes(real_data / "saas_ledger_synthetic", tmp_path / "bills", plan="Pro")

    answer = command_line.analyze(tmp_path / "bills", kind="value_metrics")

    assert answer.result is not None, answer.errors
    assert answer.result["circular_kpis"] == [{"kpi": "bill", "metric": "seats"}]
    assert answer.result["verdict"] == "cannot_tell"
    assert "kpi_computed_from_metric" in {caveat["code"] for caveat in answer.result["caveats"]}
