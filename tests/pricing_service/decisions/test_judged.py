"""Which KPIs' money moves together, and what doubt about it does to the verdict on metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pricing_service.decisions._evidence import gather
from pricing_service.decisions._judged import parts_of
from pricing_service.panel import Kpi
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables, decided, job_board


def two_kpis(*, sd: float) -> Tables:
    """A job board on which a second KPI, as large as hires, follows nothing; its worth per unit is in doubt."""
    tables = job_board(60)
    rng = np.random.default_rng(5)
    size = np.exp(rng.normal(6.5, 0.8, 60))
    tables["outcomes"] += [
        row | {"kpi": "savings", "amount": round(float(size[int(str(row["customer_id"])[1:])]), 2)}
        for row in tables["outcomes"]
    ]
    tables["kpis"].append(
        {
            "kpi": "savings",
            "kind": "cost",
            "value_per_unit": 1,
            "value_per_unit_sd": sd or "",
            "attribution": 0.5,
        }
    )
    return tables


def postings(result: dict[str, Any]) -> dict[str, Any]:
    (found,) = [each for each in result["ranking"] if each["metric"] == "postings"]
    return found


def test_what_is_certain_is_one_part_and_every_kpi_in_doubt_is_its_own() -> None:
    kpis = [
        Kpi("hires", value_per_unit=2.0, attribution=0.5),
        Kpi("savings", value_per_unit=2.0, value_per_unit_sd=0.5, attribution=0.5),
        Kpi("hours"),
        Kpi("stated", value_per_unit=2.0, value_per_unit_sd=0.5, share_given=1.0),
        Kpi("leads", attribution=0.3, attribution_sd=0.1),
        Kpi("none", attribution=0.0, attribution_sd=0.1, value_per_unit=1.0, value_per_unit_sd=1.0),
    ]

    assert [part.kpis for part in parts_of(kpis)] == [(0, 2, 3, 5), (1,), (4,)]
    assert [part.judgement.certain for part in parts_of(kpis)] == [True, False, False]


def test_without_kpis_there_is_one_part() -> None:
    assert [part.kpis for part in parts_of([])] == [()]


def test_the_sums_of_the_parts_are_the_sums(front_door: FrontDoor) -> None:
    evidence = gather(front_door(two_kpis(sd=0.5)))
    metric = evidence.by_metric["postings"]

    assert metric.parts is not None
    assert [judgement.certain for judgement in metric.parts.judgements] == [True, False]
    np.testing.assert_allclose(metric.parts.value[0] * 2, evidence.kpi_value["postings"][0])
    np.testing.assert_allclose(
        metric.under(np.array([0.0, 1.0])).value * 2, evidence.kpi_value["postings"][1]
    )
    np.testing.assert_allclose(metric.value, metric.parts.value.sum(0))


def test_doubt_about_what_a_kpi_is_worth_is_in_the_interval_of_the_spread(front_door: FrontDoor) -> None:
    sure, unsure = (decided("value_metrics", front_door(two_kpis(sd=sd))).result for sd in (0.0, 0.9))

    one, other = postings(sure)["spread"], postings(unsure)["spread"]
    assert other["value"] == pytest.approx(one["value"])
    assert other["high"] - other["low"] > 1.3 * (one["high"] - one["low"])
