"""Simulations of a price book: re-rate the stored usage of every customer, and look at what comes of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from api import answers, price_book_request
from api.door import Door
from api.keys import Analyst, DataReader
from api.paging import PageQuery
from api.preferences import Wait, WantsCsv
from api.price_book_request import SimulationRequest
from api.price_books import PriceBookDesk
from api.problems import Conflict, Missing, TooLarge, TooMany, UnknownCursor, WrongMediaType, responses
from api.today import Today

router = APIRouter(prefix="/v1/price-books/{version}/simulations", route_class=Door, tags=["price books"])


def _desk(request: Request) -> PriceBookDesk:
    desk: PriceBookDesk = request.app.state.price_books
    return desk


Desk = Annotated[PriceBookDesk, Depends(_desk)]
Table = Annotated[
    Literal["customers", "lines"], Query(description="a row per customer, or per line of its bills")
]


@router.post(
    "",
    status_code=202,
    response_model=answers.Simulation,
    responses={
        200: {"model": answers.Simulation, "description": "It ended while the caller waited"},
        **responses(Missing, Conflict, TooLarge, WrongMediaType, TooMany),
    },
    openapi_extra={"requestBody": price_book_request.simulation_body()},
)
async def create_simulation(
    *,
    caller: Analyst,
    version: str,
    asked: Annotated[SimulationRequest, Depends(price_book_request.received_simulation)],
    today: Today,
    wait: Wait,
    desk: Desk,
    response: Response,
) -> Any:
    """Re-rate a dataset's usage under a version; with `Prefer: wait=30` the answer waits for its end."""
    made, ended = await desk.simulate(caller.workspace_id, version, asked, today=today, seconds=wait)
    response.headers["location"] = f"/v1/price-books/{version}/simulations/{made['id']}"
    response.status_code = 200 if ended else 202
    return made


@router.get("", response_model=answers.SimulationPage, responses=responses(Missing, UnknownCursor))
def list_simulations(caller: DataReader, version: str, page: PageQuery, desk: Desk) -> Any:
    """List a version's simulations, newest first."""
    return desk.simulations(caller.workspace_id, version, page)


@router.get("/{simulation_id}", response_model=answers.Simulation, responses=responses(Missing))
def read_simulation(caller: DataReader, version: str, simulation_id: str, desk: Desk) -> Any:
    """Show one simulation: how far it has come, or its result."""
    return desk.simulation(caller.workspace_id, version, simulation_id)


@router.get(
    "/{simulation_id}/rows",
    response_model=answers.RowPage,
    responses={200: {"content": {"text/csv": {}}}, **responses(Missing, Conflict)},
)
def read_simulation_rows(
    *,
    caller: DataReader,
    version: str,
    simulation_id: str,
    page: PageQuery,
    csv: WantsCsv,
    desk: Desk,
    table: Table = "customers",
) -> Any:
    """Show what each customer or each line of a bill changes by, a page at a time, or all of it as CSV."""
    if csv:
        written = desk.rows_csv(caller.workspace_id, version, simulation_id, table=table)
        return StreamingResponse(written, media_type="text/csv")
    return desk.rows_page(caller.workspace_id, version, simulation_id, page, table=table)


@router.get(
    "/{simulation_id}/report",
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}}, **responses(Missing, Conflict)},
)
def read_simulation_report(caller: DataReader, version: str, simulation_id: str, desk: Desk) -> Any:
    """Show who pays more and less, as one self-contained page."""
    path = desk.report(caller.workspace_id, version, simulation_id)
    return FileResponse(path, media_type="text/html; charset=utf-8")
