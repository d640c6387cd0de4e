"""Price books: make drafts, look at them, publish them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import answers, price_book_request
from api.door import Door
from api.keys import Analyst, DataReader, Publisher
from api.paging import PageQuery
from api.preferences import WantsYaml
from api.price_book_request import DraftRequest, PublishRequest, ReadBook
from api.price_books import PriceBookDesk
from api.problems import Conflict, Missing, TooLarge, UnknownCursor, WrongMediaType, responses
from api.today import Today

router = APIRouter(prefix="/v1/price-books", route_class=Door, tags=["price books"])


def _desk(request: Request) -> PriceBookDesk:
    desk: PriceBookDesk = request.app.state.price_books
    return desk


Desk = Annotated[PriceBookDesk, Depends(_desk)]
Draft = Annotated[DraftRequest | ReadBook, Depends(price_book_request.received_draft)]
Syntax = Annotated[
    Literal["2.1", "3.0", "3.1"], Query(description="with `Accept: application/yaml`: Pricing2Yaml's version")
]


@router.post(
    "",
    status_code=201,
    response_model=answers.PriceBookVersion,
    responses=responses(Missing, Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": price_book_request.draft_body()},
)
def create_price_book(*, caller: Analyst, draft: Draft, today: Today, desk: Desk, response: Response) -> Any:
    """Make a draft: from JSON, Pricing2Yaml, a dataset's price_book, an analysis of tiers, or another version."""
    made = desk.make(caller.workspace_id, draft, by=caller.name, today=today)
    response.headers["location"] = f"/v1/price-books/{made['id']}"
    return made


@router.get("", response_model=answers.PriceBookVersionPage, responses=responses(UnknownCursor))
def list_price_books(caller: DataReader, page: PageQuery, desk: Desk) -> Any:
    """List all versions, drafts too, newest first."""
    return desk.page(caller.workspace_id, page)


@router.get(
    "/{version}",
    response_model=answers.PriceBookVersion,
    responses={200: {"content": {"application/yaml": {}}}, **responses(Missing)},
)
def read_price_book(
    *, caller: DataReader, version: str, yaml: WantsYaml, today: Today, desk: Desk, syntax: Syntax = "3.1"
) -> Any:
    """Show one version, or the `current` one; with `Accept: application/yaml` as Pricing2Yaml."""
    if yaml:
        text = desk.as_yaml(caller.workspace_id, version, syntax=syntax, today=today)
        return Response(text, media_type="application/yaml")
    return desk.read(caller.workspace_id, version, today=today)


@router.put(
    "/{version}",
    response_model=answers.PriceBookVersion,
    responses=responses(Missing, Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": price_book_request.draft_body()},
)
def replace_price_book(*, caller: Analyst, version: str, draft: Draft, today: Today, desk: Desk) -> Any:
    """Give a draft other content; a published version never changes."""
    return desk.replace(caller.workspace_id, version, draft, today=today)


@router.post(
    "/{version}/publish",
    response_model=answers.PriceBookVersion,
    responses=responses(Missing, Conflict, TooLarge, WrongMediaType),
    openapi_extra={"requestBody": price_book_request.publish_body()},
)
def publish_price_book(
    *,
    caller: Publisher,
    version: str,
    asked: Annotated[PublishRequest, Depends(price_book_request.received_publication)],
    today: Today,
    desk: Desk,
) -> Any:
    """Publish a draft; beyond the guard's thresholds only with an acknowledgement of exactly that."""
    return desk.publish(caller.workspace_id, version, asked, by=caller.name, today=today)
