"""Payback and ratios: the textbook case, doubts that meet, units that must fit, and no number where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.estimate import Estimate
from models.retention.lifetime import Lifetime
from models.retention.payback import (
    acquisition_cost,
    naive_lifetime_value,
    payback_counting_losses,
    payback_months,
    value_to_cost,
)
from models.retention.renewal_counts import RenewalCounts


def part(value: float, unit: str, *, reach: float = 0.0, level: float = 0.9) -> Estimate:
    """An estimate whose interval reaches a factor to either side."""
    factor = 1 + reach
    return Estimate(value=value, low=value / factor, high=value * factor, level=level, n=25, unit=unit)


COST = acquisition_cost(50_000, 25, currency="EUR")
REVENUE = part(500, "EUR/customer/month")
MARGIN, CHURN = part(0.8, "share"), part(0.05, "share")


def test_the_textbook_case():
    """ARPU 500, gross margin 80 %, churn 5 % a month; 50,000 won 25 customers."""
    value = naive_lifetime_value(REVENUE, MARGIN, CHURN)

    assert COST.value == 2000
    assert value.value == pytest.approx(8000)
    assert value.unit == COST.unit == "EUR/customer"
    assert value_to_cost(value, COST).value == pytest.approx(4.0)
    months = payback_months(COST, REVENUE, MARGIN)
    assert months.value == pytest.approx(5.0)
    assert (months.low, months.high, months.unit) == (pytest.approx(5.0), pytest.approx(5.0), "months")


def test_doubts_of_parts_meet_as_the_root_of_their_squares():
    months = payback_months(COST, part(500, "EUR/customer/month", reach=0.3), part(0.8, "share", reach=0.1))

    reach = math.hypot(math.log(1.3), math.log(1.1))
    assert math.log(months.high / months.value) == pytest.approx(reach)
    assert math.log(months.value / months.low) == pytest.approx(reach)


def test_doubt_to_one_side_goes_to_the_side_where_it_belongs():
    revenue = Estimate(value=500, low=400, high=500, level=0.9, n=25, unit="EUR/customer/month")

    months = payback_months(COST, revenue, MARGIN)

    assert months.low == pytest.approx(5.0)
    assert months.high == pytest.approx(6.25)


@given(st.floats(1e-3, 1e6))
def test_months_do_not_depend_on_the_currency(factor):
    one = payback_months(part(2000, "EUR/customer", reach=0.2), REVENUE, MARGIN)

    other = payback_months(
        part(2000, "EUR/customer", reach=0.2).scaled(factor), REVENUE.scaled(factor), MARGIN
    )

    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_a_customers_money_and_a_companys_do_not_meet():
    with pytest.raises(InvalidInput, match="must be EUR/customer/month, got EUR/month"):
        payback_months(COST, part(12_500, "EUR/month"), MARGIN)
    with pytest.raises(InvalidInput, match="must be USD/customer, got EUR/customer"):
        value_to_cost(part(8000, "USD/customer"), COST)
    with pytest.raises(InvalidInput, match="of a customer and month"):
        naive_lifetime_value(part(500, "EUR/month"), MARGIN, CHURN)
    with pytest.raises(InvalidInput, match="one level"):
        payback_months(COST, REVENUE, part(0.8, "share", level=0.95))


def test_what_cannot_be_computed_is_unknown_with_its_reason():
    nobody = acquisition_cost(50_000, 0, currency="EUR")
    no_churn = Estimate(value=0, low=0, high=0.03, level=0.9, n=25, unit="share")
    perhaps_none = Estimate(value=0.01, low=0, high=0.03, level=0.9, n=25, unit="share")

    assert nobody.reason == "no_new_customers"
    assert payback_months(nobody, REVENUE, MARGIN).reason == "no_new_customers"
    assert naive_lifetime_value(REVENUE, MARGIN, no_churn).reason == "not_positive"
    assert naive_lifetime_value(REVENUE, MARGIN, perhaps_none).reason == "interval_unbounded"
    with pytest.raises(InvalidInput, match="≥ 0"):
        acquisition_cost(-1, 5, currency="EUR")


def fit(churn: float, *, customers: float = 1e6) -> Lifetime:
    return Lifetime().fit(
        RenewalCounts(np.full(36, customers), np.full(36, customers * churn), int(customers))
    )


def test_those_who_leave_make_payback_later():
    """At 5 % a month 400 · (1 - 0.95^k) / 0.05 reaches 2,000 in the sixth month, not in the fifth."""
    months = payback_counting_losses(COST, part(400, "EUR/customer"), fit(0.05))

    assert months.value == 6
    assert months.low <= 6 <= months.high


def test_who_leaves_too_soon_never_pays_back():
    """At 25 % a month a customer makes 4 payments: 1,600 of 2,000."""
    assert payback_counting_losses(COST, part(400, "EUR/customer"), fit(0.25)).reason == "not_paid_back"
    doubtful = payback_counting_losses(COST, part(400, "EUR/customer", reach=0.7), fit(0.15))
    assert doubtful.reason == "interval_unbounded"
    unknown = Estimate.unknown("no_costs", unit="EUR/customer")
    assert payback_counting_losses(COST, unknown, fit(0.05)).reason == "no_costs"
