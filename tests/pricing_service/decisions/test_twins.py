"""Two KPIs that measure one gain must be noticed, two that only grow together must not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pricing_service.decisions._evidence import gather
from pricing_service.decisions._twins import twin_caveats
from tests.pricing_service.decisions.small_business import job_board, panel_from


def with_second_kpi(folder: Path, *, log_sd: float) -> list[str]:
    """Caveats of a job board that reports a second KPI: the first one's money times noise of this scale."""
    rng = np.random.default_rng(3)
    tables = job_board(40, periods=2)
    factor = {f"c{at:03d}": np.exp(rng.normal(0, log_sd)) for at in range(40)}
    tables["outcomes"] += [
        row | {"kpi": "savings", "amount": round(row["amount"] * factor[row["customer_id"]], 2)}  # type: ignore[index,operator]
        for row in list(tables["outcomes"])
    ]
    tables["kpis"].append({"kpi": "savings", "kind": "cost", "value_per_unit": 1, "attribution": 0.5})
    return [each.code for each in twin_caveats(gather(panel_from(tables, folder)))]


@pytest.mark.parametrize(("log_sd", "found"), [(0.05, ["kpis_move_together"]), (0.5, [])])
def test_kpis_that_are_proportional_are_named_and_others_are_not(
    tmp_path: Path, log_sd: float, found: list[str]
) -> None:
    assert with_second_kpi(tmp_path, log_sd=log_sd) == found


def test_one_kpi_has_no_twin(tmp_path: Path) -> None:
    assert twin_caveats(gather(panel_from(job_board(10), tmp_path))) == []
