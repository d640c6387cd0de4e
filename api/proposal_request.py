"""What the committee's routes take: a proposal, an edit, a vote, a publication."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from api.json_body import checked, exactly_one, not_both, read_json

_REFERENCE = "#/components/schemas/{model}"
# PostgreSQL keeps no text with a null character.
Id = Annotated[str, Field(min_length=1, max_length=100)]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_SEEN = "the content_hash that was read; other content is refused"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProposalRequest(_Shape):
    """A proposal from a finished analysis, or of a price book's draft."""

    model_config = ConfigDict(json_schema_extra=exactly_one(analysis="string", price_book="string"))

    title: Title
    note: Words = ""
    analysis: Id | None = Field(
        None, description="a finished analysis of value_metrics, tiers, raises or ideal_customers"
    )
    price_book: Id | None = Field(None, description="a draft of the price book")

    @model_validator(mode="after")
    def _one_source(self) -> ProposalRequest:
        if (self.analysis is None) == (self.price_book is None):
            raise ValueError("give exactly one of analysis, price_book")
        return self


class EditRequest(_Shape):
    """What changes; what is left out stays, but is read anew: a draft's content, its newest simulation."""

    model_config = ConfigDict(json_schema_extra=not_both(analysis="string", price_book="string"))

    title: Title | None = None
    note: Words | None = None
    analysis: Id | None = None
    price_book: Id | None = None

    @model_validator(mode="after")
    def _one_source(self) -> EditRequest:
        if self.analysis is not None and self.price_book is not None:
            raise ValueError("give at most one of analysis, price_book")
        return self


class VoteRequest(_Shape):
    """A vote on the proposal as it stands."""

    decision: Literal["approve", "reject"]
    comment: Words = ""
    content_hash: Hash | None = Field(None, description=_SEEN)


class EnactRequest(_Shape):
    """From when on the proposal holds."""

    effective: date | None = Field(None, description="default: today; never before today")
    content_hash: Hash | None = Field(None, description=_SEEN)


_PROPOSE = TypeAdapter(ProposalRequest)
_EDIT = TypeAdapter(EditRequest)
_VOTE = TypeAdapter(VoteRequest)
_ENACT = TypeAdapter(EnactRequest)


async def received_proposal(request: Request) -> ProposalRequest:
    """Receive a proposal."""
    return checked(_PROPOSE, await read_json(request))


async def received_edit(request: Request) -> EditRequest:
    """Receive an edit."""
    return checked(_EDIT, await read_json(request))


async def received_vote(request: Request) -> VoteRequest:
    """Receive a vote."""
    return checked(_VOTE, await read_json(request))


async def received_enactment(request: Request) -> EnactRequest:
    """Receive from when on it holds; without a body from today."""
    if not await request.body():
        return EnactRequest()
    return checked(_ENACT, await read_json(request))


def body(name: Literal["proposal", "edit", "vote", "enactment"]) -> dict[str, Any]:
    """Describe a body for the OpenAPI document."""
    schema = _ADAPTERS[name].json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)
    return {"required": name != "enactment", "content": {"application/json": {"schema": schema}}}


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "proposal": _PROPOSE, "edit": _EDIT, "vote": _VOTE, "enactment": _ENACT,
}  # fmt: skip


def definitions() -> dict[str, Any]:
    """Return the schemas that the bodies refer to."""
    found: dict[str, Any] = {}
    for adapter in _ADAPTERS.values():
        found |= adapter.json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found
