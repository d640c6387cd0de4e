"""A draft that goes too far, or that nobody simulated, is stopped by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.re_rating.guard import Thresholds, breaches, far


def result(*, p95: float | None = 0.1, total: float | None = 0.05, counted: int = 100) -> dict[str, Any]:
    return {
        "change": {"p95": p95},
        "total": {"change_share": total},
        "customers": 100,
        "counted": {"customers": counted},
    }


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (None, ["not_simulated"]),
        (result(), []),
        (result(p95=0.25, total=-0.1, counted=95), []),
        (result(p95=0.26), ["p95_rise"]),
        (result(total=-0.11), ["total_change"]),
        (result(total=0.11), ["total_change"]),
        (result(total=None), ["total_change"]),
        (result(counted=94), ["left_out"]),
        (result(p95=None, total=None, counted=0), ["total_change", "left_out"]),
    ],
)
def test_each_breach_has_a_name(found: dict[str, Any] | None, codes: list[str]) -> None:
    assert [breach.code for breach in breaches(found, Thresholds())] == codes


def test_thresholds_can_be_set() -> None:
    assert breaches(result(p95=0.9, total=0.9), Thresholds(p95_rise=1, total_change=1)) == []


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ([100.0] * 20, [109.0] * 20, []),
        ([100.0] * 20, [111.0] * 20, ["total_change"]),
        ([100.0] * 20, [89.0] * 20, ["total_change"]),
        ([100.0] * 20, [100.0] * 18 + [130.0] * 2, ["p95_rise"]),
        ([0.0, 100.0], [50.0, 100.0], ["total_change"]),
        ([], [], ["bills_unknown"]),
        ([0.0], [50.0], ["bills_unknown"]),
    ],
)
def test_bills_that_are_proposed_keep_to_the_same_thresholds(
    before: list[float], after: list[float], codes: list[str]
) -> None:
    assert [each.code for each in far(np.array(before), np.array(after), Thresholds())] == codes
