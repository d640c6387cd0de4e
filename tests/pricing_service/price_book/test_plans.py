"""Plans say what units cost, and cannot say two things of one metric."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pricing_service.price_book import Plan


def charge(**fields: Any) -> dict[str, Any]:
    return {"name": "pro", "price": 9, "charges": [{"metric": "seats", **fields}]}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"blocks": [{"from_units": 5, "price": 1}]}, "begins at 0"),
        ({"blocks": [{"price": 1}, {"from_units": 9, "price": 1}, {"from_units": 9, "price": 2}]}, "rising"),
        ({"unit_step": 0}, "more than 0"),
        ({"included_units": None, "blocks": [{"price": 1}]}, "unlimited"),
        ({"included_units": -1}, "greater than or equal to 0"),
        ({"blocks": [{"price": 0.0000001}]}, "decimal places"),
    ],
)
def test_a_charge_that_makes_no_sense_is_refused(fields, says):
    with pytest.raises(ValidationError, match=says):
        Plan.model_validate(charge(**fields))


def test_a_metric_is_charged_for_once():
    with pytest.raises(ValidationError, match="once"):
        Plan.model_validate({**charge(), "unit": "seats/month"})


@pytest.mark.parametrize(
    ("unit", "metric"), [("user/month", "user"), ("/month", None), (None, None), ("site / month", "site")]
)
def test_the_unit_of_the_price_says_what_it_is_for(unit, metric):
    assert Plan(name="pro", unit=unit).per == metric
