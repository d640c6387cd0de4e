"""The report shows customers without a contract beside the others, and nothing where there are none."""

from __future__ import annotations

from tests.api.pages.charts.growing import KNOWN, estimate
from tests.api.pages.test_growth_section import said

BUYERS = {
    "customers": 120, "bought_once": 40, "purchases": 900, "months_ahead": 12, "lifetime_months": 60,
    "likely_active": estimate(70.0, unit="customers"), "purchases_ahead": estimate(310.0, unit="purchases"),
    "money_ahead": estimate(90_000.0, unit="EUR"), "spend": estimate(300.0, unit="EUR/purchase"),
    "lifetime_value": estimate(2_400.0, unit="EUR/customer"),
    "check": {"purchases_ahead": estimate(None, unit="purchases", reason="at_most_once_a_month")},
    "out_of_time": {"groups": [{"bought_again": "2-4", "customers": 30, "expected": 61.4, "came": 58}]},
}  # fmt: skip


def test_who_buys_one_by_one_stands_with_the_year_ahead_and_its_trial() -> None:
    page = said({**KNOWN, "buyers": BUYERS})

    for part in (
        "Customers without a contract", "They are 120 , of whom 40 bought once; 900 purchases in all",
        "Money of the next 12 months 90,000 EUR", "2-4 times 30 61 58",
        "Another law says of purchases not known: purchases come at most once a month",
    ):  # fmt: skip
        assert part in page


def test_without_such_customers_nothing_is_said() -> None:
    assert "without a contract" not in said({**KNOWN, "buyers": {"reason": "no_invoices"}})
