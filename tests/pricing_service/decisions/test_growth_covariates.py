"""What was known of a customer in a month: events count from their day on, and those of merged customers, too."""

from __future__ import annotations

import pytest

from pricing_service.decisions._growth_covariates import customer_months
from tests.pricing_service.decisions.conftest import FrontDoor
from tests.pricing_service.decisions.small_business import Row
from tests.pricing_service.decisions.test_growth import month, subscription


def events(who: str) -> dict[str, list[Row]]:
    """A raise, an opinion and a milestone of April."""
    told = {"old_mrr": 100, "offered_mrr": 110, "new_mrr": 110}
    return {
        "price_changes": [{"customer_id": who, "date": month(3), **told}],
        "perceptions": [{"customer_id": who, "date": "2024-04-15", "component": "nps", "score": 7}],
        "milestones": [{"customer_id": who, "milestone": "first", "order": 1, "date": "2024-04-20"}],
    }


@pytest.mark.parametrize("told_of", ["kept", "merged"])
def test_events_count_from_their_day_on_whether_told_of_a_customer_or_of_one_merged_into_it(
    front_door: FrontDoor, told_of: str
) -> None:
    people: list[Row] = [
        {"customer_id": "kept", "signed_up": month(0)},
        {"customer_id": "merged", "signed_up": month(0), "merged_into": "kept", "merged_on": month(5)},
    ]
    paying = [subscription("kept", 0, None, 100), subscription("merged", 0, None, 50)]
    seen: list[Row] = [{"customer_id": "kept", "date": "2024-06-30", "metric": "seats", "units": 1}]
    panel = front_door({"customers": people, "subscriptions": paying, "usage": seen} | events(told_of))

    rows = customer_months(panel).to_pyarrow().to_pylist()

    assert {row["customer_id"] for row in rows} == {"kept"}
    assert [row["milestones"] for row in rows] == [0, 0, 0, 1, 1, 1]
    assert [row["opinion"] for row in rows] == [None, None, None, 7, 7, 7]
    assert [row["raised"] for row in rows] == [0, 0, 1, 1, 1, 0]
