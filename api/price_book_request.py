"""What the price book's routes take: a draft from any source, a publication, a simulation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from starlette.concurrency import run_in_threadpool

from api.json_body import checked, exactly_one, media_type, read_json
from api.preferences import YAML_TYPES
from api.problems import Malformed, WrongMediaType
from pricing_service.price_book import PriceBook, Remark
from pricing_service.price_book.pricing2yaml import read_pricing
from pricing_service.re_rating import SimulationOptions

_REFERENCE = "#/components/schemas/{model}"

Id = Annotated[str, Field(min_length=1, max_length=100)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Keep(_Shape):
    """What customers of the current book keep under the draft; written into the draft as values."""

    keeps: Annotated[
        list[Literal["price", "allowance"]],
        Field(min_length=1, description="prices, included units, or both"),
    ]
    on_plan_before: date = Field(description="customers who were on their plan before this day")
    until: date | None = Field(None, description="the first day without it; null: for good")


class DraftRequest(_Shape):
    """A draft from one source: a book, a dataset's price_book, an analysis of kind tiers, or another version."""

    model_config = ConfigDict(
        json_schema_extra=exactly_one(book="object", dataset="string", analysis="string", price_book="string")
    )

    book: PriceBook | None = None
    dataset: Id | None = Field(None, description="a dataset's id; its price_book table becomes the draft")
    analysis: Id | None = Field(None, description="a finished analysis of kind `tiers`")
    price_book: Id | None = Field(None, description="another version, to begin from")
    on: date | None = Field(None, description="with `dataset`: the day whose prices count; default: today")
    region: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="with `dataset`: whose prices count"
    )
    keep: Keep | None = None

    @model_validator(mode="after")
    def _one_source(self) -> DraftRequest:
        if sum(getattr(self, source) is not None for source in SOURCES) != 1:
            raise ValueError(f"give exactly one of {', '.join(SOURCES)}")
        return self


SOURCES = ("book", "dataset", "analysis", "price_book")


class ReadBook(BaseModel):
    """A book that came as Pricing2Yaml, with remarks from reading it."""

    model_config = ConfigDict(frozen=True)

    book: PriceBook
    remarks: tuple[Remark, ...]


class Confirmation(_Shape):
    """The acknowledgement of what the guard said, of exactly this content."""

    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="the draft's content_hash")]
    breaches: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        description="codes of all that the guard said"
    )


class PublishRequest(_Shape):
    """From when on the draft is the current book."""

    effective: date | None = Field(None, description="default: today")
    confirm: Confirmation | None = None


class SimulationRequest(_Shape):
    """What is re-rated, and against what."""

    dataset: Id
    against: Id = Field(
        "current",
        description="`current`: the current book, else the dataset's own, else what was paid; `dataset`: the dataset's "
        "price_book; `paid`; or the id of a version",
    )
    options: SimulationOptions = SimulationOptions()


_DRAFT = TypeAdapter(DraftRequest)
_PUBLISH = TypeAdapter(PublishRequest)
_SIMULATE = TypeAdapter(SimulationRequest)


async def received_draft(request: Request) -> DraftRequest | ReadBook:
    """Receive a draft: JSON, or Pricing2Yaml.

    Raises
    ------
    PriceBookRefused
        If the YAML is no price book.
    RequestValidationError
        If the JSON breaks the contract.
    """
    if media_type(request) == "application/json":
        return checked(_DRAFT, await read_json(request))
    if media_type(request) not in YAML_TYPES:
        raise WrongMediaType("Send application/json, or application/yaml with Pricing2Yaml.")
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    book, remarks = await run_in_threadpool(read_pricing, text)
    return ReadBook(book=book, remarks=remarks)


async def received_publication(request: Request) -> PublishRequest:
    """Receive from when on a draft shall be current."""
    return checked(_PUBLISH, await read_json(request))


async def received_simulation(request: Request) -> SimulationRequest:
    """Receive what to re-rate."""
    return checked(_SIMULATE, await read_json(request))


def draft_body() -> dict[str, Any]:
    """Describe a draft's body for the OpenAPI document."""
    yaml = {"schema": {"type": "string", "description": "Pricing2Yaml 2.1 to 3.1"}}
    return {"required": True, "content": {"application/json": _schema(_DRAFT), "application/yaml": yaml}}


def publish_body() -> dict[str, Any]:
    """Describe a publication's body for the OpenAPI document."""
    return {"required": True, "content": {"application/json": _schema(_PUBLISH)}}


def simulation_body() -> dict[str, Any]:
    """Describe a simulation's body for the OpenAPI document."""
    return {"required": True, "content": {"application/json": _schema(_SIMULATE)}}


def definitions() -> dict[str, Any]:
    """Return the schemas that the bodies refer to."""
    found: dict[str, Any] = {}
    adapters: tuple[TypeAdapter[Any], ...] = (_DRAFT, _PUBLISH, _SIMULATE)
    for adapter in adapters:
        found |= adapter.json_schema(ref_template=_REFERENCE).get("$defs", {})
    return found


def _schema(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    schema = adapter.json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)
    return {"schema": schema}
