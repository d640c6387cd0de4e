"""A window holds what a customer brought and gained in the months after it signed, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from models.ideal_customers.success import Window
from pricing_service.decisions._success_windows import read_calendar, read_windows
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Tables
from tests.pricing_service.decisions.subscribers import bill_of, first_of

START = {"first": 0, "second": 1, "third": 2}


def three_customers(*, attribution: object = 0.5) -> Tables:
    """Who sign one month after the other; the first expands, the second leaves after two months."""
    months = range(12)
    return {
        "customers": [{"customer_id": who, "signed_up": first_of(at)} for who, at in START.items()],
        "subscriptions": [
            bill_of("first", first_of(0), first_of(3), 100.0),
            bill_of("first", first_of(3), "", 160.0),
            bill_of("second", first_of(1), first_of(3), 50.0),
            bill_of("third", first_of(2), "", 10.0),
        ],
        "costs": [{"customer_id": "first", "date": first_of(2), "kind": "support", "amount": 30.0}],
        "outcomes": [
            {"customer_id": "first", "date": first_of(month), "kpi": "hires", "amount": 2} for month in months
        ],
        "kpis": [{"kpi": "hires", "kind": "revenue", "value_per_unit": 1000, "attribution": attribution}],
        "referrals": [
            {"customer_id": "third", "date": first_of(2), "referred": "second"},
            {"customer_id": "first", "date": first_of(1), "referred": "third"},
            {"customer_id": "first", "date": first_of(1), "referred": "nobody"},
        ],
    }  # fmt: skip


def window(front_door: FrontDoor, tables: Tables) -> Window:
    panel = front_door(tables)
    calendar = read_calendar(panel)
    assert calendar is not None
    assert calendar.customers == list(START)
    assert calendar.start.tolist() == list(START.values())
    return read_windows(panel, calendar, months=6, expected=10.0)


def test_margin_is_what_was_paid_in_the_window_less_what_serving_cost(front_door: FrontDoor) -> None:
    found = window(front_door, three_customers())

    np.testing.assert_allclose(found.bill, [100, 50, 10])
    np.testing.assert_allclose(found.margin, [3 * 100 + 4 * 160 - 30, 2 * 50, 7 * 10])


def test_only_those_who_are_there_at_its_end_are_expected_to_bring_more(front_door: FrontDoor) -> None:
    found = window(front_door, three_customers())

    assert found.still_expected[1] == 0
    assert found.still_expected[2] == pytest.approx(10 * 10)
    assert 0 < found.still_expected[0] < 10 * 160


@pytest.mark.parametrize(("attribution", "share"), [(0.5, 0.5), ("", 1.0), (0, 0.0)])
def test_gains_count_as_far_as_they_are_owed_to_the_product(
    front_door: FrontDoor, attribution: object, share: float
) -> None:
    found = window(front_door, three_customers(attribution=attribution))

    assert found.gained[0] == pytest.approx(2000 * share)
    assert np.isnan(found.gained[1:]).all()


def test_a_referral_counts_once_its_customer_is_won_after_it_began_itself(front_door: FrontDoor) -> None:
    """The third recommended the second, who was a customer before; nobody is not one at all."""
    assert window(front_door, three_customers()).won_for_us.tolist() == [1, 0, 0]
