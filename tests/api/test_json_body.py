"""A number is a number however it is written, and nothing is taken for one that is none."""

from __future__ import annotations

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter

from api.json_body import checked


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
