"""Cohorts in the answer: curves by age between their ends, none of a handful of customers, all together by age."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import decided
from tests.pricing_service.decisions.test_growth import KIND, monthly

CURVES = ("logo_retention", "grr", "nrr")


@pytest.fixture(scope="module")
def result(front_door: FrontDoor) -> dict[str, Any]:
    """Thirty who begin at once, three of whom leave in the third month, and two who begin in the second."""
    ends = np.full((6, 32), 100)
    ends[0, 30:] = 0
    ends[2:, :3] = 0
    ends[3:, 3] = 150
    return dict(decided(KIND, front_door(monthly(ends))).result)


@pytest.mark.parametrize("curve", CURVES)
def test_a_cohorts_curve_lies_between_its_ends_from_all_on(result: dict[str, Any], curve: str) -> None:
    told = result["cohorts"][0][curve]
    low, values, high = (np.array(told[end]) for end in ("low", "values", "high"))

    assert (low[0], values[0], high[0]) == (1, 1, 1)
    assert ((low <= values) & (values <= high)).all()
    assert (low[1:] < high[1:]).all()
    assert len(values) == len(result["cohorts"][0]["customers"])
    assert (told["n"], told["level"], told["reasons"]) == (30, 0.9, {})


def test_what_is_left_is_counted(result: dict[str, Any]) -> None:
    last = {curve: result["cohorts"][0][curve]["values"][-1] for curve in CURVES}

    assert last == pytest.approx({"logo_retention": 0.9, "grr": 0.9, "nrr": 0.9 + 50 / 3000}, abs=1e-4)


@pytest.mark.parametrize("curve", CURVES)
def test_of_two_customers_there_is_no_curve_but_the_reason(result: dict[str, Any], curve: str) -> None:
    told = result["cohorts"][1][curve]

    assert (told["values"], told["low"], told["high"]) == (None, None, None)
    assert set(told["reasons"].values()) == {"insufficient_customers"}


def test_all_cohorts_together_have_an_interval_by_age(result: dict[str, Any]) -> None:
    first, *later = result["by_age"]

    assert (first["nrr"]["low"], first["nrr"]["high"]) == (1, 1)
    for row in later:
        assert row["nrr"]["value"] == pytest.approx(row["mrr_of_first"], abs=1e-6)
        assert row["grr"]["low"] < row["grr"]["value"] < row["grr"]["high"] or row["grr"]["value"] == 1
