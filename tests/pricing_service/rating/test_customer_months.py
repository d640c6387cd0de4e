"""Entries are customers' months on a plan, with the days and units that belong to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from models.pricing.rating.lines import UNKNOWN
from pricing_service.ingest import Folder, ingest
from pricing_service.panel import StoredPanel, panel_of
from pricing_service.rating.customer_months import CustomerMonths, read_customer_months
from tests.pricing_service.re_rating.business import make_business
from tests.pricing_service.re_rating.slow_book import entries_of, paid


def panel_of_tables(folder: Path, as_of: date, **tables: str) -> StoredPanel:
    (folder / "tables").mkdir()
    for name, text in tables.items():
        (folder / "tables" / f"{name}.csv").write_text(text)
    dataset = ingest(Folder(folder / "tables"), folder=folder / "checked", currency="EUR")
    return panel_of(dataset, folder=folder / "panel", as_of=as_of)


def shown(months: CustomerMonths) -> list[tuple[object, ...]]:
    """Customer, plan, month, days, metered, paid of each entry."""
    return [
        (months.customers[c], months.plans[p], str(month)[:7], int(days), bool(metered), int(cents))
        for c, p, month, days, metered, cents in zip(
            months.customer, months.plan, months.month, months.usage.days, months.usage.metered, months.paid,
            strict=True,
        )
    ]  # fmt: skip


def test_entries_are_those_of_the_slow_calculation(tmp_path: Path) -> None:
    business = make_business(25, seed=8)

    months = read_customer_months(business.panel(tmp_path))

    expected = [
        (key[0], key[2], str(month)[:7], entry.days, entry.metered, int(paid(entry, month) * 100))
        for (key, month), entry in sorted(entries_of(business).items())
    ]
    assert shown(months) == expected


def test_a_change_of_plan_within_a_month_makes_two_entries_and_one_is_metered(tmp_path: Path) -> None:
    panel = panel_of_tables(
        tmp_path, date(2024, 2, 29),
        subscriptions="customer_id,start,end,plan,mrr\nx,2024-02-01,2024-02-11,basic,29\nx,2024-02-11,,pro,58\n",
        usage="customer_id,date,metric,units\nx,2024-02-03,calls,0.25\nx,2024-02-20,calls,4\n",
    )  # fmt: skip

    months = read_customer_months(panel)

    assert shown(months) == [
        ("x", "basic", "2024-02", 10, False, 1000),
        ("x", "pro", "2024-02", 19, True, 3800),
    ]
    assert months.usage.units.tolist() == [[4_250_000, 4_250_000]]
    assert months.stays.tolist() == [0, 1]


def test_without_subscriptions_the_panels_own_months_are_read(tmp_path: Path) -> None:
    panel = panel_of_tables(
        tmp_path, date(2024, 2, 29),
        monthly_mrr="customer_id,month,mrr,plan\nx,2024-01,50,pro\nx,2024-02,60,pro\n",
        usage="customer_id,date,metric,units\nx,2024-01-03,calls,1\n",
    )  # fmt: skip

    months = read_customer_months(panel)

    assert [row[5] for row in shown(months)] == [5000, 6000]
    assert months.plans == ["pro"]
    assert months.since.tolist() == [date(2024, 1, 1)] * 2


def test_with_usage_alone_nobody_knows_what_was_paid(tmp_path: Path) -> None:
    panel = panel_of_tables(
        tmp_path, date(2024, 1, 31), usage="customer_id,date,metric,units\nx,2024-01-03,calls,1\n"
    )

    months = read_customer_months(panel)

    assert months.paid.tolist() == [UNKNOWN]
    assert months.plans == [""]


def test_money_in_another_currency_is_what_it_is_worth(tmp_path: Path) -> None:
    panel = panel_of_tables(
        tmp_path, date(2024, 1, 31),
        subscriptions="customer_id,start,plan,mrr,currency\nx,2024-01-01,pro,100,USD\n",
        usage="customer_id,date,metric,units\nx,2024-01-03,calls,1\n",
        exchange_rates="date,currency,rate\n2024-01-01,USD,0.9\n",
    )  # fmt: skip

    assert read_customer_months(panel).paid.tolist() == [9000]


@pytest.mark.parametrize(
    ("months", "first"), [(1, "2024-03"), (2, "2024-02"), (99, "2024-02"), (None, "2024-02")]
)
def test_months_before_the_first_usage_are_not_read(tmp_path: Path, months: int | None, first: str) -> None:
    panel = panel_of_tables(
        tmp_path, date(2024, 3, 31),
        subscriptions="customer_id,start,plan,mrr\nx,2023-01-01,pro,100\n",
        usage="customer_id,date,metric,units\nx,2024-02-03,calls,1\n",
    )  # fmt: skip

    found = read_customer_months(panel, months=months)

    assert str(found.month.min())[:7] == first
    assert np.all(found.paid == int(Decimal(10_000)))
