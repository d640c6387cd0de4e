"""The bodies of what CRMs post."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)

from api.json_body import checked, exactly_one, not_both, read_json

MOST_CUSTOMERS = 1000
CustomerId = Annotated[str, Field(min_length=1, max_length=400)]
Units = Annotated[float, Field(gt=0, le=1e12)]
Trait = Annotated[str, Field(max_length=400)] | bool | int | float | None
Traits = Annotated[dict[str, Trait], Field(max_length=200, description="as in the table `leads`")]


class _Shape(BaseModel):
    """Unknown fields are refused, and nothing changes once read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BulkRequest(_Shape):
    """Whose recommendations are wanted."""

    customer_ids: list[CustomerId] = Field(min_length=1, max_length=MOST_CUSTOMERS)


class LeadRequest(_Shape):
    """What is known of a lead."""

    traits: Traits
    expected_units: Annotated[float, Field(ge=0, le=1e12)] | None = Field(
        None, description="units of the value metric a month"
    )


class QuoteRequest(_Shape):
    """An offer: to a customer, or to a lead with these traits."""

    model_config = ConfigDict(json_schema_extra=not_both(traits="object", customer_id="string"))

    traits: Traits | None = None
    customer_id: CustomerId | None = None
    units: Units = Field(description="units of the value metric a month")
    plan: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="a published tier by name"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> QuoteRequest:
        if self.traits is not None and self.customer_id is not None:
            raise ValueError("give traits or customer_id, not both")
        return self


class FeedbackRequest(_Shape):
    """What was done with a recommendation."""

    model_config = ConfigDict(json_schema_extra=exactly_one(accepted="boolean", overridden="boolean"))

    accepted: bool | None = None
    overridden: bool | None = None
    price: Annotated[float, Field(ge=0, le=1e15)] | None = Field(
        None, description="what was agreed instead, money a month"
    )
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")] | None = None
    etag: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        None, description="of the recommendation that was seen; 409 once another one is recommended"
    )
    request_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="the caller's own id of this answer; sent again with it, it is kept once"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> FeedbackRequest:
        if (self.accepted is None) == (self.overridden is None):
            raise ValueError("give exactly one of accepted and overridden")
        return self

    @property
    def taken(self) -> bool:
        """Whether the recommendation was taken as it was."""
        return bool(self.accepted) if self.accepted is not None else not self.overridden


_BULK, _LEAD = TypeAdapter(BulkRequest), TypeAdapter(LeadRequest)
_QUOTE, _FEEDBACK = TypeAdapter(QuoteRequest), TypeAdapter(FeedbackRequest)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_REFERENCE = "#/components/schemas/{model}"


async def received_bulk(request: Request) -> BulkRequest:
    """Receive whose recommendations are wanted."""
    return checked(_BULK, await read_json(request))


async def received_lead(request: Request) -> LeadRequest:
    """Receive what is known of a lead."""
    return checked(_LEAD, await read_json(request))


async def received_quote(request: Request) -> QuoteRequest:
    """Receive an offer."""
    return checked(_QUOTE, await read_json(request))


async def received_feedback(request: Request) -> FeedbackRequest:
    """Receive what was done."""
    return checked(_FEEDBACK, await read_json(request))


def body_of(name: str) -> dict[str, Any]:
    """Describe a body for the OpenAPI document: `bulk`, `lead`, `quote` or `feedback`."""
    adapters: dict[str, TypeAdapter[Any]] = {
        "bulk": _BULK, "lead": _LEAD, "quote": _QUOTE, "feedback": _FEEDBACK,
    }  # fmt: skip
    schema = adapters[name].json_schema(ref_template=_REFERENCE)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _as_text(value: object) -> object:
    """Refuse whatever is no RFC 3339 moment before the parser is kind to it: it takes numbers for seconds, too."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("a moment is written as 2026-01-31T12:00:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment has no date in UTC") from error


Moment = Annotated[datetime, BeforeValidator(_as_text), AfterValidator(_in_utc)]
"""A moment in RFC 3339; in UTC once it is read."""
