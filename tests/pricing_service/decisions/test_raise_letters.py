"""A raised customer's evidence must be its own figures, of two spans of time that do not overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pricing_service.decisions import Outcome
from tests.pricing_service.decisions.raised_book import MONTHS, RAISED_IN, first_of, raised_book
from tests.pricing_service.decisions.small_business import Tables, decided, panel_from


@pytest.fixture(scope="module")
def tables() -> Tables:
    return raised_book(240)


@pytest.fixture(scope="module")
def rows(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    outcome: Outcome = decided("raises", panel_from(tables, tmp_path_factory.mktemp("evidence")))
    assert outcome.rows is not None
    return [
        dict(zip(outcome.rows, values, strict=True)) for values in zip(*outcome.rows.values(), strict=True)
    ]


def reported(tables: Tables, customer: str, months: range) -> float:
    days = {first_of(month).isoformat() for month in months}
    mine = [
        float(str(row["amount"]))
        for row in tables["outcomes"]
        if row["customer_id"] == customer and row["date"] in days
    ]
    return sum(mine) / len(mine)


def test_evidence_is_what_the_customer_reported_before_its_price_and_lately(
    tables: Tables, rows: list[dict[str, Any]]
) -> None:
    told = [row for row in rows if row["raise"] > 0 and row["then_is"] == "before_price"]
    assert len(told) > 5

    for row in told:
        assert row["priced_on"] == first_of(RAISED_IN).isoformat()
        (hires,) = row["achieved"]
        assert hires["kpi"] == "hires"
        then = reported(tables, row["customer_id"], range(RAISED_IN))
        assert hires["then"] == pytest.approx(then)
        assert hires["now"] == pytest.approx(reported(tables, row["customer_id"], range(MONTHS - 12, MONTHS)))
        assert row["value_then"] == pytest.approx(then * 100 * 0.5)


def test_where_nothing_was_reported_before_the_price_the_first_year_stands_for_then(
    tables: Tables, rows: list[dict[str, Any]]
) -> None:
    told = [row for row in rows if row["raise"] > 0 and row["then_is"] == "first_year"]
    assert len(told) > 20

    for row in told:
        assert row["priced_on"] == "2023-06-01"
        assert row["achieved"][0]["then"] == pytest.approx(reported(tables, row["customer_id"], range(12)))


def test_evidence_is_gathered_for_those_who_are_raised_only(rows: list[dict[str, Any]]) -> None:
    others = [row for row in rows if not row["raise"] > 0]

    assert others
    assert all(row["achieved"] == [] and row["value_then"] is None for row in others)
    assert {row["name"] for row in rows} == {f"House of {row['customer_id']}" for row in rows}


def test_periods_with_several_rows_or_of_a_quarter_are_told_a_month(tmp_path: Path) -> None:
    tables = raised_book(240)
    split = [
        row | {"amount": float(str(row["amount"])) / 2, "unit_id": half}
        for row in tables["outcomes"]
        for half in "ab"
    ]
    quarters: Tables = {}
    for row in tables["outcomes"]:
        month = int(str(row["date"])[5:7])
        key = f"{row['customer_id']} {str(row['date'])[:4]} {(month - 1) // 3}"
        quarters.setdefault(key, []).append(row)
    summed = [
        its[0]
        | {
            "amount": round(sum(float(str(row["amount"])) for row in its), 2),
            "kpi": "quarterly",
            "period": "quarter",
        }
        for its in quarters.values()
        if len(its) == 3
    ]
    tables["outcomes"] = [*split, *summed]
    tables["kpis"].append({"kpi": "quarterly", "kind": "quality"})

    outcome = decided("raises", panel_from(tables, tmp_path))

    assert outcome.rows is not None
    told = [its for its in outcome.rows["achieved"] if len(its) == 2]
    assert len(told) > 20
    for monthly, quarterly in told:
        assert quarterly["now"] == pytest.approx(monthly["now"], rel=0.05)
        assert quarterly["then"] == pytest.approx(monthly["then"], rel=0.05)
