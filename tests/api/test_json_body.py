"""A number is a number however it is written, nothing is taken for one that is none, and schemas say what is taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter

from api.json_body import checked
from api.price_book_request import DraftRequest
from api.proposal_request import EditRequest, ProposalRequest
from api.recommendations.asked import FeedbackRequest, QuoteRequest

ABSENT = object()
BOOK = {"name": "Jobs", "currency": "EUR"}
IDS = {"analysis": "an_1", "price_book": "pb_1"}


class Shape(BaseModel):
    count: int


ADAPTER = TypeAdapter(Shape)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert checked(ADAPTER, {"count": 7.0}).count == 7


@pytest.mark.parametrize("value", ["7", True, 7.5, None])
def test_what_is_no_whole_number_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(RequestValidationError) as refusal:
        checked(ADAPTER, {"count": value})

    assert refusal.value.errors()[0]["loc"] == ("body", "count")


def bodies(required: dict[str, Any], optional: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every body in which each optional field is given, null or left out."""
    for values in product(*([given, None, ABSENT] for given in optional.values())):
        chosen = dict(zip(optional, values, strict=True))
        yield required | {name: value for name, value in chosen.items() if value is not ABSENT}


@pytest.mark.parametrize(
    ("shape", "required", "optional"),
    [
        (DraftRequest, {}, {"book": BOOK, "dataset": "ds_1", **IDS}),
        (ProposalRequest, {"title": "Dearer"}, IDS),
        (EditRequest, {}, IDS),
        (QuoteRequest, {"units": 3}, {"traits": {}, "customer_id": "c00"}),
        (FeedbackRequest, {}, {"accepted": True, "overridden": False}),
    ],
)
def test_the_schema_takes_the_bodies_that_the_check_takes(
    shape: type[BaseModel], required: dict[str, Any], optional: dict[str, Any]
) -> None:
    adapter = TypeAdapter(shape)
    described = Draft202012Validator(adapter.json_schema())

    taken = {True: 0, False: 0}
    for body in bodies(required, optional):
        try:
            checked(adapter, body)
            right = True
        except RequestValidationError:
            right = False
        assert described.is_valid(body) is right, body
        taken[right] += 1

    assert min(taken.values()) > 0
